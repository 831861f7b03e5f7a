"""The commands of edits: rules of the project, in force in its session, undone like all else."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gradviz import GradEdit, ValueEdit, commands
from gradviz.errors import UsageError
from gradviz.trace.events import GradEdited, NodeRan
from gradviz.workspace import Workspace


@pytest.fixture
def workspace(examples: Path) -> Workspace:
    workspace = Workspace()
    commands.open_project(workspace, examples / "moons_mlp.gradviz")
    commands.start(workspace)
    return workspace


def first_weight(workspace: Workspace) -> str:
    return next(iter(workspace.require_session().state.params))


def params(workspace: Workspace) -> dict[str, torch.Tensor]:
    session = workspace.require_session()
    return dict(session.trace.at(len(session.trace.events) - 1).params)


def test_an_edit_is_of_the_project_and_the_cursor_stays(workspace: Workspace) -> None:
    commands.goto(workspace, "backward:end")
    session, before = workspace.require_session(), workspace.event
    plain = params(workspace)
    name = first_weight(workspace)
    commands.add_edit(workspace, GradEdit(name, "zero"))
    assert workspace.session is session
    assert workspace.require_project().edits == session.edits
    assert type(workspace.event) is type(before)
    assert workspace.event is not None
    assert before is not None
    assert workspace.event.index == before.index + 1
    assert any(isinstance(event, GradEdited) for event in session.trace.events)
    assert not params(workspace)[name].equal(plain[name])
    assert commands.compare_edits(workspace).first is not None
    commands.undo(workspace)
    assert workspace.session is session
    assert session.edits == ()
    assert session.index == before.index
    assert all(value.equal(plain[key]) for key, value in params(workspace).items())
    commands.redo(workspace)
    assert len(session.edits) == 1
    assert not params(workspace)[name].equal(plain[name])


def test_switched_off_it_stays_and_does_nothing(workspace: Workspace) -> None:
    plain, name = params(workspace), first_weight(workspace)
    commands.add_edit(workspace, GradEdit(name, "scale", 5.0))
    edited = params(workspace)
    commands.switch_edit(workspace, 0)
    assert workspace.require_project().edits[0].off
    assert all(value.equal(plain[key]) for key, value in params(workspace).items())
    assert commands.compare_edits(workspace).first is None
    commands.switch_edit(workspace, 0)
    assert all(value.equal(edited[key]) for key, value in params(workspace).items())


def test_change_and_remove(workspace: Workspace) -> None:
    plain, name = params(workspace), first_weight(workspace)
    commands.add_edit(workspace, GradEdit(name, "scale", 5.0))
    commands.add_edit(workspace, ValueEdit("optimizer.lr", "scale", 0.5, first=0))
    commands.run(workspace, 3)
    commands.change_edit(workspace, 0, GradEdit(name, "sign", first=1))
    first, second = workspace.require_session().edits
    assert (first.what, first.first, second.where) == ("sign", 1, "optimizer.lr")
    commands.remove_edit(workspace, 1)
    commands.remove_edit(workspace, 0)
    assert workspace.require_project().edits == ()
    fresh = Workspace()
    commands.open_project(fresh, workspace.path or Path())
    commands.start(fresh)
    commands.run(fresh, 3)
    assert all(value.equal(params(fresh)[key]) for key, value in params(workspace).items())
    assert plain.keys() == params(workspace).keys()


def test_what_does_not_fit_changes_nothing(workspace: Workspace) -> None:
    with pytest.raises(UsageError):
        commands.add_edit(workspace, GradEdit("nowhere.weight", "zero"))
    with pytest.raises(UsageError):
        commands.remove_edit(workspace, 0)
    assert not workspace.modified
    assert workspace.require_session().edits == ()


def test_a_started_session_has_the_same_edits(workspace: Workspace) -> None:
    commands.add_edit(workspace, GradEdit(first_weight(workspace), "clip_norm", 0.01))
    edited, session = params(workspace), workspace.session
    commands.reset(workspace)
    assert workspace.session is not session
    assert all(value.equal(edited[key]) for key, value in params(workspace).items())


def test_the_cursor_stays_at_its_node(workspace: Workspace) -> None:
    commands.goto(workspace, "backward:end")
    while not isinstance(workspace.event, NodeRan):
        commands.back(workspace)
    node = workspace.event.node
    commands.add_edit(workspace, GradEdit(first_weight(workspace), "noise", 0.1))
    commands.add_edit(workspace, ValueEdit(first_weight(workspace), "zero"))
    assert isinstance(workspace.event, NodeRan)
    assert workspace.event.node == node
