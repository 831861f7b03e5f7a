"""Building: the module that a learner would have written, and words for what does not fit."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from torch import nn

import gradviz
from gradviz.engine.building.build import build_loss, build_optimizer
from gradviz.engine.building.misfits import text
from gradviz.engine.building.shapes import infer, infer_shapes
from gradviz.errors import BuildError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training


def chain(*blocks: Block) -> Model:
    names = [block.name for block in blocks]
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    return Model(blocks, wires)


def project(model: Model, **training: Choice) -> Project:
    choices = {"loss": Choice("MSELoss"), "optimizer": Choice("SGD"), **training}
    return Project(model=model, data=Data(Choice("Moons")), training=Training(**choices))


IMAGE = Block("image", "Input", {"shape": [1, 28, 28]})
OUT = Block("out", "Output")


def linear(n: int, m: int, name: str = "fc1") -> Block:
    return Block(name, "Linear", {"in_features": n, "out_features": m})


def test_the_demo_is_the_plain_module(examples: Path) -> None:
    demo = gradviz.load(examples / "letters_cnn.gradviz")
    torch.manual_seed(demo.training.seed)
    plain = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10),
    )  # fmt: skip
    built = gradviz.build(demo)
    assert [name for name, _ in built.named_parameters()] == [
        "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight", "fc1.bias",
    ]  # fmt: skip
    for mine, theirs in zip(built.parameters(), plain.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    x = torch.randn(3, 1, 28, 28)
    assert torch.equal(built(x), plain(x))


def test_building_leaves_the_global_generator_alone(examples: Path) -> None:
    demo = gradviz.load(examples / "letters_cnn.gradviz")
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    gradviz.build(demo)
    assert torch.equal(torch.rand(1), expected)


def test_shapes_name_the_batch(examples: Path) -> None:
    shapes = infer_shapes(gradviz.load(examples / "letters_cnn.gradviz").model)
    assert shapes["conv1"] == ("N", 8, 28, 28)
    assert shapes["flatten"] == ("N", 784)
    assert text(shapes["scores" if "scores" in shapes else "fc1"]) == "(N, 10)"


def test_a_shape_that_does_not_fit_says_got_and_wants() -> None:
    flat = Block("flat", "Flatten")
    with pytest.raises(BuildError) as caught:
        gradviz.build(project(chain(IMAGE, flat, linear(400, 10), OUT)))
    assert caught.value.block == "fc1"
    assert "fc1: Linear got shape (N, 784) but wants (*, 400)" in str(caught.value)


def test_a_channel_count_that_does_not_fit() -> None:
    conv = Block("conv", "Conv2d", {"in_channels": 3, "out_channels": 4, "kernel_size": 3})
    with pytest.raises(
        BuildError, match=r"conv: Conv2d got shape \(N, 1, 28, 28\) but wants \(N, 3, H, W\)"
    ):
        gradviz.build(project(chain(IMAGE, conv, OUT)))


def test_a_kernel_larger_than_the_image() -> None:
    pool = Block("pool", "MaxPool2d", {"kernel_size": 99})
    with pytest.raises(BuildError, match="pool: MaxPool2d"):
        gradviz.build(project(chain(IMAGE, pool, OUT)))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Model((IMAGE, linear(1, 1), OUT), (Wire("fc1", "out"),)), "fc1: nothing is connected"),
        (Model((IMAGE, OUT)), "out: nothing is connected"),
        (chain(IMAGE, Block("forward", "ReLU"), OUT), "every nn.Module uses"),
        (chain(linear(1, 1), OUT), "nothing is connected"),
        (Model((IMAGE,)), "no Output block"),
        (chain(IMAGE, Block("add", "Add"), OUT), "no input “add”"),
        (
            Model((IMAGE, Block("r", "ReLU"), OUT), (Wire("image", "r.z"), Wire("r", "out"))),
            "no input “r.z”",
        ),
        (chain(IMAGE, Block("m", "Magic"), OUT), r"$.model.blocks[1]: there is no block “Magic”"),
    ],
)
def test_a_model_that_cannot_be_built_says_why(model: Model, said: str) -> None:
    with pytest.raises(BuildError) as caught:
        gradviz.build(project(model))
    assert said in str(caught.value)


def test_branches_join() -> None:
    model = Model(
        (Block("x", "Input", {"shape": [3]}), linear(3, 3), Block("add", "Add"), OUT),
        (Wire("x", "fc1"), Wire("x", "add.a"), Wire("fc1", "add.b"), Wire("add", "out")),
    )
    built = gradviz.build(project(model))
    x = torch.randn(2, 3)
    assert torch.equal(built(x), x + built.get_submodule("fc1")(x))


def test_loss_and_optimizer_take_their_settings() -> None:
    training = Training(
        Choice("MSELoss", {"reduction": "sum"}), Choice("SGD", {"lr": 0.5, "momentum": 0.9})
    )
    assert build_loss(training).reduction == "sum"
    optimizer = build_optimizer(training, nn.Linear(1, 1))
    assert optimizer.param_groups[0]["momentum"] == 0.9


@pytest.mark.parametrize(
    ("loss", "optimizer", "said"),
    [
        (Choice("Nothing"), Choice("SGD"), "no loss “Nothing”"),
        (Choice("MSELoss", {"reduction": "max"}), Choice("SGD"), "$.training.loss"),
        (Choice("MSELoss"), Choice("Magic"), "no optimizer “Magic”"),
        (Choice("MSELoss"), Choice("SGD", {"lr": -1}), "$.training.optimizer"),
        (Choice("MSELoss"), Choice("SGD", {"nesterov": True}), "Nesterov"),
    ],
)
def test_wrong_training_is_refused(loss: Choice, optimizer: Choice, said: str) -> None:
    training = Training(loss, optimizer)
    with pytest.raises(BuildError) as caught:
        (build_loss(training), build_optimizer(training, nn.Linear(1, 1)))
    assert said in str(caught.value)


def test_a_model_without_parameters_cannot_be_trained() -> None:
    with pytest.raises(BuildError, match="no parameters"):
        build_optimizer(Training(Choice("MSELoss"), Choice("SGD")), nn.ReLU())


def test_a_scheduler_steps_after_the_optimizer(examples: Path) -> None:
    demo = gradviz.load(examples / "moons_mlp.gradviz")
    scheduler = Choice("ExponentialLR", {"gamma": 0.5})
    session = gradviz.Session.from_project(
        replace(demo, training=replace(demo.training, scheduler=scheduler))
    )
    session.step_iteration(3)
    assert session.loop.optimizer.param_groups[0]["lr"] == 0.01 * 0.5**3


def test_a_scheduler_that_does_not_fit_is_refused(examples: Path) -> None:
    demo = gradviz.load(examples / "moons_mlp.gradviz")
    cyclic = Choice("CyclicLR", {"base_lr": 0.1, "max_lr": 0.2, "cycle_momentum": True})
    training = replace(demo.training, optimizer=Choice("Adagrad"), scheduler=cyclic)
    with pytest.raises(BuildError, match=r"\$.training.scheduler: CyclicLR does not accept"):
        gradviz.Session.from_project(replace(demo, training=training))


def test_a_model_larger_than_the_memory_says_what_it_would_need() -> None:
    side = 2_000_000
    big = chain(Block("x", "Input", {"shape": [side]}), linear(side, side, "big"), OUT)
    with pytest.raises(BuildError) as caught:
        gradviz.build(project(big))
    assert caught.value.block == "big"
    said = str(caught.value)
    assert "big: the model needs 29,802.3 GiB: 4,000,002,000,000 numbers to learn" in said
    assert "this machine has" in said


def test_nothing_comes_out_of_an_output() -> None:
    model = Model(
        (Block("x", "Input", {"shape": [4]}), Block("y", "Output"), Block("act", "ReLU")),
        (Wire("x", "y"), Wire("y", "act")),
    )
    (problem,) = infer(model).problems
    assert "“y” has no output" in str(problem)


def test_what_comes_apart_in_fewer_parts_is_told() -> None:
    model = Model(
        (Block("x", "Input", {"shape": [4]}), Block("apart", "SplitThree"), Block("y", "Output")),
        (Wire("x", "apart"), Wire("apart.v", "y")),
    )
    (problem,) = infer(model).problems
    assert "apart: SplitThree cannot take shape (N, 4): it gives 2 tensors instead of 3" in str(
        problem
    )
