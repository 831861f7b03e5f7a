"""What a beginner is told of a block that does not fit, and which repair is offered first."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.engine.building.repairs import repairs
from gradviz.engine.building.shapes import infer
from gradviz.spec.model import Block, Model, Wire

X, Y = "x", Block("y", "Output")


def chain(shape: tuple[int, ...], *blocks: Block, dtype: str = "float32") -> Model:
    entry = Block(X, "Input", {"shape": list(shape), "dtype": dtype})
    row = (entry, *blocks, Y)
    return Model(row, tuple(Wire(a.name, b.name) for a, b in pairwise(row)))


def pair(a: tuple[int, ...], b: tuple[int, ...], kind: str) -> Model:
    entries = Block("a", "Input", {"shape": list(a)}), Block("b", "Input", {"shape": list(b)})
    wires = Wire("a", "bad.a"), Wire("b", "bad.b"), Wire("bad", "y")
    return Model((*entries, Block("bad", kind), Y), wires)


def bad(kind: str, **settings: Any) -> Block:
    return Block("bad", kind, settings)


def conv(**settings: Any) -> Block:
    return bad("Conv2d", **{"in_channels": 1, "out_channels": 4, "kernel_size": 3, **settings})


MISTAKES: dict[str, tuple[Model, str, str]] = {
    "no Flatten": (
        chain((8, 5, 5), bad("Linear", in_features=100, out_features=10)),
        "a Flatten in front of it is missing, which makes 200 numbers",
        "insert Flatten in front of bad and set in_features to 200",
    ),
    "no Flatten, right width": (
        chain((7, 8), bad("Linear", in_features=56, out_features=2)),
        "a Flatten in front of it is missing",
        "insert Flatten in front of bad",
    ),
    "wrong width": (
        chain((200,), bad("Linear", in_features=100, out_features=10)),
        "it is set to in_features = 100, and 200 come in",
        "set in_features of bad to 200",
    ),
    "wrong channels": (
        chain((3, 9, 9), conv()),
        "it is set to in_channels = 1, and 3 come in",
        "set in_channels of bad to 3",
    ),
    "channels at the end": (
        chain((28, 28, 1), conv()),
        "Conv2d got shape (N, 28, 28, 1) but wants (N, 1, H, W)",
        "insert Permute in front of bad",
    ),
    "no channels": (
        chain((28, 28), conv()),
        "it takes 4 dimensions, and 3 come in",
        "insert Unsqueeze in front of bad",
    ),
    "a flat image": (
        chain((784,), conv()),
        "it takes 4 dimensions, and 2 come in",
        "insert Unflatten in front of bad",
    ),
    "large kernel": (
        chain((1, 4, 4), conv(kernel_size=7)),
        "Conv2d slides a window of 7 × 7, and what comes in is only 4 × 4",
        "set kernel_size of bad to 4",
    ),
    "pooled too often": (
        chain((1, 3, 3), bad("MaxPool2d", kernel_size=4)),
        "MaxPool2d slides a window of 4 × 4, and what comes in is only 3 × 3",
        "set kernel_size of bad to 3",
    ),
    "Add of channels": (
        pair((8, 9, 9), (16, 9, 9), "Add"),
        "8 and 16 do not match",
        "insert Conv2d (8 → 16) behind a",
    ),
    "Add of features": (
        pair((8,), (16,), "Add"),
        "8 and 16 do not match",
        "insert Linear (8 → 16) behind a",
    ),
    "Add of sizes": (
        pair((8, 9, 9), (16, 5, 5), "Add"),
        "9 and 5 do not match",
        "insert Conv2d (8 → 16) behind a",
    ),
    "Concat of sizes": (
        pair((8, 9, 9), (8, 5, 5), "Concat"),
        "Concat got shapes (N, 8, 9, 9), (N, 8, 5, 5), which may differ in dimension 1 at most",
        "insert AdaptiveAvgPool2d behind a, which makes it as small",
    ),
    "Concat of dimensions": (
        pair((8, 9, 9), (5,), "Concat"),
        "which may differ in dimension 1 at most",
        "insert Flatten in front of bad",
    ),
    "MatMul": (
        pair((3, 4), (3, 4), "MatMul"),
        "rows of 4 numbers and columns of 3",
        "insert Transpose in front of bad",
    ),
    "Embedding of decimals": (
        chain((7,), bad("Embedding", num_embeddings=9, embedding_dim=4)),
        "Embedding got decimals (float32) but wants whole numbers",
        "set dtype of x to int64",
    ),
    "Linear of whole numbers": (
        chain((7,), bad("Linear", in_features=7, out_features=4), dtype="int64"),
        "Linear got whole numbers (int64) but wants decimals",
        "set dtype of x to float32",
    ),
    "Softmax of whole numbers": (
        chain((7,), bad("Softmax"), dtype="int64"),
        "Softmax got whole numbers (int64) but wants decimals",
        "set dtype of x to float32",
    ),
    "doubles into floats": (
        chain((7,), bad("Linear", in_features=7, out_features=4), dtype="float64"),
        "Linear got numbers of another dtype (float64) than it calculates with",
        "set dtype of x to float32",
    ),
    "norm of images": (
        chain((20,), bad("BatchNorm2d", num_features=20)),
        "it takes 4 dimensions, and 2 come in",
        "make bad a BatchNorm1d",
    ),
    "norm of features": (
        chain((8, 5, 5), bad("BatchNorm1d", num_features=8)),
        "BatchNorm1d got shape (N, 8, 5, 5) but wants (N, 8) or (N, 8, L)",
        "make bad a BatchNorm2d",
    ),
    "norm of other channels": (
        chain((8, 5, 5), bad("BatchNorm2d", num_features=4)),
        "it is set to num_features = 4, and 8 come in",
        "set num_features of bad to 8",
    ),
    "norm of other sizes": (
        chain((5, 12), bad("LayerNorm", normalized_shape=[10])),
        "LayerNorm got shape (N, 5, 12) but wants (*, 10)",
        "set normalized_shape of bad to [12]",
    ),
    "heads": (
        chain((5, 12), bad("TransformerEncoderLayer", d_model=10, nhead=5)),
        "it is set to d_model = 10, and 12 come in",
        "set d_model of bad to 12, and nhead to 4",
    ),
    "heads that do not divide": (
        chain((5, 12), bad("TransformerEncoderLayer", d_model=12, nhead=5)),
        "TransformerEncoderLayer cannot be made",
        "set nhead of bad to 4",
    ),
    "groups": (chain((3, 5, 5), conv(in_channels=3, groups=2)), "cannot be made",
               "set groups of bad to 1"),
    "Softmax beyond": (
        chain((7,), bad("Softmax", dim=3)),
        "Softmax is set to dimension 3, which (N, 7) does not have",
        "set dim of bad to -1",
    ),
    "Reshape": (
        chain((784,), bad("Reshape", shape=[28, 27])),
        "Reshape cannot put the 784 numbers of a sample into (28, 27)",
        "set shape of bad to [28, -1]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_and_mended(mistake: str) -> None:
    model, said, mended = MISTAKES[mistake]
    (problem,) = infer(model).problems
    assert problem.block == "bad"
    assert said in str(problem)
    assert "torch" not in str(problem)
    first = repairs(model, "bad")[0]
    assert first.text.format(**first.fields) == mended
    assert not infer(first.model).problems


@pytest.mark.parametrize("mistake", MISTAKES)
def test_torch_says_so_too(mistake: str) -> None:
    model = MISTAKES[mistake][0]
    inputs: list[Tensor] = []
    for block in model.blocks:
        if block.kind == "Input":
            settings: Any = block.settings
            dtype = getattr(torch, settings.get("dtype", "float32"))
            inputs.append(torch.zeros(2, *settings["shape"], dtype=dtype))
    (block,) = [each for each in model.blocks if each.name == "bad"]
    with pytest.raises((RuntimeError, ValueError, IndexError, AssertionError)):
        BLOCKS[block.kind].module(block.settings, where="")(*inputs)


@pytest.mark.parametrize(
    ("shape", "block"),
    [
        ((8,), bad("LSTM", input_size=8, hidden_size=4)),
        ((8,), bad("TransformerEncoderLayer", d_model=8, nhead=2)),
        ((8, 5), bad("Dropout2d")),
        ((4, 5, 5), bad("InstanceNorm2d", num_features=8)),
    ],
)
def test_what_torch_takes_for_something_else_does_not_fit(
    shape: tuple[int, ...], block: Block
) -> None:
    (problem,) = infer(chain(shape, block)).problems
    assert "but wants" in str(problem)


@pytest.mark.parametrize(
    ("module", "block", "dtype"),
    [
        (nn.ReLU(), bad("ReLU"), "int64"),
        (nn.Embedding(9, 4), bad("Embedding", num_embeddings=9, embedding_dim=4), "int64"),
        (nn.Flatten(), bad("Flatten"), "int64"),
        (nn.Tanh(), bad("Tanh"), "float64"),
    ],
)
def test_what_torch_takes_is_taken(module: nn.Module, block: Block, dtype: str) -> None:
    module(torch.zeros(2, 3, 4, dtype=getattr(torch, dtype)))
    assert not infer(chain((3, 4), block, dtype=dtype)).problems


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (bad("Linear", in_features=4, out_features=0), "out_features must be a whole number of 1"),
        (bad("Linear", in_features=4, out_feature=2), "Linear has no setting “out_feature”"),
        (bad("Linear", in_features=4), "Linear needs a value for out_features"),
        (bad("Dropout", p=1.5), "Dropout.p must be less than 1"),
        (bad("Linear", in_features="=chanels", out_features=2), "“=chanels”"),
        (bad("Linaer"), "there is no block “Linaer”"),
    ],
)
def test_a_block_that_cannot_be_set_so_is_red_itself(block: Block, said: str) -> None:
    (problem,) = infer(chain((4,), block)).problems
    assert problem.block == "bad"
    assert said in str(problem)
