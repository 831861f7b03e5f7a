"""What verbs of the command line have in common: how they begin, and what they tell at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.teller import Teller


def started(
    path: Path,
    *,
    trust: bool = False,
    weights: Path | None = None,
    begin: Callable[[Workspace], None] = commands.start,
) -> Workspace:
    """A workspace with the project of a file, begun."""
    workspace = opened(path, trust=trust, weights=weights)
    begin(workspace)
    return workspace


def opened(path: Path, *, trust: bool = False, weights: Path | None = None) -> Workspace:
    """The same, not yet begun."""
    workspace = Workspace()
    commands.open_project(workspace, path, weights=weights)
    if trust:
        commands.trust(workspace)
    return workspace


def print_json(workspace: Workspace, files: Sequence[Path], **more: object) -> None:
    """What became of the project, and which files were written, as one JSON object."""
    session = workspace.require_session()
    click.echo(
        json.dumps(
            {
                "project": workspace.require_project().name,
                "iterations": session.iterations,
                "events": len(session.trace.events),
                "loss": commands.losses(workspace),
                "problem": commands.problem(workspace) or None,
                "files": [str(file) for file in files],
                **more,
            },
            ensure_ascii=False,
        )
    )


def finish(workspace: Workspace) -> int:
    """The exit code; a run that failed is told."""
    problem = commands.problem(workspace)
    if problem:
        line = _("the run failed: {problem}").format(problem=problem)
        click.echo(f"gradviz: {line}", err=True)
    return 1 if problem else 0


def tell_events(workspace: Workspace) -> Teller:
    """Print what happened, and what the dataset left out."""
    from gradviz.report import data_notes
    from gradviz.teller import Teller

    teller = Teller()
    teller.events(workspace)
    teller.notes(data_notes(workspace.require_session().loader))
    return teller
