"""Pictures of a film a second: only what changed is painted, beside painting each from scratch.

``film`` is all of `gradviz.play` but writing the file; ``each alone`` lays out and paints every
picture as `gradviz.render` does. The rounds are of `PICTURES` pictures each.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch

import gradviz
from gradviz.render.arrange.placing import Placing
from gradviz.render.folds.folding import Folding
from gradviz.render.pages.slide import slide_of
from gradviz.render.render import picture
from gradviz.render.write import animation
from gradviz.render.write.film import Film
from gradviz.trace.trace import Trace
from tests.benchmarks.models import DEEP, loss_of, mlp, resnet18

PICTURES = 40
MODELS = {"mlp": mlp, "resnet18": resnet18, "gpt12": DEEP["gpt12"]}


@cache
def recorded(name: str) -> Trace:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, x, y = MODELS[name]()
    with gradviz.record(model) as trace:
        loss_of(model(x), y).backward()
    return trace


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("fold", ["auto", "none"])
@pytest.mark.parametrize("way", ["film", "each alone"])
def test_film(name: str, fold: Folding, way: str, benchmark: Any) -> None:
    benchmark.group = f"{name}, folded {fold}: {PICTURES} pictures of 1280x720"
    trace = recorded(name)
    first = trace.index_at("backward:1")
    indices = range(first, min(first + PICTURES, len(trace.events)))
    slide = slide_of("1280x720", whole=fold == "none")

    def film() -> None:
        placing = Placing(fold)
        drawings = Film(indices, lambda at: picture(trace, at=at, slide=slide, placing=placing))
        for _ in animation.painted(drawings, 1.0):
            pass

    def alone() -> None:
        for index in indices:
            animation.pixels(picture(trace, at=index, fold=fold, slide=slide), 1.0)

    run = film if way == "film" else alone
    benchmark.extra_info["pictures a round"] = len(indices)
    benchmark.pedantic(run, rounds=2, warmup_rounds=1)
