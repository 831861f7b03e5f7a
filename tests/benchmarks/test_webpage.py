"""A page to look around in: both graphs, every box laid out, every value summed up.

A page takes as long as its graphs are large: 48 layers of a transformer four times as long as 12.
Beside them stands a picture of the same trace, unfolded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.render.arrange import arrange as arranging
from gradviz.trace.trace import Trace
from tests.benchmarks.models import loss_of, small_gpt


@cache
def recorded(layers: int) -> Trace:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, x, y = small_gpt(layers)
    with gradviz.record(model) as trace:
        loss_of(model(x), y).backward()
    return trace


def forget() -> None:
    """Nothing is known from before."""
    for memory in (arranging._attempts, arranging._boxes, arranging._failures):
        memory.clear()


@pytest.mark.parametrize("layers", [12, 48])
@pytest.mark.parametrize("suffix", ["html", "svg"])
def test_a_page(layers: int, suffix: str, tmp_path: Path, benchmark: Any) -> None:
    benchmark.group = "GPT: from trace to file"
    file = tmp_path / f"a.{suffix}"
    fold = "auto" if suffix == "html" else "none"
    benchmark.pedantic(
        lambda: gradviz.render(recorded(layers), file, at="end", fold=fold, view="both"),
        setup=forget,
        rounds=2,
    )
    benchmark.extra_info["bytes"] = file.stat().st_size
    assert file.stat().st_size > 10_000
