"""What the code pane shows: lines, which of them is current, and the breakpoint of each."""

from __future__ import annotations

from pathlib import PurePath

from msgspec import Struct

from gradviz.explain.loop import code
from gradviz.qt.place import place_of
from gradviz.qt.sources import source_at, text_of
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.project import LOOP
from gradviz.trace.events import Phase
from gradviz.workspace import Workspace


class CodeListing(Struct, frozen=True):
    """Lines of Python. ``phases`` are those of the training loop, one a line; a ``file`` has none.
    ``current`` counts from 0.
    """

    lines: tuple[str, ...]
    phases: tuple[Phase, ...] = ()
    file: str = ""
    current: int | None = None

    def breakpoint(self, line: int) -> Breakpoint:
        """The breakpoint of a line."""
        if self.phases:
            return Breakpoint("phase", self.phases[line])
        return Breakpoint("line", f"{PurePath(self.file).name}:{line + 1}")

    def line_of(self, breakpoint: Breakpoint) -> int | None:
        """The line that a breakpoint belongs to, whatever its condition."""
        if self.phases and breakpoint.on == "phase":
            return next((n for n, each in enumerate(self.phases) if each == breakpoint.what), None)
        if self.file and breakpoint.on == "line":
            name, _colon, line = str(breakpoint.what).rpartition(":")
            wanted = PurePath(name).parts
            if PurePath(self.file).parts[-len(wanted) :] == wanted:
                return int(line) - 1
        return None


def loop_of(workspace: Workspace) -> CodeListing:
    """The training loop, the line of the cursor's phase current."""
    project, place = workspace.project, place_of(workspace)
    several = project is not None and project.model.ends > 1
    lines = code(project.training.order if project else LOOP, first=several)
    phases = tuple(line.phase for line in lines)
    here = place.phase if place else None
    return CodeListing(
        tuple(line.text for line in lines),
        phases,
        current=phases.index(here) if here in phases else None,
    )


def listing_of(workspace: Workspace, file: str, known: CodeListing | None) -> CodeListing:
    """A file of the user's, the line of the cursor's event current; its text is read once."""
    if known is not None and known.file == file:
        lines = known.lines
    else:
        lines = tuple((text_of(workspace, file) or "").expandtabs(4).splitlines())
    source = source_at(workspace)
    here = source is not None and source.file == file and source.line <= len(lines)
    return CodeListing(lines, file=file, current=source.line - 1 if source and here else None)
