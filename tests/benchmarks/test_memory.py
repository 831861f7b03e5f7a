"""The most memory that a process takes for a training iteration, plain and recorded with all values
kept: MiB beyond what the imports and the model took, each in a process of its own.

What must be held: plain P (parameters), G = P (gradients) and A (what backward needs of the
activations). Recorded 2 P (an optimizer overwrites its parameters, so the values before are
copies), 2 P (the gradients of this iteration, and those of the last, which `zero_grad` let go),
A and the outputs that backward does not need, and as much again for the gradients of them all: at
most (4 P + 2 A) / (2 P + A) = 2, and the outputs that backward does not need.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.models import MODELS

_ITERATIONS = 4
_CHILD = """
import contextlib, sys, torch
from pathlib import Path
from gradviz.engine.record.record import record
from tests.benchmarks.models import MODELS, loss_of

def most():  # of this program alone: `ru_maxrss` starts at what the process that forked it took
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

name, way, iterations = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(0)
warm = torch.ones(1, requires_grad=True)
with record(None, torch.optim.SGD([warm])):  # torch imports much of itself at the first of each
    warm.sum().backward()
before_model = most()
model, x, y = MODELS[name]()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(iterations):
    trace = None
    with record(model, optimizer) if way == "recorded" else contextlib.nullcontext() as trace:
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()
print(most() - before_model)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory is read from /proc")
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("way", ["plain", "recorded"])
def test_memory(name: str, way: str, benchmark: Any) -> None:
    benchmark.group = f"{name}: the most memory of an iteration (see extra_info)"
    root = Path(__file__).parents[2]

    def run() -> float:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, name, way, str(_ITERATIONS)],
            capture_output=True, check=True, cwd=root, text=True,
        )  # fmt: skip
        return float(done.stdout)

    benchmark.extra_info["peak_mib"] = benchmark.pedantic(run, rounds=1)
    assert benchmark.extra_info["peak_mib"] > 0
