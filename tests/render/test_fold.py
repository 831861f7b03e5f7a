"""Folding: every box stands for something, every edge is carried, and like calls are one box."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.errors import UsageError
from gradviz.render.folds.calls import Calls, ancestry
from gradviz.render.folds.fold import LEAST, MOST, Folded, auto, everything, fold
from gradviz.render.folds.folding import opened
from gradviz.render.scene.scene import scene_of
from gradviz.render.status.gather import gathered
from gradviz.render.status.status import statuses
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(4), nn.Linear(4, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Deep(nn.Module):
    """Like blocks in a row, a cell that is called again and again, and a head."""

    def __init__(self, blocks: int = 6) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.cell, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        for _ in range(3):
            x = self.cell(x)
        return self.head(x)


def trained(model: nn.Module) -> Trace:
    torch.manual_seed(0)
    with gradviz.record(model) as trace:
        model(torch.randn(5, 4)).sum().backward()
    return trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    return trained(Deep())


@pytest.fixture
def graph(trace: Trace) -> AutogradGraph:
    return trace.graphs[0]


FOLDINGS: list[Callable[[Calls], frozenset[str]]] = [
    auto, everything, lambda _calls: frozenset(), lambda _calls: frozenset({"blocks", "blocks.2"}),
]  # fmt: skip


def folded_by(graph: AutogradGraph, choose: Callable[[Calls], frozenset[str]]) -> Folded:
    return fold(graph, choose(Calls(graph)))


@pytest.mark.parametrize("choose", FOLDINGS)
def test_each_node_is_in_one_box_and_each_edge_is_carried_or_inside(
    graph: AutogradGraph, choose: Callable[[Calls], frozenset[str]]
) -> None:
    folded = folded_by(graph, choose)
    boxes = folded.boxes()
    assert sorted(id for box in boxes for id in box) == [node.id for node in graph.nodes]
    box_of = {id: box[-1] for box in boxes for id in box}
    across = {edge for edge in graph.edges if box_of[edge.producer] != box_of[edge.consumer]}
    carried = [edge for behind in folded.carried for edge in behind]
    assert len(carried) == len(across)
    assert set(carried) == across
    for edge, behind in zip(folded.edges, folded.carried, strict=True):
        assert {(box_of[one.producer], box_of[one.consumer]) for one in behind} == {
            (edge.producer, edge.consumer)
        }


@pytest.mark.parametrize("choose", FOLDINGS)
def test_no_box_is_before_and_after_another(
    graph: AutogradGraph, choose: Callable[[Calls], frozenset[str]]
) -> None:
    following: dict[int, set[int]] = {}
    for edge in folded_by(graph, choose).edges:
        following.setdefault(edge.producer, set()).add(edge.consumer)
    done: set[int] = set()
    while ready := [id for id in following if following[id] <= done and id not in done] or (
        {id for ends in following.values() for id in ends} - set(following) - done
    ):
        done.update(ready)
    assert set(following) <= done


def test_like_calls_in_a_row_are_one_box_until_one_is_opened(graph: AutogradGraph) -> None:
    def paths(*open_calls: str) -> list[tuple[str, ...]]:
        folded = fold(graph, frozenset(open_calls))
        return [group.paths for group in folded.groups]

    blocks = tuple(f"blocks.{i}" for i in range(6))
    cells = ("cell", "cell#2", "cell#3")
    assert paths() == [("blocks",), cells, ("head",)]
    assert paths("blocks") == [blocks, cells, ("head",)]
    inside = [(f"blocks.3.{name}",) for name in ("norm", "up", "down")]
    opened_one = paths("blocks", "blocks.3")
    assert opened_one == [blocks[:3], *inside, blocks[4:], cells, ("head",)]


def test_a_call_of_another_shape_or_wiring_is_not_alike() -> None:
    class Odd(Deep):
        def __init__(self) -> None:
            super().__init__(blocks=3)
            self.blocks[1].up, self.blocks[1].down = nn.Linear(4, 9), nn.Linear(9, 4)

    folded = fold(trained(Odd()).graphs[0], frozenset({"blocks"}))
    assert [len(group.paths) for group in folded.groups][:3] == [1, 1, 1]


def test_auto_opens_one_of_the_like_and_stays_readable(graph: AutogradGraph) -> None:
    chosen = auto(Calls(graph))
    assert {"blocks", "blocks.0"} <= chosen
    assert not any(path.startswith("blocks.1") for path in chosen)
    assert LEAST <= len(fold(graph, chosen).boxes()) <= MOST
    small = trained(nn.Linear(4, 2)).graphs[0]
    assert fold(small, auto(Calls(small))).groups == ()


def test_what_can_be_said_of_folding(graph: AutogradGraph) -> None:
    assert opened(graph, "none") is None
    assert opened(graph, 0) == frozenset()
    assert opened(graph, 1) == {"blocks", "cell", "cell#2", "cell#3", "head"}
    assert opened(graph, ["blocks.2.up"]) == set(ancestry("blocks.2.up"))
    for wrong in ("deep", -1, True, ["blocks.9"]):
        with pytest.raises(UsageError):
            opened(graph, wrong)


def test_a_box_tells_what_comes_in_and_goes_out_of_it(trace: Trace, graph: AutogradGraph) -> None:
    folded = fold(graph, frozenset())
    known = statuses(trace, graph, len(trace.events) - 1)
    found = gathered(folded, known)
    blocks, cells, head = folded.groups
    last = [event for event in trace.events if event.phase == "backward"][-1]
    assert found[blocks.id].stage == "passed"
    assert found[blocks.id].current == (getattr(last, "node", None) in blocks.members)
    arrived = known[blocks.members[-1]].grad
    assert found[blocks.id].grad == pytest.approx(arrived)
    into_cells = next(edge for edge in folded.edges if edge.consumer == cells.id)
    assert found[cells.id].sent[into_cells.slot] == pytest.approx(arrived)
    ahead = gathered(folded, statuses(trace, graph, -1))
    assert {ahead[group.id].stage for group in folded.groups} == {"ahead"}
    midway = gathered(folded, statuses(trace, graph, last.index - 30))
    assert midway[head.id].stage == "passed"
    assert midway[blocks.id].stage == "made"


def test_the_card_of_a_folded_call_says_what_is_in_it(graph: AutogradGraph) -> None:
    cards = [card for card in scene_of(graph, folding=0).cards if card.kind == "module"]
    assert [card.title for card in cards] == ["blocks", "cell … cell#3 × 3", "head"]
    assert [card.subtitle for card in cards] == [
        "30 ops · 36 parameters (504)", "linear · 2 parameters (20)", "linear · 2 parameters (10)",
    ]  # fmt: skip
    assert cards[-1].shape == "(5, 2)"


def test_the_same_is_folded_in_the_next_iteration() -> None:
    model = Deep()
    first, second = trained(model).graphs[0], trained(model).graphs[0]
    chosen = auto(Calls(first))
    places = [
        [tuple(id - graph.nodes[0].id for id in box) for box in fold(graph, chosen).boxes()]
        for graph in (first, second)
    ]
    assert places[0] == places[1]
