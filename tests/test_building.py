"""Building a project by commands: each change can be undone, and a session is never of another
project than the one on the table.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import gradviz
from gradviz import commands, editing
from gradviz.engine.building.shapes import infer
from gradviz.errors import GradvizError
from gradviz.resources import assets
from gradviz.spec.history import LONGEST, History
from gradviz.spec.model import Wire
from gradviz.workspace import Workspace


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace()
    commands.open_project(workspace, assets() / "examples" / "moons_mlp.gradviz")
    return workspace


def names(workspace: Workspace) -> list[str]:
    return [block.name for block in workspace.require_project().model.blocks]


def test_a_change_is_undone_and_done_again(workspace: Workspace) -> None:
    heard: list[str] = []
    workspace.subscribe(heard.append)
    before = workspace.project
    added = commands.edit(workspace, lambda model: editing.add(model, "Dropout"))
    assert added == ("drop1",)
    after = workspace.project
    assert heard == ["model"]
    commands.undo(workspace)
    assert workspace.project == before
    commands.undo(workspace)
    assert heard == ["model", "model"]
    commands.redo(workspace)
    assert workspace.project == after
    commands.redo(workspace)
    assert workspace.project == after


def test_a_new_change_forgets_what_was_undone(workspace: Workspace) -> None:
    commands.edit(workspace, lambda model: editing.add(model, "Dropout"))
    commands.undo(workspace)
    commands.edit(workspace, lambda model: editing.add(model, "Tanh"))
    commands.redo(workspace)
    assert names(workspace)[-1] == "tanh1"


def test_a_refused_change_changes_nothing(workspace: Workspace) -> None:
    before = workspace.history
    with pytest.raises(GradvizError):
        commands.edit(workspace, lambda model: editing.add(model, "Nothing"))
    assert workspace.history is before


def test_training_is_undone_like_the_model(workspace: Workspace) -> None:
    before = workspace.require_project()
    training = replace(before.training, seed=7)
    commands.change_project(workspace, lambda project: replace(project, training=training))
    assert workspace.require_project().training.seed == 7
    commands.undo(workspace)
    assert workspace.project == before


def test_a_session_is_of_the_project_as_it_is(workspace: Workspace) -> None:
    commands.start(workspace)
    session = workspace.session
    block = workspace.require_project().model.blocks[1].name
    commands.edit(workspace, lambda model: editing.move(model, {block: (1.0, 2.0)}))
    assert workspace.session is session, "where blocks stand changes no run"
    wire = workspace.require_project().model.wires[-1]
    commands.edit(workspace, lambda model: editing.insert(model, wire, "Tanh"))
    assert workspace.session is None
    commands.undo(workspace)
    assert workspace.session is session
    commands.redo(workspace)
    commands.step(workspace)
    assert workspace.session is not session
    modules = {getattr(event, "module", "") for event in workspace.require_session().trace.events}
    assert "tanh1" in modules


def test_saving_is_undone_by_nothing(workspace: Workspace, tmp_path: Path) -> None:
    assert not workspace.modified
    commands.edit(workspace, lambda model: editing.add(model, "Dropout"))
    assert workspace.modified
    commands.save_as(workspace, tmp_path / "mine.gradviz")
    assert not workspace.modified
    assert gradviz.load(tmp_path / "mine.gradviz").model == workspace.require_project().model
    commands.undo(workspace)
    assert workspace.modified
    commands.save(workspace)
    assert gradviz.load(tmp_path / "mine.gradviz").model == workspace.require_project().model


def test_a_project_without_a_file_is_saved_under_a_name(workspace: Workspace) -> None:
    workspace.open(workspace.require_project(), None)
    with pytest.raises(GradvizError, match="no file"):
        commands.save(workspace)


def test_a_block_is_repaired(workspace: Workspace) -> None:
    model = workspace.require_project().model
    layer = next(block.name for block in model.blocks if block.kind == "Linear")
    commands.edit(workspace, lambda model: editing.set_setting(model, layer, "in_features", 99))
    assert infer(workspace.require_project().model).problems
    commands.repair(workspace, layer)
    assert workspace.require_project().model == model
    with pytest.raises(GradvizError, match="no such repair"):
        commands.repair(workspace, layer, 50)


def test_all_blocks_get_a_place(workspace: Workspace) -> None:
    commands.arrange(workspace)
    places = [block.position for block in workspace.require_project().model.blocks]
    assert None not in places
    assert len(set(places)) == len(places)


def test_the_history_has_an_end() -> None:
    project = gradviz.load(assets() / "examples" / "moons_mlp.gradviz")
    history = History(project)
    for seed in range(LONGEST + 50):
        history = history.changed(replace(project, name=str(seed)))
    assert len(history.past) == LONGEST


def test_a_wire_that_is_not_there_is_named() -> None:
    model = gradviz.load(assets() / "examples" / "moons_mlp.gradviz").model
    with pytest.raises(GradvizError, match="nowhere"):
        editing.disconnect(model, [Wire("nowhere", "either")])
