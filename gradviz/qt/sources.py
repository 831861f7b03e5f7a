"""The user's own Python files that a session runs, and where the cursor is in them."""

from __future__ import annotations

from pathlib import Path

from gradviz.errors import GradvizError
from gradviz.trace.events import Source
from gradviz.workspace import Workspace

LARGEST = 2**20
"""Bytes of a file that is shown."""


def files_of(workspace: Workspace) -> tuple[str, ...]:
    """Those that the project may run, or that the events come from, by their whole paths."""
    project, session = workspace.project, workspace.session
    named: list[str] = []
    if project is not None and workspace.trusted:
        try:
            named = [str(Path(file).resolve()) for file in project.carried]
        except GradvizError:
            named = []
    last = session.event if session is not None else None
    if last is not None and last.source is not None:
        named.append(last.source.file)
    return tuple(dict.fromkeys(file for file in named if file.endswith(".py")))


def source_at(workspace: Workspace) -> Source | None:
    """The line that the event under the cursor comes from."""
    event = workspace.event
    return None if event is None else event.source


def text_of(workspace: Workspace, file: str) -> str | None:
    """The file as it was agreed to, or else as it is now; None if it cannot be read."""
    from gradviz.engine.catalogues.trusted import Trusted

    trusted = workspace.trusted
    if isinstance(trusted, Trusted):
        try:
            return trusted.content(file).decode(errors="replace")
        except GradvizError:
            pass  # it is the user's own, or has changed: what is there now is shown
    path = Path(file)
    try:
        if path.stat().st_size > LARGEST:
            return None
        return path.read_text(errors="replace")
    except OSError:
        return None
