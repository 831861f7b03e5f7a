"""A small project with everything that makes two runs differ, to be varied."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from gradviz.spec.data import Data, Split
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training

MOONS = Choice("Moons", {"count": 50})


def chain(*blocks: Block) -> Model:
    """The blocks one after the other, between an input and an output."""
    names = ["x", *(block.name for block in blocks), "y"]
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    return Model((Block("x", "Input", {"shape": [2]}), *blocks, Block("y", "Output")), wires)


def moons(
    *, data: dict[str, Any] | None = None, outputs: int = 2, edits: Any = (), **training: Any
) -> Project:
    """Batch norm and dropout on 40 of 50 points, in 6 batches, the last one smaller."""
    model = chain(
        Block("fc1", "Linear", {"in_features": 2, "out_features": 8}),
        Block("norm", "BatchNorm1d", {"num_features": 8}),
        Block("act", "Tanh"),
        Block("drop", "Dropout", {"p": 0.3}),
        Block("fc2", "Linear", {"in_features": 8, "out_features": outputs}),
    )
    asked = {"dataset": MOONS, "batch_size": 7, "split": Split(0.2, seed=3), **(data or {})}
    steps = {
        "loss": Choice("CrossEntropyLoss"),
        "optimizer": Choice("Adam", {"lr": 0.02}),
        "seed": 5,
        **training,
    }
    return Project(name="Moons", model=model, data=Data(**asked), training=Training(**steps),
                   edits=edits)  # fmt: skip
