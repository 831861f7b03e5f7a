"""What is proposed for a block that does not fit."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gradviz.engine.building.repairs import repairs
from gradviz.engine.building.shapes import infer
from gradviz.engine.building.site import free_name
from gradviz.spec.model import Block, Composite, Model, Wire


def chain(*blocks: Block, composites: tuple[Composite, ...] = ()) -> Model:
    names = [block.name for block in blocks]
    return Model(blocks, tuple(Wire(a, b) for a, b in pairwise(names)), composites)


def around(block: Block, *shape: int) -> Model:
    return chain(Block("x", "Input", {"shape": list(shape)}), block, Block("y", "Output"))


def told(model: Model, block: str) -> list[str]:
    return [repair.text.format(**repair.fields) for repair in repairs(model, block)]


LINEAR = Block("fc", "Linear", {"in_features": 400, "out_features": 10})
CONV = Block("conv", "Conv2d", {"in_channels": 3, "out_channels": 4, "kernel_size": 3})


def test_a_linear_gets_the_size_that_comes_in() -> None:
    assert told(around(LINEAR, 1568), "fc") == ["set in_features of fc to 1568"]


def test_an_image_in_front_of_a_linear_is_flattened() -> None:
    assert told(around(LINEAR, 32, 7, 7), "fc") == [
        "insert Flatten in front of fc and set in_features to 1568",
        "set in_features of fc to 7",
    ]


def test_channels_fit() -> None:
    assert told(around(CONV, 1, 28, 28), "conv")[0] == "set in_channels of conv to 1"
    pairs = told(
        around(Block("conv", "Conv2d", {**CONV.settings, "in_channels": 1}), 28, 28), "conv"
    )
    assert "insert Unsqueeze in front of conv" in pairs


def test_a_signal_is_turned() -> None:
    lstm = Block("lstm", "Conv1d", {"in_channels": 16, "out_channels": 4, "kernel_size": 3})
    found = told(around(lstm, 20, 16), "lstm")
    assert "insert Transpose in front of lstm" in found
    assert "set in_channels of lstm to 20" in found


@pytest.mark.parametrize("shape", [(400,), (32, 7, 7), (28, 28), (5,)])
def test_every_proposal_holds(shape: tuple[int, ...]) -> None:
    model = around(LINEAR, *shape)
    for repair in repairs(model, "fc"):
        shapes = infer(repair.model)
        assert shapes.problems == ()
        assert "fc" in shapes.outputs


def test_what_fits_and_what_nothing_mends_get_no_nonsense() -> None:
    turned = Block("turned", "Permute", {"dims": [0, 2, 1]})
    assert told(around(turned, 1, 28, 28), "turned") == []
    assert told(around(LINEAR, 3), "nothing") == []


def test_a_block_in_a_composite_is_mended_there() -> None:
    inner = Composite(
        name="Inner",
        blocks=(Block("x", "Input"), LINEAR, Block("y", "Output")),
        wires=(Wire("x", "fc"), Wire("fc", "y")),
    )
    model = around(Block("body", "Inner"), 3)
    model = Model(model.blocks, model.wires, (inner,))
    assert told(model, "body.fc") == ["set in_features of fc to 3"]
    (repair,) = repairs(model, "body.fc")
    assert repair.model.composites[0].blocks[1].settings["in_features"] == 3


def test_what_drives_a_composite_is_set_where_it_stands() -> None:
    conv = Block("conv", "Conv2d", {**CONV.settings, "in_channels": "=channels"})
    inner = Composite(
        name="Inner",
        parameters={"channels": 8},
        blocks=(Block("x", "Input"), conv, Block("y", "Output")),
        wires=(Wire("x", "conv"), Wire("conv", "y")),
    )
    model = around(Block("body", "Inner"), 3, 9, 9)
    model = Model(model.blocks, model.wires, (inner,))
    assert told(model, "body.conv") == ["set channels of body to 3"]
    (repair,) = repairs(model, "body.conv")
    assert repair.model.composites == (inner,)


def test_no_repair_spoils_what_fits_elsewhere() -> None:
    inner = Composite(
        name="Inner",
        blocks=(Block("x", "Input"), LINEAR, Block("y", "Output")),
        wires=(Wire("x", "fc"), Wire("fc", "y")),
    )
    inputs = Block("a", "Input", {"shape": [400]}), Block("b", "Input", {"shape": [3]})
    blocks = (*inputs, Block("good", "Inner"), Block("bad", "Inner"))
    model = Model(blocks, (Wire("a", "good"), Wire("b", "bad")), (inner,))
    assert told(model, "bad.fc") == []


def test_a_new_block_has_a_name_of_its_own() -> None:
    model = chain(Block("flatten", "Flatten"), Block("flatten2", "Flatten"))
    assert free_name(model, "flatten") == "flatten3"
    assert free_name(model, "relu") == "relu"
