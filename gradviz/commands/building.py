"""Building: changes of the project, each of which can be undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gradviz.commands.edits import put
from gradviz.errors import GradvizError
from gradviz.spec.project import Project
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.blocks.kinds import Blocks
    from gradviz.editing.edited import Edited
    from gradviz.spec.model import Model


def edit(workspace: Workspace, change: Callable[[Model], Edited]) -> tuple[str, ...]:
    """Change the model by one of `gradviz.editing`; gives the names of the blocks to select then.

    ``edit(workspace, lambda model: editing.add(model, "ReLU"))``. What raises changes nothing.
    """
    from gradviz.editing.known import knowing

    project = workspace.require_project()
    with knowing(_blocks(workspace)):
        edited = change(project.model)
    workspace.put(workspace.require_history().changed(replace(project, model=edited.model)))
    return edited.names


def change_project(workspace: Workspace, change: Callable[[Project], Project]) -> None:
    """Change anything of the project: its data, its training, its name. What raises changes
    nothing.
    """
    history = workspace.require_history()
    workspace.put(history.changed(change(history.present)))


def undo(workspace: Workspace) -> None:
    """Take the last change of the project back; without one nothing happens."""
    put(workspace, workspace.require_history().undone)


def redo(workspace: Workspace) -> None:
    """Make the change again that was taken back last; without one nothing happens."""
    put(workspace, workspace.require_history().redone)


def repair(workspace: Workspace, block: str, number: int = 0) -> tuple[str, ...]:
    """Make a block fit by one of its repairs, see `gradviz.engine.building.repairs`.

    Raises `UsageError` if there is no such repair.
    """
    from gradviz.editing.repairing import repaired

    return edit(workspace, lambda model: repaired(model, block, number))


def arrange(workspace: Workspace, within: str = "") -> None:
    """Have Graphviz find places for all blocks of the model, or of a composite."""
    from gradviz.editing.diagrams import diagram_of
    from gradviz.editing.placing import move
    from gradviz.render.blocks.arranging import arranged
    from gradviz.render.blocks.kindcards import cards_of, kinds_of
    from gradviz.render.blocks.sheet import sheet_of

    project = workspace.require_project()
    diagram = diagram_of(project.model, within)
    known = kinds_of(project.model, cards_of(_blocks(workspace)))
    sheet = sheet_of(diagram, known, None, "")
    places = arranged(list(sheet.cards.values()), diagram.wires)
    edit(workspace, lambda model: move(model, places, within=within))


def _blocks(workspace: Workspace) -> Blocks:
    """What the project's blocks can be: those of its own Python files, too, if these may run."""
    from gradviz.engine.catalogues.catalogues import CATALOGUES, catalogues_of

    project, trusted = workspace.require_project(), workspace.trusted
    if project.files and trusted:
        with suppress(GradvizError):  # a file that cannot be read is told where it is run
            return catalogues_of(project, trusted).blocks
    return CATALOGUES.blocks
