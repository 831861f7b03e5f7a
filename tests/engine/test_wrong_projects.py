"""What a program gives that no project file could hold: refused in words, by each way in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.errors import GradvizError
from gradviz.resources import assets
from gradviz.spec.model import Block, Model, Wire
from gradviz.spec.project import Project


def project(*blocks: Any, wires: tuple[Any, ...] = ()) -> Project:
    found = gradviz.load(assets() / "examples" / "xor.gradviz")
    return replace(found, model=Model(blocks, wires))


def between(block: Any) -> Project:
    ends = Block("x", "Input", {"shape": [2]}), Block("y", "Output")
    return project(ends[0], block, ends[1], wires=(Wire("x", "b"), Wire("b", "y")))


WRONG: dict[str, Callable[[], Any]] = {
    "no project": lambda: None,
    "a model": lambda: project().model,
    "a name of bytes": lambda: between(Block(b"b", "ReLU")),  # type: ignore[arg-type]
    "no name": lambda: between(Block(None, "ReLU")),  # type: ignore[arg-type]
    "no kind": lambda: between(Block("b", None)),  # type: ignore[arg-type]
    "several kinds": lambda: between(Block("b", [])),  # type: ignore[arg-type]
    "no settings": lambda: between(Block("b", "ReLU", None)),  # type: ignore[arg-type]
    "a tensor": lambda: between(Block("b", "Scale", {"factor": torch.ones(1)})),  # type: ignore[dict-item]
    "a function": lambda: between(Block("b", "Scale", {"factor": print})),  # type: ignore[dict-item]
    "half a repetition": lambda: between(Block("b", "ReLU", repeat=0.5)),  # type: ignore[arg-type]
    "an initialisation without settings": lambda: between(
        Block("b", "Linear", {"in_features": 2, "out_features": 2}, init={"weight": "ones_"})  # type: ignore[dict-item]
    ),
    "a wire from nothing": lambda: project(wires=(Wire(None, None),)),  # type: ignore[arg-type]
    "a seed below 0": lambda: _seeded(-1),
    "a seed of many digits": lambda: _seeded(2**70),
    "a file without a name": lambda: replace(between(Block("b", "ReLU")), files=(None,)),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize(
    "way", [gradviz.build, gradviz.to_python, gradviz.Session.from_project], ids=["b", "c", "s"]
)
def test_it_is_refused_in_words(name: str, way: Callable[..., Any]) -> None:
    with pytest.raises(GradvizError) as refusal:
        way(WRONG[name](), trust=True)
    assert str(refusal.value)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", ""])
def test_a_file_that_cannot_be_is_told(name: str) -> None:
    with pytest.raises(GradvizError) as refusal:
        gradviz.load(name)
    str(refusal.value).encode()


@pytest.mark.parametrize("factor", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_none_are_written_as_python_has_them(factor: float) -> None:
    text = gradviz.to_python(between(Block("b", "Scale", {"factor": factor})))
    assert f'* float("{factor}")' in text


def _seeded(seed: int) -> Project:
    found = between(Block("b", "Linear", {"in_features": 2, "out_features": 2}))
    return replace(found, training=replace(found.training, seed=seed))
