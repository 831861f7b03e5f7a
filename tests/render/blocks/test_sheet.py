"""A diagram as it is drawn: which port a wire leads to, what is known, what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import gradviz
from gradviz.engine.building.shapes import infer
from gradviz.render.blocks.drawblock import draw_block
from gradviz.render.blocks.groupsigns import COLOURS
from gradviz.render.blocks.kindcards import GROUPS, catalogue, kinds_of
from gradviz.render.blocks.sheet import Sheet, input_name, missing_inputs, sheet_of, source_name
from gradviz.render.theme import THEMES, contrast
from gradviz.spec.model import Block, Model, Wire


def sheet(model: Model, path: str = "", kind: str = "") -> Sheet:
    diagram = next((each for each in model.composites if each.name == kind), model)
    return sheet_of(diagram, kinds_of(model, catalogue()), infer(model), path)


def test_every_wire_tells_its_shape(examples: Path) -> None:
    model = gradviz.load(examples / "lenet5.gradviz").model
    found = sheet(model)
    assert len(found.threads) == len(model.wires)
    assert found.conditions["conv1"].shapes == ("(N, 6, 28, 28)",)
    assert found.conditions["scores"].shapes == ()
    assert found.cards["fc1"].count == 48120
    assert not any(condition.problem for condition in found.conditions.values())


def test_inside_of_a_composite_the_shapes_are_those_where_it_stands(examples: Path) -> None:
    model = gradviz.load(examples / "resnet18.gradviz").model
    found = sheet(model, "layer1.0", "BasicBlock")
    assert found.conditions["conv1"].shapes == ("(N, 64, 56, 56)",)
    assert sheet(model, "layer9", "BasicBlock").conditions["conv1"].shapes == ()


def test_wires_find_their_ports(examples: Path) -> None:
    model = gradviz.load(examples / "gpt.gradviz").model
    found = sheet(model, "blocks.0", "GPTBlock")
    inside = next(each for each in model.composites if each.name == "GPTBlock")
    assert len(found.threads) == len(inside.wires)
    split, attention = found.cards["split"], found.cards["attention"]
    told = {
        (source_name(split, each.source[1]), input_name(attention, each.target[1]))
        for each in found.threads
        if (each.source[0], each.target[0]) == ("split", "attention")
    }
    assert told == {
        ("split.q", "attention.query"),
        ("split.k", "attention.key"),
        ("split.v", "attention.value"),
    }


def test_what_does_not_fit_is_marked_with_its_wire(examples: Path) -> None:
    model = gradviz.load(examples / "lenet5.gradviz").model
    blocks = tuple(
        replace(block, settings={**block.settings, "in_features": 300})
        if block.name == "fc1"
        else block
        for block in model.blocks
    )
    found = sheet(replace(model, blocks=blocks))
    assert [name for name, each in found.conditions.items() if each.problem] == ["fc1"]
    assert [each.wire.target for each in found.threads if each.bad] == ["fc1"]
    assert "300" in str(found.problems["fc1"])


def test_an_input_without_a_wire_is_missing_and_no_alarm() -> None:
    model = Model((Block("x", "Input", {"shape": [4]}), Block("sum", "Add")), (Wire("x", "sum.a"),))
    found = sheet(model)
    assert missing_inputs(found.cards["sum"], found.conditions["sum"]) == (1,)
    assert not found.conditions["sum"].problem


def test_what_is_wrong_in_a_composite_marks_the_block_around_it(examples: Path) -> None:
    model = gradviz.load(examples / "resnet18.gradviz").model
    wires = tuple(wire for wire in model.composites[0].wires if wire.target != "bn1")
    composites = (replace(model.composites[0], wires=wires), *model.composites[1:])
    found = sheet(replace(model, composites=composites))
    assert found.conditions["layer1"].problem


def test_wires_that_lead_nowhere_are_not_drawn() -> None:
    model = Model((Block("x", "Input", {"shape": [4]}), Block("y", "ReLU")), (Wire("x.no", "y"),))
    assert sheet(model).threads == ()


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_kind_can_be_drawn(theme: object) -> None:
    model = Model(tuple(Block(f"b{place}", kind) for place, kind in enumerate(catalogue())))
    found = sheet_of(model, catalogue(), None, "")
    for name, card in found.cards.items():
        assert draw_block(card, found.conditions[name], theme)  # type: ignore[arg-type]


def test_every_group_has_a_name_a_colour_and_a_sign() -> None:
    beside = {"composites", "own", "library"}
    assert {kind.group for kind in catalogue().values()} | beside == set(GROUPS)
    assert set(COLOURS) == set(GROUPS)
    assert all(contrast("#ffffff", colour) > 4.5 for colour in COLOURS.values())
