"""Models with several inputs, and those whose target is what goes in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.errors import BuildError
from gradviz.spec.data import Data
from gradviz.spec.edits import ValueEdit
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from tests.exported import trained

PAIR = Model(
    (
        Block("a", "Input", {"shape": [2]}),
        Block("b", "Input", {"shape": [2]}),
        Block("minus", "Subtract"),
        Block("fc", "Linear", {"in_features": 2, "out_features": 1}),
        Block("flat", "Flatten", {"start_dim": 0}),
        Block("y", "Output"),
    ),
    (Wire("a", "minus.a"), Wire("b", "minus.b"), Wire("minus", "fc"), Wire("fc", "flat"),
     Wire("flat", "y")),
)  # fmt: skip


def project(model: Model = PAIR, *, data: Data | None = None, **training: Any) -> Project:
    asked = Training(Choice("HingeEmbeddingLoss"), Choice("SGD", {"lr": 0.1}))
    return Project(
        model=model,
        data=data or Data(Choice("MoonPairs", {"count": 24}), batch_size=8),
        training=replace(asked, **training),
    )


def same(asked: Project) -> str:
    session = gradviz.Session.from_project(asked)
    session.step_iteration(6)
    assert session.error is None
    text = gradviz.to_python(asked)
    model = trained(text, 2)
    for mine, theirs in zip(session.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    return text


def test_every_input_is_fed_in_the_order_of_the_file() -> None:
    text = same(project())
    assert "for *inputs, target in loader:" in text
    assert "output = model(*inputs)" in text
    swapped = replace(PAIR, blocks=(PAIR.blocks[1], PAIR.blocks[0], *PAIR.blocks[2:]))
    one, other = (gradviz.Session.from_project(project(each)) for each in (PAIR, swapped))
    for session in (one, other):
        session.step_iteration()
    assert not torch.equal(one.state.params["fc.weight"], other.state.params["fc.weight"])


def test_edits_of_one_of_the_inputs_are_written() -> None:
    edits = (ValueEdit("input.1", "scale", 3.0, first=1), ValueEdit("input.0", "noise", 0.1))
    assert "inputs[1] = inputs[1] * 3.0" in same(replace(project(), edits=edits))


def test_a_closure_sees_them_too() -> None:
    same(project(optimizer=Choice("LBFGS", {"max_iter": 2})))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("Moons", "b: the model has 2 Input blocks, and the dataset gives 1 inputs"),
        ("Latent", "b: the model has 2 Input blocks, and the dataset gives 1 inputs"),
    ],
)
def test_too_few_inputs_are_told(data: str, said: str) -> None:
    with pytest.raises(BuildError) as raised:
        gradviz.Session.from_project(project(data=Data(Choice(data))))
    assert str(raised.value).startswith(said)


def test_a_shape_that_does_not_fit_is_told_of_its_own_input() -> None:
    wide = Block("b", "Input", {"shape": [1, 2]})
    model = replace(PAIR, blocks=(PAIR.blocks[0], wide, *PAIR.blocks[2:]))
    with pytest.raises(BuildError, match=r"^b: the dataset gives samples of shape \(2,\)"):
        gradviz.Session.from_project(project(model))


@pytest.mark.parametrize("missing", ["Input", "Output"])
def test_a_model_without_ends_is_told(missing: str) -> None:
    blocks = tuple(each for each in PAIR.blocks if each.kind != missing)
    names = {each.name for each in blocks}
    wires = tuple(
        wire
        for wire in PAIR.wires
        if wire.source in names and wire.target.partition(".")[0] in names
    )
    with pytest.raises(BuildError):
        gradviz.Session.from_project(project(Model(blocks, wires)))


def test_a_model_can_learn_to_give_back_what_goes_in() -> None:
    blocks = (
        Block("x", "Input", {"shape": [2]}),
        Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
        Block("y", "Output"),
    )
    model = Model(blocks, (Wire("x", "fc"), Wire("fc", "y")))
    data = Data(Choice("Moons", {"count": 24}), batch_size=8, target="input")
    asked = project(model, data=data, loss=Choice("MSELoss"))
    assert "dataset = Reconstruction(moons(count=24))" in same(asked)
    batch = next(iter(gradviz.Session.from_project(asked).loader))
    assert torch.equal(batch[0], batch[1])


def test_what_each_round_is_fed_is_kept_for_all_of_them() -> None:
    model = Model(
        (
            Block("x", "Input", {"shape": [2]}),
            Block("tanh", "Tanh"),
            Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
            Block("add", "Add", repeat=3),
            Block("y", "Output"),
        ),
        (Wire("x", "tanh"), Wire("tanh", "fc"), Wire("tanh", "add.a"), Wire("fc", "add.b"),
         Wire("add", "y")),
    )  # fmt: skip
    moons = Data(Choice("Moons", {"count": 24}), batch_size=8)
    same(project(model, data=moons, loss=Choice("CrossEntropyLoss")))
