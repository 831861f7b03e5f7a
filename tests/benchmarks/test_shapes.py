"""The shapes of a model while it is built: all blocks new, and one of them changed, beside what
PyTorch takes to make the same model on the meta device and run it once.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.engine.building import outcomes
from gradviz.engine.building.shapes import BATCH, infer
from gradviz.resources import assets
from gradviz.spec.model import Block, Model


def resnet50() -> Model:
    return gradviz.load(assets() / "examples" / "resnet50.gradviz").model


def changed(model: Model, size: int) -> Model:
    """The model with another number of classes."""

    def with_size(block: Block) -> Block:
        settings = {**block.settings, "out_features": size}
        return replace(block, settings=settings) if block.name == "fc" else block

    return replace(model, blocks=tuple(map(with_size, model.blocks)))


@pytest.mark.parametrize("way", ["all new", "one changed", "torch"])
def test_shapes_of_resnet50(way: str, benchmark: Any) -> None:
    benchmark.group = "the shapes of ResNet-50"
    model, sizes = resnet50(), iter(range(10, 100_000))
    project = gradviz.load(assets() / "examples" / "resnet50.gradviz")
    infer(model)

    def plain() -> None:
        with torch.device("meta"), torch.no_grad():
            made(torch.empty(BATCH, 3, 224, 224))

    if way == "torch":
        made = gradviz.build(project).to("meta")
        benchmark(plain)
    elif way == "all new":
        benchmark.pedantic(lambda: infer(model), setup=outcomes._known.clear, rounds=10)
    else:
        benchmark(lambda: infer(changed(model, next(sizes))))
