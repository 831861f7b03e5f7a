"""Blocks made of ResNet-18, beside PyTorch's own ways to read a module: torch.fx and torch.export.

Ours runs it three times, in training and evaluation, and holds what it made beside it, bit for bit.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import fx

from gradviz.importing.imported import imported
from tests.benchmarks.models import resnet18


@pytest.mark.parametrize("way", ["gradviz", "fx", "export"])
def test_reading_resnet18(way: str, benchmark: Any) -> None:
    benchmark.group = "reading ResNet-18"
    model, image = resnet18()[0].eval(), torch.randn(1, 3, 64, 64)
    ways: dict[str, Any] = {
        "gradviz": lambda: imported(model, image),
        "fx": lambda: fx.symbolic_trace(model),
        "export": lambda: torch.export.export(model, (image,)),
    }
    benchmark.pedantic(ways[way], rounds=3, warmup_rounds=1)
