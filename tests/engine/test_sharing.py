"""Blocks that are the same module, and tied parameters, against plain PyTorch and as code."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import gradviz
from gradviz.code.program import to_python
from gradviz.engine.building.build import build_as_far
from gradviz.engine.building.repairs import repairs
from gradviz.engine.building.shapes import infer
from gradviz.engine.building.weights import load_weights, save_weights, save_weights_at
from gradviz.engine.unfit import MisfitError
from gradviz.errors import BuildError
from gradviz.spec.check import check_model
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Setting, Wire
from gradviz.spec.project import Project, Training
from gradviz.trace.events import OpRan


def wires(*names: str) -> tuple[Wire, ...]:
    return tuple(Wire(a, b) for a, b in pairwise(names))


def linear(name: str, n: Setting, m: Setting, **rest: Any) -> Block:
    return Block(name, "Linear", {"in_features": n, "out_features": m}, **rest)


POINT = Block("point", "Input", {"shape": [4]})
OUT = Block("out", "Output")
ENCODER = Composite(
    name="Encoder",
    parameters={"width": 4},
    blocks=(
        Block("x", "Input"),
        linear("fc", "=width", "=width"),
        Block("norm", "BatchNorm1d", {"num_features": "=width"}),
        Block("act", "Tanh"),
        Block("y", "Output"),
    ),
    wires=wires("x", "fc", "norm", "act", "y"),
)


def project(model: Model, seed: int = 3) -> Project:
    training = Training(Choice("MSELoss"), Choice("SGD", {"lr": 0.1}), seed=seed)
    data = Data(Choice("Moons", {"count": 32}), batch_size=8)
    return Project(name="net", model=model, data=data, training=training)


def siamese(**original: Any) -> Model:
    """One encoder for what came in, and for its square."""
    return Model(
        (
            POINT,
            Block("left", "Encoder", **original),
            Block("square", "Multiply"),
            Block("right", "Encoder", same="left"),
            Block("sub", "Subtract"),
            OUT,
        ),
        (
            Wire("point", "left"),
            Wire("point", "square.a"),
            Wire("point", "square.b"),
            Wire("square", "right"),
            Wire("left", "sub.a"),
            Wire("right", "sub.b"),
            Wire("sub", "out"),
        ),
        (ENCODER,),
    )


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.norm(self.fc(x)))


class Siamese(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left = Encoder()

    def forward(self, point: Tensor) -> Tensor:
        left = self.left(point)
        return cast(Tensor, left - self.left(point * point))


def language_model(**head: Any) -> Model:
    return Model(
        (
            Block("words", "Input", {"shape": [5], "dtype": "int64"}),
            Block("tokens", "Embedding", {"num_embeddings": 7, "embedding_dim": 4}),
            Block("act", "Tanh"),
            linear("head", 4, 7, **{"tied": {"weight": "tokens.weight"}, **head}),
            OUT,
        ),
        wires("words", "tokens", "act", "head", "out"),
    )


class LanguageModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(7, 4)
        self.head = nn.Linear(4, 7)
        self.head.weight = self.tokens.weight

    def forward(self, words: Tensor) -> Tensor:
        return cast(Tensor, self.head(torch.tanh(self.tokens(words))))


def exported(asked: Project) -> nn.Module:
    made: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_python(asked, trust=True), "exported.py", "exec"), made)
    torch.manual_seed(asked.training.seed)
    model = made["Net"]()
    assert isinstance(model, nn.Module)
    return model


def alike(one: nn.Module, other: nn.Module, *x: Tensor) -> None:
    """The same keys and bits: at first, forward, backward, and after two steps."""
    optimizers = [torch.optim.SGD(each.parameters(), 0.1, momentum=0.9) for each in (one, other)]
    for _ in range(2):
        states = [each.state_dict() for each in (one, other)]
        assert [*states[0]] == [*states[1]]
        for name, tensor in states[0].items():
            assert torch.equal(tensor, states[1][name]), name
        for optimizer, each in zip(optimizers, (one, other), strict=True):
            optimizer.zero_grad()
            each(*x).square().sum().backward()
        for a, b in zip(one.parameters(), other.parameters(), strict=True):
            assert a.grad is not None
            assert b.grad is not None
            assert torch.equal(a.grad, b.grad)
        for optimizer in optimizers:
            optimizer.step()


WORDS = torch.tensor([[0, 1, 2, 3, 6], [5, 5, 4, 1, 0]])


def test_a_block_that_is_the_same_is_one_more_call_of_the_module() -> None:
    asked = project(siamese())
    torch.manual_seed(3)
    plain = Siamese()
    x = torch.rand(8, 4, generator=torch.Generator().manual_seed(1))
    built = gradviz.build(asked)
    assert not hasattr(built, "right")
    alike(built, plain, x)
    code = to_python(asked)
    assert "self.right" not in code
    assert "right = self.left(x)" in code or "self.left(" in code.split("def forward")[-1]
    alike(exported(asked), gradviz.build(asked), x)


def test_its_settings_repetitions_and_initialisation_are_the_others() -> None:
    model = siamese(repeat=2, init={"fc.weight": Choice("normal_", {"std": 0.1})}, frozen=False)
    asked = project(model)
    x = torch.rand(8, 4, generator=torch.Generator().manual_seed(1))
    built = gradviz.build(asked)
    assert {name.split(".")[0] for name in built.state_dict()} == {"left"}
    alike(built, exported(asked), x)
    shared = project(siamese(repeat=2, shared=True))
    alike(gradviz.build(shared), exported(shared), x)


def test_shapes_are_of_its_own_inputs_and_parameters_are_counted_once() -> None:
    found = infer(siamese())
    assert found.problems == ()
    assert found.outputs["right"] == (("N", 4),)
    assert found.parameters["left"] == 28
    assert found.parameters["right"] == found.parameters["right.fc"] == found.taken["right"] == 0
    other = Model(
        (
            POINT,
            linear("one", 4, 3),
            Block("two", "Linear", same="one"),
            OUT,
        ),
        wires("point", "one", "two", "out"),
    )
    problem = infer(other).problems[0]
    assert isinstance(problem, BuildError)
    assert problem.block == "two"
    assert "(N, 3)" in str(problem)


def test_operations_and_sources_can_be_the_same_too() -> None:
    model = Model(
        (
            POINT,
            Block("leaky", "LeakyReLU", {"negative_slope": 0.5}),
            Block("bias", "Parameter", {"shape": [4]}),
            Block("again", "Parameter", same="bias"),
            Block("add", "Add"),
            Block("leaky2", "LeakyReLU", same="leaky"),
            Block("more", "Add"),
            OUT,
        ),
        (
            Wire("point", "leaky"),
            Wire("leaky", "add.a"),
            Wire("bias", "add.b"),
            Wire("add", "leaky2"),
            Wire("leaky2", "more.a"),
            Wire("again", "more.b"),
            Wire("more", "out"),
        ),
    )
    asked = project(model)
    built = gradviz.build(asked)
    assert [*built.state_dict()] == ["bias"]
    alike(built, exported(asked), torch.randn(3, 4))


def test_a_tied_parameter_is_the_others() -> None:
    asked = project(language_model())
    torch.manual_seed(3)
    plain = LanguageModel()
    built = gradviz.build(asked)
    assert [*built.state_dict()] == ["tokens.weight", "head.weight", "head.bias"]
    assert built.get_parameter("head.weight") is built.get_parameter("tokens.weight")
    alike(built, plain, WORDS)
    assert "self.head.weight = self.tokens.weight  # tied" in to_python(asked)
    alike(exported(asked), gradviz.build(asked), WORDS)


def test_tied_parameters_are_counted_once() -> None:
    found = infer(language_model())
    assert found.problems == ()
    assert (found.parameters["tokens"], found.parameters["head"]) == (28, 7)
    assert (found.taken["tokens"], found.taken["head"]) == (2 * 28 * 4, 2 * 7 * 4)


def test_the_order_of_the_file_does_not_matter_for_a_tie() -> None:
    model = language_model()
    words, tokens, act, head, out = model.blocks
    asked = project(replace(model, blocks=(words, head, act, tokens, out)))
    alike(gradviz.build(asked), exported(asked), WORDS)


def test_each_repetition_of_a_composite_has_its_own_tie() -> None:
    part = Composite(
        name="Auto",
        blocks=(
            Block("x", "Input"),
            Block("bias", "Parameter", {"shape": [4]}),
            linear("up", 4, 4),
            linear("down", 4, 4, tied={"weight": "up.weight", "bias": "bias"}),
            Block("again", "Linear", same="up"),
            Block("y", "Output"),
        ),
        wires=wires("x", "up", "down", "again", "y"),
    )
    model = Model(
        (POINT, Block("body", "Auto", repeat=2), OUT), wires("point", "body", "out"), (part,)
    )
    assert infer(model).parameters["body"] == 2 * (4 + 16 + 4)
    asked = project(model)
    built = gradviz.build(asked)
    weights = [built.get_parameter(f"body.{n}.down.weight") for n in range(2)]
    assert weights[0] is built.get_parameter("body.0.up.weight")
    assert weights[0] is not weights[1]
    alike(built, exported(asked), torch.randn(3, 4))


def test_ties_reach_into_composites_and_rows() -> None:
    tied = {"fc.weight": "last.weight", "norm.bias": "shift"}
    model = Model(
        (
            POINT,
            Block("body", "Encoder", repeat=2, tied=tied),
            Block("shift", "Parameter", {"shape": [4], "fill": "zeros"}),
            Block("rows", "Linear", {"in_features": 4, "out_features": 4}, repeat=2),
            linear("last", 4, 4, tied={"bias": "rows.1.bias"}),
            Block("add", "Add"),
            OUT,
        ),
        (
            *wires("point", "body", "rows", "last"),
            Wire("last", "add.a"),
            Wire("shift", "add.b"),
            Wire("add", "out"),
        ),
        (ENCODER,),
    )
    found = infer(model)
    assert found.problems == ()
    assert found.parameters["body"] == 2 * (4 + 4)
    assert (found.parameters["body.0.fc"], found.parameters["last"]) == (4, 16)
    asked = project(model)
    x = torch.randn(3, 4)
    built = gradviz.build(asked)
    assert sum(each.numel() for each in built.parameters()) == sum(
        count for path, count in found.parameters.items() if "." not in path
    )
    alike(built, exported(asked), x)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ({"tied": {"weight": "tokens.bias"}}, "tokens has no parameter “bias”"),
        ({"tied": {"scale": "tokens.weight"}}, "head has no parameter “scale”"),
        ({"tied": {"bias": "tokens.weight"}}, r"“bias” is \(7,\), and “tokens.weight”"),
        ({"dtype": "float16"}, "“weight” is float16"),
    ],
)
def test_a_tie_that_cannot_be_is_a_problem_of_its_block(head: dict[str, Any], said: str) -> None:
    model = language_model(**head)
    problem = infer(model).problems[-1]
    assert isinstance(problem, BuildError)
    assert problem.block == "head"
    assert re.search(said, str(problem))
    assert "head.tied." in str(problem)
    with pytest.raises(BuildError, match="head"):
        gradviz.build(project(model))


def test_weights_of_tied_parameters_are_saved_and_loaded(tmp_path: Path) -> None:
    built = gradviz.build(project(language_model()))
    save_weights(built, tmp_path / "w.safetensors")
    other = gradviz.build(project(language_model(), seed=4))
    load_weights(other, tmp_path / "w.safetensors")
    for name, tensor in built.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name])


def test_a_file_with_other_numbers_for_one_parameter_is_refused(tmp_path: Path) -> None:
    built = gradviz.build(project(language_model()))
    state = {name: tensor.clone() for name, tensor in built.state_dict().items()}
    state["head.weight"][0, 0] = torch.nan
    save_file(state, tmp_path / "w.safetensors")
    before = {name: tensor.clone() for name, tensor in built.state_dict().items()}
    with pytest.raises(BuildError, match="which is the same parameter") as refused:
        load_weights(built, tmp_path / "w.safetensors")
    assert refused.value.block == "head"
    for name, tensor in built.state_dict().items():
        assert torch.equal(tensor, before[name])
    state["tokens.weight"][0, 0] = torch.nan
    save_file(state, tmp_path / "w.safetensors")
    load_weights(built, tmp_path / "w.safetensors")


def test_weights_of_a_moment_are_saved_under_both_names(tmp_path: Path) -> None:
    built = gradviz.build(project(language_model()))
    optimizer = torch.optim.SGD(built.parameters(), 0.1)
    with gradviz.record(built, optimizer) as trace:
        built(WORDS).square().sum().backward()
        optimizer.step()
    now = built.state_dict()
    save_weights_at(built, trace.at(len(trace.events) - 1), tmp_path / "w.safetensors")
    saved = load_file(tmp_path / "w.safetensors")
    assert saved.keys() == now.keys()
    assert all(torch.equal(saved[name], tensor) for name, tensor in now.items())
    assert [*trace.at(0).params] == [name for name, _ in built.named_parameters()]


def test_a_block_that_is_the_same_is_mended_without_settings_of_its_own() -> None:
    model = Model(
        (POINT, linear("one", 4, 3), Block("two", "Linear", same="one"), OUT),
        wires("point", "one", "two", "out"),
    )
    for repair in repairs(model, "two"):
        check_model(repair.model)


def test_an_original_that_cannot_be_made_stops_its_calls_too() -> None:
    model = replace(siamese(), composites=())
    shared = tuple(
        replace(block, kind="Linear", settings={"in_features": 5, "out_features": 4})
        if block.name == "left"
        else replace(block, kind="Linear" if block.name == "right" else block.kind)
        for block in model.blocks
    )
    asked = project(replace(model, blocks=shared))
    with pytest.raises(BuildError, match="left"):
        gradviz.build(asked)
    problems = {each.block for each in infer(asked.model).problems}
    assert problems == {"left", "right"}


def test_a_tensor_that_something_else_in_the_block_is_tied_to_still_counts() -> None:
    first, other = linear("first", 4, 4), linear("other", 4, 4, tied={"weight": "first.weight"})
    part = Composite(
        name="Pair",
        blocks=(Block("x", "Input"), first, other, Block("y", "Output")),
        wires=wires("x", "first", "other", "y"),
    )
    model = Model(
        (POINT, linear("fc", 4, 4), Block("pair", "Pair", tied={"first.weight": "fc.weight"}), OUT),
        wires("point", "fc", "pair", "out"),
        (part,),
    )
    asked = project(model)
    built = gradviz.build(asked)
    count = sum(each.numel() for each in built.get_submodule("pair").parameters()) - 16
    assert infer(model).parameters["pair"] == count == 24
    alike(built, exported(asked), torch.randn(3, 4))


def test_a_model_whose_tie_cannot_be_runs_up_to_there() -> None:
    built = build_as_far(project(language_model(tied={"bias": "tokens.weight"})))
    with pytest.raises(MisfitError, match="bias"):
        built(WORDS)
    assert not hasattr(built, "head")


OWN = """import torch
from torch import Tensor, nn

