"""What is cut off, in the picture: frozen leaves, scissors on edges, the list of lost leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz import i18n
from gradviz.render.arrange.arrange import arrange
from gradviz.render.arrange.ghosts import look_of, with_cuts
from gradviz.render.draw.cards import draw_node
from gradviz.render.drawing import Box, Curve, Drawing, Text, flat
from gradviz.render.layout.layout import Place
from gradviz.render.render import picture
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.leafnames import common_module, listed
from gradviz.render.scene.scene import Card, Scene, scene_of
from gradviz.render.theme import LIGHT, THEMES
from gradviz.render.write.svg import svg
from gradviz.trace.cuts import cuts_of
from gradviz.trace.trace import Trace


class Net(nn.Module):
    """A frozen backbone, a frozen layer in the middle, a detached branch, an unused head."""

    def __init__(self) -> None:
        super().__init__()
        self.back = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))
        self.back.requires_grad_(False)
        self.fc1 = nn.Linear(4, 8)
        self.mid = nn.Linear(8, 8).requires_grad_(False)
        self.fc2 = nn.Linear(8, 2)
        self.gate = nn.Linear(8, 2)
        self.aux = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = self.mid(self.fc1(self.back(x)).relu())
        return self.fc2(h) * self.gate(h).detach()


class Way(nn.Module):
    def __init__(self, way: Callable[[Way, Tensor], Tensor]) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self._way = way

    def forward(self, x: Tensor) -> Tensor:
        return self._way(self, x)


def recorded(model: nn.Module) -> Trace:
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    return trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    return recorded(Net())


def scene(trace: Trace, **settings: object) -> Scene:
    graph = trace.graphs[0]
    return with_cuts(scene_of(graph, **settings), cuts_of(trace, graph))  # type: ignore[arg-type]


def ghosts(scene: Scene) -> dict[str, Card]:
    return {card.title: card for card in scene.cards if card.ghost is not None}


def texts(drawing: Drawing) -> list[str]:
    return [item.text for item in flat(drawing.items) if isinstance(item, Text)]


def test_each_of_them_is_a_card(trace: Trace) -> None:
    found = ghosts(scene(trace))
    assert set(found) == {"back", "mid.weight", "mid.bias", "linear", "No path to the loss"}
    kinds = {title: card.ghost.kind for title, card in found.items() if card.ghost}
    assert kinds == {
        "back": "frozen",
        "mid.weight": "frozen",
        "mid.bias": "frozen",
        "linear": "cut",
        "No path to the loss": "lost",
    }
    linear, back = found["linear"].ghost, found["back"].ghost
    assert linear
    assert back
    assert linear.word == "detach"
    assert linear.leaves == ("gate.weight", "gate.bias")
    assert len(back.leaves) == 4
    assert "aux.weight, aux.bias" in found["No path to the loss"].name


def test_their_edges_lead_to_the_node_that_torch_gave_no_edge(trace: Trace) -> None:
    made = scene(trace)
    titles = {card.id: (card.title, card.subtitle) for card in made.cards}
    stubs = {titles[stub.producer][0]: (titles[stub.consumer][1], stub.word) for stub in made.stubs}
    assert stubs == {
        "back": ("AddmmBackward0", ""),
        "mid.weight": ("AddmmBackward0", ""),
        "mid.bias": ("AddmmBackward0", ""),
        "linear": ("MulBackward0", "detach"),
    }
    assert made.edges[: len(made.folded.edges)] == made.folded.edges
    assert len({(edge.producer, edge.consumer, edge.slot) for edge in made.edges}) == len(
        made.edges
    )


def test_a_frozen_leaf_stands_where_one_that_learns_would(trace: Trace) -> None:
    layout = arrange(scene(trace))
    by_title = {place.card.title: place for place in layout.places}
    weight, bias = by_title["mid.weight"], by_title["mid.bias"]
    assert weight.card.module == bias.card.module == "mid"
    assert weight.y == bias.y
    assert weight.x < bias.x


def test_nothing_is_added_where_nothing_is_cut() -> None:
    trace = recorded(Way(lambda m, x: m.b(m.a(x))))
    plain = scene_of(trace.graphs[0])
    assert with_cuts(plain, cuts_of(trace, trace.graphs[0])) is plain


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_words_in_the_picture(trace: Trace, theme: str, lang: str) -> None:
    i18n.use(lang)
    told = texts(picture(trace, theme=theme))
    assert {"detach", "mid.weight", "back"} <= set(told)
    assert (i18n.gettext("No path to the loss") in told) is True
    assert ("frozen" in told) == (lang == "en")


def test_a_snowflake_and_scissors_are_drawn_not_only_coloured(trace: Trace) -> None:
    made = scene(trace)
    found = ghosts(made)
    frozen = draw_node(Place(found["mid.weight"], 0, 0), None, LIGHT)
    assert any(isinstance(item, Curve) and len(item.points) > 60 for item in frozen)
    layout = arrange(made)
    drawing = picture(trace)
    chips = [
        item for item in flat(drawing.items) if isinstance(item, Text) and item.text == "detach"
    ]
    assert len(chips) == 1
    lines = [item for item in flat(drawing.items) if isinstance(item, Curve) and item.edge]
    cut = [line for line in lines if line.dashed]
    assert len(cut) == 1
    assert sum(isinstance(route.edge, Stub) for route in layout.routes) == 4


def test_everything_is_on_the_page(trace: Trace) -> None:
    moe = recorded(Way(lambda m, x: m.b(m.a(x)).gather(1, m.a(x).topk(2, 1).indices)))
    beside = recorded(Way(lambda m, x: (lambda h: h * m.b(h) * h.detach())(m.a(x))))
    for each in (trace, moe, beside):
        drawing = picture(each, at="end")
        for item in flat(drawing.items):
            if isinstance(item, Box):
                assert item.x > 0
                assert item.x + item.width < drawing.width
                assert item.y + item.height < drawing.height


def test_a_producer_that_is_drawn_gets_the_edge_itself() -> None:
    trace = recorded(Way(lambda m, x: (lambda h: h * h.detach())(m.a(x))))
    made = scene(trace)
    (stub,) = made.stubs
    titles = {card.id: card.subtitle for card in made.cards}
    assert (titles[stub.producer], titles[stub.consumer]) == ("AddmmBackward0", "MulBackward0")
    assert stub.word == "detach"
    assert not stub.ghost


def test_what_lies_in_a_folded_call_is_counted_on_its_card() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = Net()
            self.same = Way(lambda m, x: (lambda h: h * h.detach())(m.a(x)))
            self.into = nn.Linear(2, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.same(self.into(self.net(x)))

    made = scene(recorded(Outer()), folding=0)
    counts = {card.title: (card.frozen, card.cut) for card in made.cards if card.kind == "module"}
    assert counts == {"net": (2, 0), "same": (0, 1), "into": (0, 0)}
    drawn = draw_node(Place(next(card for card in made.cards if card.frozen), 0, 0), None, LIGHT)
    assert "2" in [item.text for item in drawn if isinstance(item, Text)]


def test_a_backbone_under_no_grad_is_one_card() -> None:
    def way(model: Way, x: Tensor) -> Tensor:
        with torch.no_grad():
            h = model.a(x).relu()
        return model.b(h)

    (card,) = ghosts(scene(recorded(Way(way)))).values()
    assert card.title == "a"
    assert card.ghost is not None
    assert (card.ghost.word, card.ghost.leaves) == ("no_grad", ("a.weight", "a.bias"))


def test_a_loss_without_a_node() -> None:
    trace = gradviz.Trace()
    model = Way(lambda m, x: m.a(x).argmax(1).float())

    def fail() -> None:
        nonlocal trace
        with gradviz.record(model) as trace:
            model(torch.randn(3, 4)).sum().backward()

    with pytest.raises(RuntimeError):
        fail()
    told = texts(picture(trace))
    assert {"loss", "linear", "argmax: integers", "has no grad_fn: backward cannot begin"} <= set(
        told
    )


def test_two_iterations_look_alike() -> None:
    model = Net()
    data = [(torch.randn(3, 4), torch.randn(3, 2))] * 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    session = gradviz.Session(model, nn.functional.mse_loss, optimizer, data)
    session.step_iteration()
    session.step_iteration()
    trace = session.trace
    first, second = (look_of(graph, cuts_of(trace, graph)) for graph in trace.graphs)
    assert first == second
    one, other = (with_cuts(scene_of(g), cuts_of(trace, g)) for g in trace.graphs)
    assert [card.ghost for card in one.cards] == [card.ghost for card in other.cards]


def test_odd_names_can_be_drawn(odd: str) -> None:
    model = nn.Module()
    name = odd.replace(".", "") or "odd"
    model.register_parameter(name, nn.Parameter(torch.ones(2)))
    model.register_parameter("w", nn.Parameter(torch.ones(2)))
    with gradviz.record(model) as trace:
        (model.w * 2).sum().backward()
    drawing = picture(trace)
    assert drawing.width < 2500
    assert "No path" in svg(drawing)


def test_names_are_summed_up_by_module() -> None:
    assert common_module(["a.b.weight", "a.b.bias"]) == "a.b"
    assert common_module(["a.b.weight", "a.c.bias"]) == "a"
    assert common_module(["a.weight", "b.weight"]) == ""
    assert listed(["a.weight", "a.bias", "w"]) == ["a.weight, a.bias", "w"]
    many = [f"layers.{n}.{part}" for n in range(9) for part in ("weight", "bias")]
    assert listed(many) == ["layers · 18 parameters"]


def test_many_frozen_leaves_are_counted_where_they_are_used() -> None:
    model = nn.Sequential(*(nn.Linear(4, 4) for _ in range(40)))
    for layer in list(model)[1:-1]:
        layer.requires_grad_(False)
    made = scene(recorded(model), folding="none")
    assert ghosts(made) == {}
    assert sum(card.frozen for card in made.cards) == 76
