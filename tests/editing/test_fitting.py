"""A block that was just put down takes its sizes from what feeds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import gradviz
from gradviz import editing
from gradviz.engine.building.repairs import repairs
from gradviz.spec.model import Block, Model, Setting

IMAGE = Model((Block("x", "Input", {"shape": [3, 28, 28]}),))
ROW = Model((Block("x", "Input", {"shape": [7]}),))


@pytest.mark.parametrize(
    ("model", "kind", "setting", "value"),
    [
        (IMAGE, "Conv2d", "in_channels", 3),
        (IMAGE, "BatchNorm2d", "num_features", 3),
        (ROW, "Linear", "in_features", 7),
        (ROW, "LayerNorm", "normalized_shape", [7]),
    ],
)
def test_sizes_come_from_what_feeds_it(
    model: Model, kind: str, setting: str, value: Setting
) -> None:
    added = editing.add(model, kind)
    (name,) = added.names
    wired = editing.connect(added.model, "x", name).model
    found = next(each for each in editing.fitted(wired, name).blocks if each.name == name)
    assert found.settings[setting] == value


def test_what_somebody_set_stays() -> None:
    added = editing.add(ROW, "Linear", settings={"in_features": 5, "out_features": 2})
    (name,) = added.names
    wired = editing.connect(added.model, "x", name).model
    assert editing.fitted(wired, name) is wired


def test_what_fits_or_is_fed_by_nothing_stays() -> None:
    alone = editing.add(ROW, "Linear").model
    assert editing.fitted(alone, "fc1") is alone
    fits = editing.connect(editing.add(ROW, "ReLU").model, "x", "relu1").model
    assert editing.fitted(fits, "relu1") is fits


def test_in_a_composite_it_is_the_place_that_counts(examples: Path) -> None:
    model = gradviz.load(examples / "resnet18.gradviz").model
    inside = next(each for each in model.composites if each.name == "BasicBlock")
    wire = next(each for each in inside.wires if each.source == "conv1")
    done = editing.insert(model, wire, "BatchNorm2d", within="BasicBlock")
    (name,) = done.names
    found = editing.fitted(done.model, name, within="BasicBlock", path="layer1.0")
    block = next(
        each
        for composite in found.composites
        if composite.name == "BasicBlock"
        for each in composite.blocks
        if each.name == name
    )
    assert block.settings["num_features"] == 64
    assert replace(block, settings={}) == Block(name, "BatchNorm2d")


def test_a_linear_behind_an_image_stays_red_so_that_a_flatten_is_offered() -> None:
    model = Model((Block("x", "Input", {"shape": [3, 9, 9]}),))
    edited = editing.add(model, "Linear")
    model = editing.connect(edited.model, "x", "fc1").model
    model = editing.fitted(model, "fc1")
    first = repairs(model, "fc1")[0]
    assert first.fields == {
        "kind": "Flatten", "block": "fc1", "setting": "in_features", "value": 243,
    }  # fmt: skip
