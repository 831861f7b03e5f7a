"""Gradients that torch averages over processes in C++."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from torch import Tensor, distributed, nn

import gradviz
from gradviz.trace.events import GradAccumulated
from tests.engine.compare import same, unreadable


@pytest.fixture
def one_process(tmp_path: Path) -> Iterator[None]:
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1
    )
    yield
    distributed.destroy_process_group()


@pytest.mark.skipif(not distributed.is_available(), reason="torch is built without it")
@pytest.mark.usefixtures("one_process")
def test_gradients_are_kept_before_they_are_averaged() -> None:
    def train(*, recorded: bool) -> tuple[list[Tensor], gradviz.Trace]:
        torch.manual_seed(0)
        model = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2)))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        with gradviz.record(model, optimizer) if recorded else nullcontext() as trace:
            for _ in range(2):
                optimizer.zero_grad()
                model(torch.randn(5, 4)).square().sum().backward()
                optimizer.step()
        return [p.detach().clone() for p in model.parameters()], trace

    plain, _ = train(recorded=False)
    parameters, trace = train(recorded=True)
    assert same(parameters, plain)
    assert unreadable(trace) == []
    assert sum(isinstance(event, GradAccumulated) for event in trace.events) == 8
