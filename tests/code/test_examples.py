"""The examples that come with gradviz: they build, run, and are written as code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.engine.building.shapes import infer
from gradviz.resources import assets

EXAMPLES = sorted((assets() / "examples").glob("*.gradviz"))
LARGE = {"resnet34", "resnet50", "vgg11"}


@pytest.fixture(params=EXAMPLES, ids=lambda file: file.stem)
def example(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


def test_every_example_fits_together(example: Path) -> None:
    project = gradviz.load(example)
    assert project.name
    assert project.note.endswith(".")
    assert infer(project.model).problems == ()


def test_every_example_runs_and_its_code_gives_the_same_bits(example: Path) -> None:
    project = gradviz.load(example)
    text = gradviz.to_python(project)
    if example.stem in LARGE:  # these are set beside plain ones elsewhere
        return
    session = gradviz.Session.from_project(project)
    assert session.run_iteration()
    made: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), made)
    name = text.partition("model = ")[2].partition("(")[0]
    torch.manual_seed(project.training.seed)
    written = made[name]()
    built = gradviz.build(project)
    assert list(written.state_dict()) == list(built.state_dict())
    batch = next(iter(session.loader))[0][:2]
    torch.manual_seed(1)
    out = built(batch)
    torch.manual_seed(1)
    assert torch.equal(written(batch), out)
