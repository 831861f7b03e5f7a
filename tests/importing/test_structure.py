"""What becomes of a module's structure: composites with parameters, repetitions, names."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from msgspec.structs import replace
from torch import Tensor, nn

import gradviz
from gradviz.errors import BuildError
from gradviz.spec.model import Block, Model, Wire
from tests.importing.people.table import PEOPLE


def model_of(module: nn.Module, *inputs: Tensor) -> Model:
    return gradviz.from_module(module, inputs).model


def block(model: Model, name: str, within: str = "") -> Block:
    composites = {each.name: each for each in model.composites}
    blocks = composites[within].blocks if within else model.blocks
    return next(each for each in blocks if each.name == name)


def person(name: str) -> tuple[nn.Module, tuple[Tensor, ...]]:
    torch.manual_seed(0)
    found = next(each for each in PEOPLE if each.name == name)
    return found.make(), found.inputs()


class Residual(nn.Module):
    def __init__(self, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x)) * 0.5


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Sequential(*(Residual(6) for _ in range(3)))
        self.narrow = Residual(6, stride=2)

    def forward(self, image: Tensor) -> Tensor:
        x = self.narrow(self.wide(image))
        return x.view(x.size(0), -1)


def test_classes_become_composites_whose_parameters_are_what_differs() -> None:
    model = model_of(Net(), torch.randn(2, 6, 8, 8))
    assert [each.name for each in model.composites] == ["Residual"]
    assert model.composites[0].parameters == {"stride": 1}
    assert block(model, "conv", "Residual").settings == {
        "in_channels": 6, "out_channels": 6, "kernel_size": 3, "stride": "=stride", "padding": 1
    }  # fmt: skip
    assert block(model, "narrow").settings == {"stride": 2}


def test_equal_modules_in_a_row_are_one_block_that_is_repeated() -> None:
    model = model_of(Net(), torch.randn(2, 6, 8, 8))
    assert block(model, "wide") == Block("wide", "Residual", repeat=3)
    twelve = model_of(person("TwelveBlocks")[0], *person("TwelveBlocks")[1])
    assert [each.repeat for each in twelve.blocks if each.repeat != 1] == [12]


def test_a_row_with_another_one_in_it_is_three_rows() -> None:
    module, inputs = person("OddOneOut")
    model = model_of(module, *inputs)
    row = next(each for each in model.composites if each.name == "Blocks2")
    assert [(each.kind, each.repeat) for each in row.blocks[1:-1]] == [
        ("Cell", 3), ("Blocks", 1), ("Cell", 3)
    ]  # fmt: skip


def test_blocks_are_called_as_attributes_and_arguments_are() -> None:
    model = model_of(Net(), torch.randn(2, 6, 8, 8))
    assert [each.name for each in model.blocks] == ["image", "wide", "narrow", "flatten", "y"]
    assert model.blocks[0].settings == {"shape": [6, 8, 8]}


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(3, 3)

    def forward(self, left: Tensor, right: Tensor) -> dict[str, Tensor]:
        return {"near": self.encoder(left) - self.encoder(right), "sum": left + right}


def test_a_module_that_is_called_twice_is_one_with_one_more_call() -> None:
    model = model_of(Twice(), torch.randn(2, 3), torch.randn(2, 3))
    assert block(model, "encoder").kind == "Linear"
    assert block(model, "encoder2").same == "encoder"
    assert [each.name for each in model.blocks if each.kind == "Output"] == ["near", "sum"]


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(7, 4)
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.tokens(x))


def test_weights_that_two_layers_have_in_common_are_tied() -> None:
    module = Tied()
    project = gradviz.from_module(module, torch.randint(7, (2, 5)))
    assert block(project.model, "head").tied == {"weight": "tokens.weight"}
    assert sum(each.numel() for each in gradviz.build(project).parameters()) == 28


class Frozen(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
        self.old = nn.Linear(4, 4).requires_grad_(False)
        self.head = nn.Linear(4, 2).double()

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            x = self.body(x)
        return self.head(self.old(x).double())


def test_frozen_layers_dtypes_and_no_grad_regions_are_kept() -> None:
    model = model_of(Frozen(), torch.randn(2, 3))
    assert block(model, "old").frozen
    assert block(model, "head").dtype == "float64"
    assert [each.grad for each in model.composites] == [False]


class Sizes(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        batch, time, width = x.shape
        x = x.view(batch * time, width)
        x = x.reshape(batch, time, 2, -1).permute(0, 2, 1, 3)
        first = torch.zeros(batch, 2, 1, x.size(-1), device=x.device)
        return torch.cat([first, x], dim=2)[:, :, -1]


@pytest.mark.parametrize("samples", [1, 2, 7])
def test_sizes_that_go_with_the_batch_go_with_any_batch(samples: int) -> None:
    module = Sizes()
    built = gradviz.build(gradviz.from_module(module, torch.randn(2, 5, 6)))
    x = torch.randn(samples, 5, 6)
    assert torch.equal(built(x), module(x))


def test_nodes_of_one_graph_are_a_batch_of_just_that_size() -> None:
    module, inputs = person("GCN")
    project = gradviz.from_module(module, inputs)
    assert [each.settings["samples"] for each in project.model.blocks[:2]] == [len(inputs[0])] * 2
    session = gradviz.Session.from_project(project)
    session.step_iteration()
    assert any(each is not None for each in session.state.grads.values())
    other = replace(project, data=replace(project.data, batch_size=2))
    with pytest.raises(BuildError, match=f"batches of {len(inputs[0])}"):
        gradviz.Session.from_project(other)


class Ops(nn.Module):
    def __init__(self, do: Any) -> None:
        super().__init__()
        self.do = do

    def forward(self, x: Tensor) -> Tensor:
        return self.do(x)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("do", "kinds"),
    [
        (lambda x: 1 - x, ["Negate", "Shift"]),
        (lambda x: x / 3, ["Expression"]),
        (lambda x: (x - 2) * 3 + x, ["Shift", "Scale", "Add"]),
        (lambda x: x @ x.transpose(1, 2), ["Transpose", "MatMul"]),
        (lambda x: x[:, 0], ["Select"]),
        (lambda x: x[..., None, 1:3], ["Unsqueeze", "Slice"]),
        (lambda x: torch.cat(x.chunk(2, dim=-1), 1), ["SplitTwo", "Concat"]),
        (lambda x: x.softmax(-1).sum((1, 2)), ["Softmax", "Sum"]),
        (lambda x: F.max_pool1d(x, 2), ["MaxPool1d"]),
        (lambda x: F.dropout(x, 0.5, training=False), ["Expression"]),
        (lambda x: x.flatten(1), ["Flatten"]),
        (lambda x: torch.fft.fft(x, dim=-1).real, ["Expression", "Expression"]),
        (lambda x: x.contiguous().float(), []),
        (lambda x: torch.einsum("bij,bkj->bik", x, x), ["Expression"]),
        (lambda x: x.masked_fill(x > 0, float("-inf")).exp(), ["Expression", "Expression", "Exp"]),
        (lambda x: F.layer_norm(x, (4,)), ["Expression"]),
    ],
    ids=range(16),
)  # fmt: skip
def test_ops_become_blocks(do: Any, kinds: list[str]) -> None:
    model = model_of(Ops(do), torch.randn(2, 4, 4))
    assert [each.kind for each in model.blocks[1:-1]] == kinds


class DropResidual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x * 2 + self.drop(x) - x


def test_what_dropout_gives_back_in_evaluation_is_known_by_its_name_in_training() -> None:
    model = model_of(DropResidual(), torch.randn(2, 3))
    assert [each.kind for each in model.blocks[1:-1]] == ["Scale", "Dropout", "Add", "Subtract"]
    assert Wire("x", "subtract.b") in model.wires
