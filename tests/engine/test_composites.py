"""Composites, repetitions, and what else blocks are set to, against plain PyTorch."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor, nn

import gradviz
from gradviz.engine.building.shapes import infer, infer_shapes
from gradviz.errors import BuildError, GradvizError, ProjectError
from gradviz.spec.check import check_model
from gradviz.spec.codec import decode, encode
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Setting, Wire
from gradviz.spec.project import Project, Training


def wires(*names: str) -> tuple[Wire, ...]:
    return tuple(Wire(a, b) for a, b in pairwise(names))


def linear(name: str, n: Setting, m: Setting) -> Block:
    return Block(name, "Linear", {"in_features": n, "out_features": m})


RESIDUAL = Composite(
    name="Residual",
    parameters={"width": 4, "hidden": "=width * 2"},
    blocks=(
        Block("x", "Input"),
        linear("up", "=width", "=hidden"),
        Block("act", "ReLU"),
        linear("down", "=hidden", "=width"),
        Block("add", "Add"),
        Block("y", "Output"),
    ),
    wires=(*wires("x", "up", "act", "down"), Wire("x", "add.a"), Wire("down", "add.b"),
           Wire("add", "y")),
)  # fmt: skip
POINT = Block("point", "Input", {"shape": [4]})
OUT = Block("out", "Output")


def project(model: Model, seed: int = 3) -> Project:
    training = Training(Choice("MSELoss"), Choice("SGD"), seed=seed)
    return Project(model=model, data=Data(Choice("Moons")), training=training)


def stacked(**block: object) -> Model:
    body = replace(Block("body", "Residual"), **block)
    return Model((POINT, body, OUT), wires("point", "body", "out"), (RESIDUAL,))


class Residual(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(self.up(x).relu())


def test_a_composite_is_a_module_of_its_own() -> None:
    built = gradviz.build(project(stacked(settings={"hidden": 6})))
    torch.manual_seed(3)
    plain = Residual(4, 6)
    assert [name for name, _ in built.named_parameters()] == [
        f"body.{name}" for name, _ in plain.named_parameters()
    ]
    assert type(built.get_submodule("body")).__name__ == "Residual"
    x = torch.randn(5, 4)
    assert torch.equal(built(x), plain(x))


def test_a_repeated_block_has_weights_of_its_own_each_time() -> None:
    built = gradviz.build(project(stacked(repeat=3)))
    torch.manual_seed(3)
    plain = nn.Sequential(*(Residual(4, 8) for _ in range(3)))
    assert [name for name, _ in built.named_parameters()][::4] == [
        f"body.{number}.up.weight" for number in range(3)
    ]
    x = torch.randn(5, 4)
    assert torch.equal(built(x), plain(x))


def test_a_row_says_what_is_in_it() -> None:
    with gradviz.record(model := gradviz.build(project(stacked(repeat=3)))) as trace:
        model(torch.randn(2, 4)).sum().backward()
    assert trace.calls["body"].kind == "Residual × 3"
    assert trace.calls["body.1"].kind == "Residual"
    assert repr(model.body).startswith("Residual × 3(\n  (0): Residual(")


def test_shared_repetitions_are_one_module() -> None:
    built = gradviz.build(project(stacked(repeat=3, shared=True)))
    torch.manual_seed(3)
    plain = Residual(4, 8)
    x = torch.randn(5, 4)
    assert len(list(built.parameters())) == 4
    assert torch.equal(built(x), plain(plain(plain(x))))


def test_a_repetition_knows_its_number() -> None:
    body = linear("body", "=4 + index", "=5 + index")
    model = Model((POINT, replace(body, repeat=3), OUT), wires("point", "body", "out"))
    assert infer_shapes(model)["out"] == ("N", 7)
    assert gradviz.build(project(model))(torch.zeros(2, 4)).shape == (2, 7)


def test_composites_nest_and_repeat_in_each_other() -> None:
    stage = Composite(
        name="Stage",
        parameters={"depth": 2},
        blocks=(
            Block("x", "Input"),
            Block("blocks", "Residual", {"width": 4}, repeat="=depth"),
            Block("y", "Output"),
        ),
        wires=wires("x", "blocks", "y"),
    )
    body = Block("stages", "Stage", {"depth": "=index + 1"}, repeat=3)
    model = Model((POINT, body, OUT), wires("point", "stages", "out"), (RESIDUAL, stage))
    check_model(model)
    built = gradviz.build(project(model))
    torch.manual_seed(3)
    plain = nn.Sequential(*(Residual(4, 8) for _ in range(6)))
    x = torch.randn(2, 4)
    assert torch.equal(built(x), plain(x))
    shapes = infer(model)
    assert shapes.outputs["stages.2.blocks.1.up"] == (("N", 8),)
    assert shapes.parameters["stages"] == 6 * (4 * 8 + 8 + 8 * 4 + 4)


def test_several_inputs_and_outputs() -> None:
    cell = Composite(
        name="Cell",
        blocks=(
            Block("x", "Input"), Block("h", "Input"), Block("both", "Concat"),
            linear("mix", 6, 2), Block("act", "Tanh"),
            Block("y", "Output"), Block("state", "Output"),
        ),
        wires=(Wire("x", "both.a"), Wire("h", "both.b"), *wires("both", "mix", "act", "y"),
               Wire("mix", "state")),
    )  # fmt: skip
    model = Model(
        (POINT, Block("start", "Input", {"shape": [2]}), Block("cell", "Cell"),
         Block("sum", "Add"), OUT),
        (Wire("point", "cell.x"), Wire("start", "cell.h"), Wire("cell.y", "sum.a"),
         Wire("cell.state", "sum.b"), Wire("sum", "out")),
        (cell,),
    )  # fmt: skip
    built = gradviz.build(project(model))
    torch.manual_seed(3)
    plain = nn.Linear(6, 2)
    x, h = torch.randn(3, 4), torch.randn(3, 2)
    mixed = plain(torch.cat((x, h), 1))
    assert torch.equal(built(x, h), mixed.tanh() + mixed)


def test_outputs_of_a_layer_have_names() -> None:
    model = Model(
        (Block("words", "Input", {"shape": [5, 4]}),
         Block("lstm", "LSTM", {"input_size": 4, "hidden_size": 3}),
         Block("last", "Select", {"dim": 0, "index": -1}), OUT),
        (Wire("words", "lstm"), Wire("lstm.h", "last"), Wire("last", "out")),
    )  # fmt: skip
    assert infer(model).outputs["lstm"] == (("N", 5, 3), (1, "N", 3), (1, "N", 3))
    built = gradviz.build(project(model))
    torch.manual_seed(3)
    plain = nn.LSTM(4, 3, batch_first=True)
    x = torch.randn(2, 5, 4)
    assert torch.equal(built(x), plain(x)[1][0][-1])


def test_weights_are_initialised_frozen_and_of_a_type_as_asked() -> None:
    first = replace(
        linear("first", 4, 3),
        init={"weight": Choice("kaiming_normal_", {"mode": "fan_out"}), "bias": Choice("zeros_")},
        frozen=True,
    )
    second = replace(linear("second", 4, 3), dtype="float64")
    model = Model(
        (POINT, first, Block("point64", "Input", {"shape": [4], "dtype": "float64"}), second,
         OUT, Block("out64", "Output")),
        (*wires("point", "first", "out"), *wires("point64", "second", "out64")),
    )  # fmt: skip
    built = gradviz.build(project(model))
    torch.manual_seed(3)
    plain = nn.Linear(4, 3)
    nn.init.kaiming_normal_(plain.weight, mode="fan_out")
    assert torch.equal(built.get_parameter("first.weight"), plain.weight)
    assert torch.equal(built.get_parameter("first.bias"), torch.zeros(3))
    wanted = {name: each.requires_grad for name, each in built.named_parameters()}
    assert wanted == {
        "first.weight": False, "first.bias": False, "second.weight": True, "second.bias": True,
    }  # fmt: skip
    assert built.get_parameter("second.weight").dtype == torch.float64


def test_a_region_without_gradients() -> None:
    built = gradviz.build(
        project(Model(stacked().blocks, stacked().wires, (replace(RESIDUAL, grad=False),)))
    )
    assert not built(torch.zeros(1, 4)).requires_grad


def test_a_project_with_composites_is_read_as_it_was_written() -> None:
    asked = project(stacked(repeat="=2 + 1", init={"up.bias": Choice("ones_")}))
    assert decode(encode(asked)) == asked


def test_shapes_are_told_as_far_as_they_are_known() -> None:
    model = Model(
        (POINT, linear("good", 4, 3), linear("bad", 9, 2), linear("after", 2, 1),
         Block("lost", "ReLU"), Block("odd", "Nothing"), OUT),
        (*wires("point", "good", "bad", "after", "out"), Wire("good", "odd")),
    )  # fmt: skip
    shapes = infer(model)
    assert shapes.outputs == {"point": (("N", 4),), "good": (("N", 3),)}
    assert [problem.block for problem in shapes.problems] == ["bad", "lost", "odd"]
    said = [str(problem) for problem in shapes.problems]
    assert any("bad: Linear got shape (N, 3) but wants (*, 9)" in each for each in said)
    assert any("there is no block “Nothing”" in each for each in said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": {"depth": 2}}, "body: Residual has no setting “depth” → it has: width, hidd"),
        ({"settings": {"width": 5}}, "body.up: Linear got shape (N, 4) but wants (*, 5)"),
        ({"settings": {"width": "=size"}}, "body: “=size” cannot be calculated"),
        ({"repeat": "=0 - 1"}, "body: a block cannot be repeated -1 times"),
        ({"repeat": "=10 ** 6"}, "body: a block cannot be repeated 1000000 times"),
        ({"init": {"weight": Choice("zeros_")}}, "no parameter “weight” → it has: up.weight"),
        ({"init": {"up.bias": Choice("eye_")}}, "eye_ cannot fill a tensor of shape (8,)"),
        ({"init": {"up.bias": Choice("ones")}}, "no initialisation “ones”"),
    ],
)
def test_what_is_wrong_inside_says_where(change: dict[str, object], said: str) -> None:
    with pytest.raises(GradvizError) as caught:
        gradviz.build(project(stacked(**change)))
    assert said in str(caught.value)


def composite(name: str, inside: str) -> Composite:
    return Composite(
        name=name,
        blocks=(Block("x", "Input"), Block("inner", inside), Block("y", "Output")),
        wires=wires("x", "inner", "y"),
    )


@pytest.mark.parametrize(
    ("composites", "said"),
    [
        ((composite("A", "A"),), "contains itself: A → A"),
        ((composite("A", "B"), composite("B", "A")), "contains itself"),
        ((composite("A", "ReLU"), composite("A", "Tanh")), "two composites are called “A”"),
        ((composite("for", "ReLU"),), "$.model.composites[0].name: “for” cannot name a block"),
        (
            tuple(composite(f"C{n}", f"C{n + 1}") for n in range(120)),
            "composites lie in each other",
        ),
    ],
)
def test_bad_composites_are_refused(composites: tuple[Composite, ...], said: str) -> None:
    with pytest.raises(ProjectError) as caught:
        check_model(Model((POINT, OUT), wires("point", "out"), composites))
    assert said in str(caught.value)


def test_a_composite_cannot_have_the_name_of_a_block() -> None:
    model = Model((POINT, OUT), wires("point", "out"), (composite("ReLU", "Tanh"),))
    with pytest.raises(BuildError, match=r"\$.model.composites\[0\].name: a block of the catalog"):
        gradviz.build(project(model))


def test_ninety_composites_in_each_other_are_built() -> None:
    inner = [composite(f"C{n}", f"C{n + 1}" if n < 89 else "Tanh") for n in range(90)]
    model = Model((POINT, Block("body", "C0"), OUT), wires("point", "body", "out"), tuple(inner))
    check_model(model)
    x = torch.randn(2, 4)
    assert torch.equal(gradviz.build(project(model))(x), x.tanh())


def test_what_leaves_a_composite_is_unknown_while_an_output_of_it_is_fed_by_nothing() -> None:
    inside = Composite(
        name="Two",
        blocks=(Block("x", "Input"), Block("one", "Output"), Block("two", "Output")),
        wires=(Wire("x", "one"),),
    )
    blocks = Block("x", "Input", {"shape": [4]}), Block("both", "Two"), Block("sum", "Add")
    wires = Wire("x", "both"), Wire("both.one", "sum.a"), Wire("both.two", "sum.b")
    shapes = infer(Model(blocks, wires, (inside,)))
    assert [problem.block for problem in shapes.problems] == ["both.two"]
    assert "both" not in shapes.outputs
    assert "sum" not in shapes.outputs
