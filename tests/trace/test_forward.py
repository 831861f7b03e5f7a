"""The module graph that a trace gives: what ran in forward, wired as the tensors went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import gradviz
from gradviz.trace.forward import module_graph
from gradviz.trace.modulegraph import ModuleGraph


def recorded(model: nn.Module | None, run: Callable[[], Tensor]) -> gradviz.Trace:
    torch.manual_seed(0)
    with gradviz.record(model) as trace:
        run().backward()
    return trace


def graph_of(model: nn.Module | None, run: Callable[[], Tensor]) -> ModuleGraph:
    graph = module_graph(recorded(model, run))
    assert graph is not None
    return graph


def arrows(graph: ModuleGraph) -> list[str]:
    """Each edge by what is at its ends; an op in a module call is named by the call."""
    names = {node.id: node.variable or node.module or node.op for node in graph}
    return [f"{names[edge.producer]} > {names[edge.consumer]}" for edge in graph.edges]


def test_inputs_ops_outputs_and_the_loss() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x, y = torch.randn(5, 3), torch.randint(0, 2, (5,))
    graph = graph_of(model, lambda: F.cross_entropy(model(x), y))
    assert arrows(graph) == [
        "input > 0",
        "0 > 1",
        "1 > 2",
        "2 > output",
        "output > cross_entropy",
        "input#2 > cross_entropy",
    ]
    first = next(node for node in graph if node.module == "0")
    assert (first.kind, first.parameters, first.owned) == (
        "Linear",
        ("0.weight", "0.bias"),
        ((4, 3), (4,)),
    )
    assert first.shapes == ((5, 4),)
    root = graph.by_id[graph.root or 0]
    assert root.op == "cross_entropy"


def test_every_autograd_node_of_a_forward_is_some_boxs() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
    x = torch.randn(2, 1, 6, 6)
    trace = recorded(model, lambda: model(x).flatten(1).pow(2).mean())
    graph = module_graph(trace)
    assert graph is not None
    computed = {node.id for node in trace.graphs[0].nodes if node.variable is None}
    assert graph.makers.keys() >= computed
    assert set(graph.users) == {
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"
    }  # fmt: skip


def test_detach_is_left_by_the_values_alone() -> None:
    """Both hold the same memory; autograd knows which of them each op was given."""
    w = torch.randn(3, requires_grad=True)

    def run() -> Tensor:
        made = w.exp()
        held = made.detach()
        return (made.sin() * held.cos() + made * held).sum()

    found = arrows(graph_of(None, run))
    assert found.count("exp > detach") == 1
    assert "exp > sin" in found
    assert "detach > cos" in found
    assert sorted(arrow for arrow in found if arrow.endswith("> mul"))[-1] == "sin > mul"
    assert {"exp > mul", "detach > mul", "cos > mul"} <= set(found)


def test_a_view_that_changes_under_its_holder_is_wired_to_the_change() -> None:
    w = torch.randn(4, requires_grad=True)

    def run() -> Tensor:
        made = w * 2
        made[:2].mul_(3)
        return made.sum()

    graph = graph_of(None, run)
    assert "mul_ > sum" in arrows(graph)
    assert [node.variable for node in graph if node.role == "input"] == ["leaf#1"]


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return grads[0] * 3 * x**2


def test_a_custom_functions_node_is_that_of_the_op_in_it() -> None:
    w = torch.randn(3, requires_grad=True)
    trace = recorded(None, lambda: Cube.apply(w.sin()).sum())  # type: ignore[no-untyped-call]
    graph = module_graph(trace)
    assert graph is not None
    assert arrows(graph) == ["leaf#1 > sin", "sin > pow", "pow > sum"]
    node = next(node for node in trace.graphs[0].nodes if node.name == "CubeBackward")
    assert graph.by_id[graph.makers[node.id]].op == "pow"


@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpoint_is_run_once(reentrant: bool) -> None:
    inner = nn.Linear(3, 3)
    x = torch.randn(2, 3, requires_grad=True)

    def run() -> Tensor:
        made: Tensor = checkpoint(inner, x.sin(), use_reentrant=reentrant)
        return made.cos().sum()

    trace = recorded(inner, run)
    graph = module_graph(trace, trace.graphs[0].begins)
    assert graph is not None
    assert arrows(graph) == [
        "leaf#1 > sin", "sin > linear", "linear > output", "output > cos", "cos > sum"
    ]  # fmt: skip


def test_what_a_checkpoint_computes_anew_is_the_forward_of_the_backward_in_it() -> None:
    inner = nn.Linear(3, 3)
    x = torch.randn(2, 3, requires_grad=True)
    trace = recorded(inner, lambda: checkpoint(inner, x, use_reentrant=True).sum())
    graph = module_graph(trace)
    assert graph is not None
    assert [node.op for node in graph if node.role == "op"] == ["linear"]


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enc = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("shift", torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        return self.enc(self.enc(x) * self.scale) + x + self.shift


def test_a_module_called_twice_is_two_calls_of_one_module() -> None:
    model, x = Shared(), torch.randn(2, 3)
    graph = graph_of(model, lambda: model(x).sum())
    assert [node.module for node in graph if node.kind == "Linear"] == ["enc", "enc#2"]
    assert graph.calls["enc"].name == graph.calls["enc#2"].name == "enc"
    assert [len(graph.users[name]) for name in ("enc.weight", "scale", "shift")] == [2, 1, 1]
    assert "input > add" in arrows(graph)


def test_without_a_model_its_parameters_are_no_inputs() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.LayerNorm(3), nn.Linear(3, 1))
    x = torch.randn(4, 3, requires_grad=True)
    graph = graph_of(None, lambda: model(x).sum())
    assert [node.shape for node in graph if node.role == "input"] == [(4, 3)]
    assert [len(node.parameters) for node in graph if node.kind] == [2, 2, 2]


def test_what_autograd_does_not_watch_is_there_too() -> None:
    model = nn.Linear(3, 2)
    x = torch.randn(4, 3)

    def run() -> Tensor:
        with torch.no_grad():
            scale = x.abs().amax()
        return model(x / scale).sum()

    graph = graph_of(model, run)
    unwatched = [node.op for node in graph if node.role == "op" and not node.made]
    assert unwatched == ["abs", "amax", "truediv"] or unwatched == ["abs", "amax", "div"]
    assert "amax" in {arrow.partition(" ")[0] for arrow in arrows(graph)}


def test_each_backward_has_its_own_forward() -> None:
    """A GAN's two backwards; the second one goes through what the first one made, too."""
    maker, judge, x = nn.Linear(2, 3), nn.Linear(3, 1), torch.randn(4, 2)
    torch.manual_seed(0)
    with gradviz.record(nn.ModuleDict({"maker": maker, "judge": judge})) as trace:
        fake = maker(x)
        judge(fake.detach()).mean().backward()
        judge(fake).mean().backward()
    first, second = (module_graph(trace, graph.begins) for graph in trace.graphs)
    assert first is not None
    assert second is not None
    assert arrows(first) == [
        "input > maker", "maker > detach", "detach > judge", "judge > mean"
    ]  # fmt: skip
    assert arrows(second) == ["input > maker", "maker > judge#2", "judge#2 > mean"]


