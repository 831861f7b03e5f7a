"""The names of variables in a ``forward``: each value is still there when it is used."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from gradviz.code.program import to_python
from gradviz.spec.model import Block, Composite, Model, Wire
from tests.code.test_python import CELL, OUT, POINT, of, project, same, wires

WIDE = {"in_features": 4, "out_features": 4}
# fmt: off
MODELS = {
    "a block whose value waits is called like a loop's module": Model(
        (POINT, Block("part", "Linear", WIDE), Block("row", "Cell", repeat=2), Block("add", "Add"),
         OUT),
        (Wire("point", "part"), Wire("part", "row.x"), Wire("point", "row.h"),
         Wire("row.state", "add.a"), Wire("part", "add.b"), Wire("add", "out")),
        (CELL,),
    ),
    "a block whose value waits is called like what is thrown away": Model(
        (POINT, Block("_", "Tanh"), Block("cut", "Split", {"size": 2}), Block("join", "Concat"),
         OUT),
        (Wire("point", "_"), Wire("point", "cut"), Wire("cut.second", "join.a"),
         Wire("_", "join.b"), Wire("join", "out")),
    ),
    "a function of ours and a block are called alike": Model(
        (Block("point", "Input", {"shape": [2, 2]}), Block("diagonal", "Diagonal"),
         Block("wide", "Unsqueeze", {"dim": 2}), Block("again", "MatMul"),
         Block("second", "Diagonal"), Block("add", "Add"), OUT),
        (Wire("point", "diagonal"), Wire("diagonal", "wide"), Wire("point", "again.a"),
         Wire("point", "again.b"), Wire("again", "second"), Wire("diagonal", "add.a"),
         Wire("second", "add.b"), Wire("add", "out")),
    ),
    "one output of several is called like another block": Model(
        (POINT, Block("cut", "Split", {"size": 2}), Block("cut_second", "Tanh"),
         Block("join", "Concat"), OUT),
        (Wire("point", "cut_second"), Wire("point", "cut"), Wire("cut.first", "join.a"),
         Wire("cut.second", "join.b"), Wire("cut_second", "join.c"), Wire("join", "out")),
    ),
    "a name is free only with a sign behind it, and so is another": Model(
        (POINT, Block("F_", "Tanh"), Block("F", "Sigmoid"), Block("add", "Add"), OUT),
        (Wire("point", "F_"), Wire("point", "F"), Wire("F_", "add.a"), Wire("F", "add.b"),
         Wire("add", "out")),
    ),
    "what goes into each round stays": Model(
        (POINT, Block("first", "Tanh"), Block("second", "Sigmoid"),
         Block("fold", "Subtract", repeat=3), OUT),
        (Wire("point", "first"), Wire("first", "second"), Wire("point", "fold.a"),
         Wire("second", "fold.b"), Wire("fold", "out")),
    ),
    "nothing is made of what comes out": Model(
        (POINT, Block("dead", "Linear", WIDE), Block("sum", "Add"), OUT),
        (Wire("point", "dead"), Wire("point", "sum.a"), Wire("dead", "sum.b"),
         Wire("point", "out")),
    ),
    "a tensor of the model's is the result": Model(
        (POINT, Block("token", "Parameter", {"shape": [4]}), OUT), (Wire("token", "out"),)
    ),
    "a tensor of the model's goes through rounds": Model(
        (POINT, Block("token", "Parameter", {"shape": [4]}),
         Block("fold", "Add", repeat=2), OUT),
        (Wire("token", "fold.a"), Wire("point", "fold.b"), Wire("fold", "out")),
    ),
}
# fmt: on


@pytest.mark.parametrize("name", MODELS)
def test_every_value_is_there_when_it_is_used(name: str) -> None:
    model = MODELS[name]
    shape = model.blocks[0].settings["shape"]
    assert isinstance(shape, list)
    same(project(model), torch.randn(3, *shape))


def forward_of(model: Model) -> list[str]:
    text = to_python(project(model))
    return [line.strip() for line in text.split("def forward")[-1].split("def main")[0].split("\n")]


def test_the_way_around_waits_as_x() -> None:
    around = Composite(
        name="Around",
        blocks=(Block("x", "Input"), Block("fc", "Linear", WIDE), Block("act", "ReLU"),
                Block("add", "Add"), Block("y", "Output")),
        wires=(*(Wire(a, b) for a, b in pairwise(("x", "fc", "act", "add.a"))),
               Wire("x", "add.b"), Wire("add", "y")),
    )  # fmt: skip
    text = to_python(project(of(Block("body", "Around"), around)))
    lines = ["out = self.fc(x)", "out = self.act(out)", "x = out + x", "return x"]
    assert "".join(f"        {line}\n" for line in lines) in text


def test_results_have_the_names_of_their_ports_and_unused_ones_none() -> None:
    model = Model(
        (Block("point", "Input", {"shape": [5, 4]}),
         Block("lstm", "LSTM", {"input_size": 4, "hidden_size": 3}), OUT),
        wires("point", "lstm", "out"),
    )  # fmt: skip
    assert "x, _ = self.lstm(point)" in forward_of(model)
    cell = Model((*model.blocks, Block("cell", "Output")), (*model.wires, Wire("lstm.c", "cell")))
    assert "lstm_output, (_, lstm_c) = self.lstm(point)" in forward_of(cell)


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (Block("b", "Permute", {"dims": [0, 2, 1]}), "x = point.permute(0, 2, 1)"),
        (Block("b", "View", {"shape": [997, 4]}), "x = point.view(997, 4)"),
        (Block("b", "Repeat", {"sizes": [1, 2, 1]}), "x = point.repeat(1, 2, 1)"),
    ],
)
def test_sizes_stand_one_by_one(block: Block, line: str) -> None:
    start = Block("point", "Input", {"shape": [2, 2]})
    assert line in forward_of(Model((start, block, OUT), wires("point", "b", "out")))


def test_a_tensor_of_the_models_stands_where_it_is_used() -> None:
    model = Model(
        (POINT, Block("token", "Parameter", {"shape": [4]}), Block("add", "Add"), OUT),
        (Wire("point", "add.a"), Wire("token", "add.b"), Wire("add", "out")),
    )
    assert "x = point + self.token" in forward_of(model)


@pytest.mark.parametrize("name", ["training", "forward", "state_dict"])
def test_a_parameter_of_a_composite_hides_nothing_of_a_module(name: str) -> None:
    part = Composite(
        name="Scaled",
        parameters={name: 2.0},
        blocks=(Block("x", "Input"), Block("times", "Scale", {"factor": f"={name}"}),
                Block("y", "Output")),
        wires=wires("x", "times", "y"),
    )  # fmt: skip
    model = of(Block("body", "Scaled"), part)
    same(project(model), torch.randn(3, 4))
    assert f"self.{name}_ = {name}" in to_python(project(model))


def test_a_number_too_large_for_torch_is_written_with_a_point() -> None:
    same(project(of(Block("body", "Scale", {"factor": 2**64}))), torch.randn(3, 4))
