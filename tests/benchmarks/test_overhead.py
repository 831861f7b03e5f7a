"""A training iteration, plain and recorded with all values kept, and what the peers take to look
at one forward of the same model. The ratio within a group is what counts.
"""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch

import gradviz
from tests.benchmarks.models import MODELS, loss_of

ROUNDS = {"resnet18": 10, "gpt12": 6, "mlp": 200}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("way", ["plain", "recorded", "torchlens", "torchview", "torchviz"])
def test_overhead(name: str, way: str, benchmark: Any) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    benchmark.group = f"{name}: one iteration, beside the peers' looks at a forward"
    model, x, y = MODELS[name]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def plain() -> None:
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    def recorded() -> None:
        with gradviz.record(model, optimizer):
            plain()

    def torchlens() -> None:
        pytest.importorskip("torchlens").trace(model, x)

    def torchview() -> None:
        pytest.importorskip("torchview").draw_graph(model, input_data=x, device="cpu")

    def torchviz() -> None:
        loss = loss_of(model(x), y)
        pytest.importorskip("torchviz").make_dot(loss, dict(model.named_parameters()))

    ways = {
        "plain": plain, "recorded": recorded, "torchlens": torchlens,
        "torchview": torchview, "torchviz": torchviz,
    }  # fmt: skip
    gc.collect()
    benchmark.pedantic(ways[way], rounds=ROUNDS[name], warmup_rounds=2)