def test_iterations_in_one_recording_are_told_apart() -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(4, 2)).sum().backward()
            optimizer.step()
    graphs = [module_graph(trace, graph.begins) for graph in trace.graphs]
    assert all(graph is not None and len(graph.nodes) == 4 for graph in graphs)


def test_a_forward_without_backward_has_a_graph() -> None:
    model, x = nn.Sequential(nn.Linear(2, 2), nn.Tanh()), torch.randn(3, 2)
    with gradviz.record(model) as trace, torch.no_grad():
        model(x)
    graph = module_graph(trace)
    assert graph is not None
    assert arrows(graph) == ["input > 0", "0 > 1", "1 > output"]
    assert graph.root is None


def test_nothing_ran() -> None:
    with gradviz.record() as trace:
        pass
    assert module_graph(trace) is None


def test_several_outputs() -> None:
    model = nn.LSTM(3, 4)

    def run() -> Tensor:
        out, (h, _c) = model(torch.randn(5, 2, 3))
        return out.sum() + h.sum()

    graph = graph_of(model, run)
    lstm = next(node for node in graph if node.op == "lstm")
    assert lstm.shapes == ((5, 2, 4), (1, 2, 4), (1, 2, 4))
    leaving = [edge.output for edge in graph.edges if edge.producer == lstm.id]
    assert leaving == [0, 1]
    assert [node.op for node in graph if node.role == "output"] == ["output#1", "output#2"]


def test_a_saved_trace_gives_the_same_graph(tmp_path: Path) -> None:
    model = Shared()
    trace = recorded(model, lambda: model(torch.randn(2, 3)).sum())
    trace.save(tmp_path / "t.gvtrace")
    opened = module_graph(gradviz.open_trace(tmp_path / "t.gvtrace"))
    known = module_graph(trace)
    assert opened is not None
    assert known is not None
    assert (opened.nodes, opened.edges, opened.root) == (known.nodes, known.edges, known.root)