class OwnScale(nn.Module):
    def __init__(self, size: int = 4) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.rand(size))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.value
"""


def test_a_module_may_have_a_parameter_called_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scale_of_own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    one = Block("one", "OwnScale", init={"value": Choice("ones_")})
    blocks = (POINT, one, Block("two", "OwnScale", tied={"value": "one.value"}), OUT)
    asked = replace(
        project(Model(blocks, wires("point", "one", "two", "out"))),
        files=(str(tmp_path / "scale_of_own.py"),),
    )
    built = gradviz.build(asked, trust=True)
    alike(built, exported(asked), torch.rand(3, 4))


class Unrolled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(4, 3)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        for _ in range(3):
            h = self.cell(x, h)
        return h


def test_a_cell_is_called_at_each_step_of_a_loop() -> None:
    cells = [
        Block("cell", "GRUCell", {"input_size": 4, "hidden_size": 3}),
        Block("cell2", "GRUCell", same="cell"),
        Block("cell3", "GRUCell", same="cell"),
    ]
    start = Block("h", "Input", {"shape": [3]})
    states = wires("h", "cell.h")
    states += (Wire("cell", "cell2.h"), Wire("cell2", "cell3.h"), Wire("cell3", "out"))
    inputs = tuple(Wire("point", f"{each.name}.x") for each in cells)
    model = Model((POINT, start, *cells, OUT), (*inputs, *states))
    asked = project(model)
    found = infer(model)
    assert found.problems == ()
    assert [found.parameters[each.name] for each in cells] == [81, 0, 0]
    torch.manual_seed(3)
    plain = Unrolled()
    generator = torch.Generator().manual_seed(1)
    x = [torch.randn(5, size, generator=generator) for size in (4, 3)]
    alike(gradviz.build(asked), plain, *x)
    alike(exported(asked), gradviz.build(asked), *x)


def test_each_use_is_a_call_of_its_own_in_a_trace() -> None:
    built = gradviz.build(project(siamese()))
    with gradviz.record(built) as trace:
        built(torch.rand(8, 4)).sum().backward()
    paths = {event.module for event in trace.events if isinstance(event, OpRan)}
    assert {"left.fc", "left#2.fc"} <= paths
