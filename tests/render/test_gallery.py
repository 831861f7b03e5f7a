"""What makes a picture readable and can be measured, over models of every kind, small ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import gradviz
from gradviz.render.arrange.arrange import arrange
from gradviz.render.arrange.copies import with_copies
from gradviz.render.arrange.placing import Placing
from gradviz.render.drawing import Box, Point, Text, flat
from gradviz.render.folds.fold import LEAST, MOST
from gradviz.render.folds.folding import Folding
from gradviz.render.layout.layout import Label, Layout, Place
from gradviz.render.pages.slide import LEAST as SMALLEST
from gradviz.render.pages.slide import slide_of
from gradviz.render.render import picture
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import scene_of
from gradviz.trace.trace import Trace
from tests.benchmarks import models

Area = tuple[float, float, float, float]


class Toy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w, self.b = (nn.Parameter(torch.tensor(number)) for number in (3.0, 1.0))

    def forward(self, x: Tensor) -> Tensor:
        return ((x * self.w + self.b - 10) ** 2).expand(1, 2)


class UNet(nn.Module):
    def __init__(self, widths: tuple[int, ...] = (2, 4, 8)) -> None:
        super().__init__()

        def twice(inside: int, outside: int) -> nn.Module:
            convs = [nn.Conv2d(a, outside, 3, padding=1) for a in (inside, outside)]
            return nn.Sequential(convs[0], nn.ReLU(), convs[1], nn.ReLU())

        steps = list(pairwise(widths))
        self.first = twice(3, widths[0])
        self.down = nn.ModuleList(twice(a, b) for a, b in steps)
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, 2) for a, b in steps[::-1])
        self.joined = nn.ModuleList(twice(2 * a, a) for a, _ in steps[::-1])

    def forward(self, x: Tensor) -> Tensor:
        skips = [self.first(x)]
        for down in self.down:
            skips.append(down(F.max_pool2d(skips[-1], 2)))
        x = skips.pop()
        for up, joined in zip(self.up, self.joined, strict=True):
            x = joined(torch.cat([skips.pop(), up(x)], 1))
        return x.mean((2, 3))


class PlainRNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W, self.U = nn.Parameter(torch.randn(4, 8) / 4), nn.Parameter(torch.randn(4, 4) / 4)
        self.b = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(len(x), 4)
        for step in x.unbind(1):
            h = torch.tanh(step @ self.W.T + h @ self.U.T + self.b)
        return h


def image() -> Tensor:
    return torch.randn(2, 3, 16, 16)


def steps() -> Tensor:
    return torch.randn(2, 12, 8)


GALLERY: dict[str, Callable[[], tuple[nn.Module, Tensor]]] = {
    "toy": lambda: (Toy(), torch.tensor(2.0)),
    "mlp": lambda: models.tiny()[:2],
    "resnet": lambda: (models.ResNet((2, 3, 1, 1), width=2), image()),
    "unet": lambda: (UNet(), image()),
    "dense": lambda: (models.DenseNet((3, 3), growth=2), image()),
    "gpt": lambda: models.small_gpt(4)[:2],
    "lstm": lambda: (models.WholeLSTM(), steps()),
    "cell": lambda: (models.CellLoop(4), steps()),
    "gates": lambda: (models.Gates(4), steps()),
    "rnn": lambda: (PlainRNN(), steps()),
}
LARGE = ("resnet", "unet", "dense", "gpt", "cell", "gates", "rnn")


@cache
def trained(name: str) -> Trace:
    torch.manual_seed(0)
    model, x = GALLERY[name]()
    with gradviz.record(model) as trace:
        output = model(x)
        models.loss_of(output, output.detach().argmax(-1)).backward()
    return trace


@cache
def laid_out(name: str, fold: Folding) -> Layout:
    layout = arrange(scene_of(trained(name).graphs[0], folding=fold))
    assert layout.reason == ""
    return layout


def cards_of(layout: Layout) -> list[Place]:
    return [*layout.places, *(copy.place for copy in layout.copies)]


def area_of(thing: Place | Label) -> Area:
    if isinstance(thing, Place):
        return (thing.x, thing.y, thing.x + thing.card.width, thing.y + thing.card.height)
    return (thing.x, thing.y, thing.x + thing.width, thing.y + thing.height)


def meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def along(points: tuple[Point, ...]) -> Iterator[Point]:
    for start in range(0, len(points) - 1, 3):
        a, b, c, d = points[start : start + 4]
        for step in range(17):
            t, u = step / 16, 1 - step / 16
            x, y = (
                u**3 * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t**3 * d[i]
                for i in (0, 1)
            )
            yield x, y


@pytest.mark.parametrize("fold", ["auto", 1, "none"])
@pytest.mark.parametrize("name", GALLERY)
def test_nothing_lies_on_anything(name: str, fold: Folding) -> None:
    layout = laid_out(name, fold)
    cards = [area_of(place) for place in cards_of(layout)]
    labels = [
        area_of(label)
        for route in layout.routes for label in (route.value, route.gradient) if label
    ]  # fmt: skip
    things = sorted([*cards, *labels], key=lambda area: area[1])
    for number, one in enumerate(things):
        for other in things[number + 1 :]:
            if other[1] >= one[3]:
                break
            assert not meet(one, other)


@pytest.mark.parametrize("name", ["mlp", "rnn", "cell"])
@pytest.mark.parametrize("fold", ["auto", "none"])
def test_what_cut_an_edge_is_written_where_nothing_else_is(name: str, fold: Folding) -> None:
    trace = trained(name)
    _, layout = Placing(fold).of(trace.graphs[0], trace, live=True)
    cards = [area_of(place) for place in cards_of(layout)]
    chips = [route.value for route in layout.routes if isinstance(route.edge, Stub) and route.value]
    assert chips
    assert not any(meet(area_of(chip), card) for chip in chips for card in cards)


@pytest.mark.parametrize("fold", ["auto", 1, "none"])
@pytest.mark.parametrize("name", GALLERY)
def test_no_edge_crosses_a_card_that_it_does_not_belong_to(name: str, fold: Folding) -> None:
    assert crossings(laid_out(name, fold)) == set()


def test_a_state_from_the_iteration_before_comes_in_beside_the_cards() -> None:
    torch.manual_seed(0)
    cell = nn.RNNCell(3, 4)
    with gradviz.record(cell) as trace:
        h = torch.zeros(2, 4)
        for _ in range(2):
            h = cell(torch.randn(2, 3), cell(torch.randn(2, 3), h.detach()))
            h.sum().backward()
    _, layout = Placing("none").of(trace.graphs[1], trace, live=True)
    assert [route.edge.word for route in layout.routes if isinstance(route.edge, Stub)] == [
        "detach"
    ]
    assert crossings(layout) == set()


def crossings(layout: Layout) -> set[tuple[str, str]]:
    """Where an edge, by its producer, lies on a card that it does not lead to."""
    titles = {place.card.id: place.card.title for place in layout.places}
    crossed = set()
    for route in layout.routes:
        ends = {route.edge.producer, route.edge.consumer}
        xs, ys = [x for x, _ in route.points], [y for _, y in route.points]
        reach = (min(xs), min(ys), max(xs), max(ys))
        near = (place for place in layout.places if meet(area_of(place), reach))
        others = [place for place in near if place.card.id not in ends]
        for x, y in along(route.points) if others else ():
            for place in others:
                left, top, right, bottom = area_of(place)
                if left + 1 < x < right - 1 and top + 1 < y < bottom - 1:
                    crossed.add((titles[route.edge.producer], titles[place.card.id]))
    return crossed


@pytest.mark.parametrize("name", LARGE)
def test_auto_shows_what_can_be_read(name: str) -> None:
    count = len(laid_out(name, "auto").places)
    assert LEAST - 3 <= count <= MOST


@pytest.mark.parametrize("name", GALLERY)
def test_every_text_of_a_slide_can_be_read_in_the_last_row(name: str) -> None:
    drawing = picture(trained(name), at="backward:half", slide=slide_of("1280x720"))
    assert drawing.note == ""
    texts = [item for item in flat(drawing.items) if isinstance(item, Text)]
    assert min(text.size for text in texts) * drawing.unit >= SMALLEST - 0.01
    ground = [
        item for item in flat(drawing.items) if isinstance(item, Box) and item.node is not None
    ]
    assert ground


def test_the_skips_of_a_transformer_stay_in_their_blocks() -> None:
    layout = laid_out("gpt", "none")
    for frame in (place for place in layout.frames if place.frame.parent == "blocks"):
        adds = {place.card.id for place in layout.places if place.card.module == frame.frame.path}
        skips = [route for route in layout.routes if route.edge.consumer in adds]
        assert len(skips) > 5
        xs = [x for route in skips for x, _ in along(route.points)]
        assert frame.x < min(xs)
        assert max(xs) < frame.x + frame.width


def test_what_an_edge_carries_is_written_where_the_card_does_not_say_it() -> None:
    layout = laid_out("unet", "auto")
    titles = {place.card.id: place.card.title for place in layout.places}
    skips = [route for route in layout.routes if titles[route.edge.consumer] == "cat"]
    far = [route for route in skips if not titles[route.edge.producer].startswith("up")]
    assert len(far) == 2
    assert any(route.gradient for route in far)
    assert {route.value.text for route in far if route.value} <= {"(2, 2, 16, 16)", "(2, 4, 8, 8)"}
    assert any(route.value for route in far)
    chain = [route for route in laid_out("mlp", "auto").routes if route.value or route.gradient]
    assert chain == []
    assert with_copies(scene_of(trained("unet").graphs[0])).originals == {}
