"""Where blocks stand that nobody has put anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradviz
from gradviz.render.blocks.arranging import arranged
from gradviz.render.blocks.blockcard import BlockCard, block_card
from gradviz.render.blocks.kindcards import catalogue, kinds_of
from gradviz.render.blocks.places import GAP, below, free_place, placed, with_room
from gradviz.render.blocks.sheet import Sheet, sheet_of
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Model, Wire

EXAMPLES = ["lenet5", "resnet18", "unet", "gpt", "vit", "dense_block", "lstm_tagger"]


def sheet(model: Model) -> Sheet:
    return sheet_of(model, kinds_of(model, catalogue()), None, "")


def overlapping(cards: dict[str, BlockCard], places: dict[str, tuple[float, float]]) -> list[str]:
    names = list(places)
    return [
        f"{one} {other}"
        for number, one in enumerate(names)
        for other in names[number + 1 :]
        if abs(places[one][0] - places[other][0]) < (cards[one].width + cards[other].width) / 2
        and abs(places[one][1] - places[other][1]) < (cards[one].height + cards[other].height) / 2
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_graphviz_puts_producers_above_consumers(name: str, examples: Path) -> None:
    model = gradviz.load(examples / f"{name}.gradviz").model
    cards = dict(sheet(model).cards)
    places = arranged(list(cards.values()), model.wires)
    assert set(places) == {block.name for block in model.blocks}
    assert not overlapping(cards, places)
    for wire in model.wires:
        source, target = block_of(wire.source), block_of(wire.target)
        bottom = places[source][1] + cards[source].height / 2
        assert bottom < places[target][1] - cards[target].height / 2


CHAIN = Model(
    tuple(Block(name, "ReLU") for name in ("a", "b", "c", "d")),
    (Wire("a", "b"), Wire("b", "c"), Wire("c", "d")),
)


def test_a_block_without_a_place_gets_one_between_its_neighbours() -> None:
    cards = dict(sheet(CHAIN).cards)
    known = {"a": (0.0, 0.0), "c": (0.0, 90.0), "d": (0.0, 180.0)}
    places = placed(["a", "b", "c", "d"], cards, CHAIN.wires, known)
    assert places["a"] == (0.0, 0.0)
    assert places["b"] == (0.0, GAP + cards["a"].height)
    assert not overlapping(cards, places)
    assert places["d"][1] - places["c"][1] == 90.0


def test_nothing_gives_way_where_there_is_room() -> None:
    cards = dict(sheet(CHAIN).cards)
    places = {"a": (0.0, 0.0), "b": (0.0, 100.0), "c": (0.0, 300.0)}
    assert with_room("b", cards, CHAIN.wires, places) == {}


def test_what_is_connected_to_nothing_stands_beside_the_others() -> None:
    model = Model((*CHAIN.blocks, Block("lost", "Conv2d")), CHAIN.wires)
    cards = dict(sheet(model).cards)
    places = placed([*"abcd", "lost"], cards, model.wires, arranged_chain(cards))
    assert not overlapping(cards, places)


def arranged_chain(cards: dict[str, BlockCard]) -> dict[str, tuple[float, float]]:
    return arranged([cards[name] for name in "abcd"], CHAIN.wires)


def test_a_place_that_is_taken_is_left_for_one_beside() -> None:
    card = block_card(Block("new", "ReLU"), catalogue()["ReLU"])
    cards = dict(sheet(CHAIN).cards)
    places = arranged_chain(cards)
    wanted = below("a", card, cards, places)
    found = free_place(wanted, card, cards, places)
    assert found != wanted
    assert found[1] == wanted[1]
    assert not overlapping({**cards, "new": card}, {**places, "new": found})
