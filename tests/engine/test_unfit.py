"""A model that does not fit runs up to the block that fails."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.engine.unfit import MisfitError
from gradviz.errors import BuildError
from gradviz.spec.model import Block, Composite, Model, Wire
from gradviz.spec.project import Project
from gradviz.trace.events import Failed, OpRan


@pytest.fixture
def moons(examples: Path) -> Project:
    return gradviz.load(examples / "moons_mlp.gradviz")


def chained(project: Project, *blocks: Block, composites: tuple[Composite, ...] = ()) -> Project:
    row = (Block("point", "Input", {"shape": [2]}), *blocks, Block("scores", "Output"))
    wires = tuple(Wire(a.name, b.name) for a, b in pairwise(row))
    return replace(project, model=Model(row, wires, composites))


def linear(name: str, start: int, end: int, **more: int) -> Block:
    return Block(name, "Linear", {"in_features": start, "out_features": end}, **more)  # type: ignore[arg-type]


def ops(session: gradviz.Session) -> list[OpRan]:
    return [each for each in session.trace.events if isinstance(each, OpRan)]


def test_what_runs_before_it_is_what_runs_in_a_model_that_fits(moons: Project) -> None:
    good = chained(moons, linear("fc1", 2, 8), Block("act", "Tanh"), linear("fc2", 8, 2))
    bad = chained(moons, linear("fc1", 2, 8), Block("act", "Tanh"), linear("fc2", 9, 2))
    with pytest.raises(BuildError):
        gradviz.Session.from_project(bad)
    whole, part = gradviz.Session.from_project(good), gradviz.Session.as_far(bad)
    assert whole.run_iteration()
    assert not part.run_iteration()
    assert [each.op for each in ops(part)] == ["linear", "tanh"]
    for one, other in zip(ops(whole), ops(part), strict=False):
        values = whole.trace.value(one.outputs[0]), part.trace.value(other.outputs[0])
        assert torch.equal(*values)
    failed = part.trace.events[-1]
    assert isinstance(failed, Failed)
    assert failed.module == "fc2"
    assert "fc2: Linear got shape (N, 8) but wants (*, 9)" in failed.message
    assert "mat1 and mat2 shapes cannot be multiplied" in failed.message  # torch's own words


def test_what_fits_runs_as_ever(moons: Project) -> None:
    one, other = gradviz.Session.from_project(moons), gradviz.Session.as_far(moons)
    assert one.run_iteration()
    assert other.run_iteration()
    assert len(one.trace.events) == len(other.trace.events)
    for a, b in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(a, b)


INNER = Composite(
    name="Inner",
    blocks=(Block("x", "Input"), linear("deep", 8, 8), Block("y", "Output")),
    wires=(Wire("x", "deep"), Wire("deep", "y")),
)


@pytest.mark.parametrize(
    ("blocks", "ran", "said"),
    [
        ((linear("fc1", 2, 8), linear("fc2", 8, 0)), 1, "fc2: Linear.out_features must be"),
        ((linear("fc1", 2, 8), Block("odd", "Nothing")), 1, "there is no block “Nothing”"),
        ((linear("fc1", 2, 8), Block("a", "Add")), 1, "nothing is connected to the input"),
        ((linear("fc1", 2, 7), Block("body", "Inner")), 1, "body.deep: Linear got shape (N, 7)"),
        ((linear("fc1", 2, 3), linear("row", 3, 4, repeat=2)), 2, "Linear got shape (N, 4) but"),
        ((linear("fc1", 2, 8), Block("norm", "BatchNorm2d", {"num_features": 8})), 1,
         "norm: BatchNorm2d got shape (N, 8) but wants (N, 8, H, W)"),
    ],
)  # fmt: skip
def test_each_sort_of_misfit_is_reached(
    blocks: tuple[Block, ...], ran: int, said: str, moons: Project
) -> None:
    project = chained(moons, *blocks, composites=(INNER,))
    if blocks[-1].kind == "Add":
        wires = [Wire("fc1", "a.a") if w.target == "a" else w for w in project.model.wires]
        project = replace(project, model=replace(project.model, wires=tuple(wires)))
    session = gradviz.Session.as_far(project)
    assert not session.run_iteration()
    assert isinstance(session.error, MisfitError)
    assert said in str(session.error)
    assert len([each for each in ops(session) if each.op == "linear"]) == ran


def test_a_model_that_leads_nowhere_runs_to_its_end(moons: Project) -> None:
    model = Model(
        (Block("point", "Input", {"shape": [2]}), linear("fc", 2, 2)), (Wire("point", "fc"),)
    )
    session = gradviz.Session.as_far(replace(moons, model=model))
    assert not session.run_iteration()
    assert [each.op for each in ops(session)] == ["linear"]
    assert "the model has no Output block" in str(session.error)
