"""What a run says in the terminal: its events as tables, phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradviz import commands
from gradviz.engine.stops.reasons import Stop
from gradviz.explain.fitted import cells, headings
from gradviz.explain.rows import Row, number, row
from gradviz.i18n import gettext as _
from gradviz.trace.epochs import Epoch
from gradviz.trace.events import Phase
from gradviz.workspace import Workspace

_COLOURS: dict[Phase, str] = {
    "data": "cyan",
    "zero_grad": "yellow",
    "forward": "blue",
    "loss": "green",
    "backward": "magenta",
    "step": "red",
}
_PIPED_WIDTH = 140
_NARROWEST = 8


class _Console(Console):
    """A console whose reader may leave, as ``head`` does, without that being a failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Teller:
    """Prints to a console; a pipe gets tables of full width, without colour."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _Console(highlight=False)
        if console is None and not self._console.is_terminal:
            self._console = _Console(highlight=False, width=_PIPED_WIDTH)

    def events(self, workspace: Workspace) -> None:
        """The losses of all iterations, and the events of the cursor's one up to the cursor."""
        session = workspace.require_session()
        trace = session.trace
        self.project(workspace)
        losses = commands.losses(workspace)
        for i, loss in enumerate(losses):
            if len(losses) > 1:
                line = _("iteration {i}: loss {loss}").format(i=i, loss=number(loss))
                self._console.print(line)
        told = [
            event
            for event in trace.events[: session.index + 1]
            if session.event and event.iteration == session.event.iteration
        ]
        rows = [row(trace, event) for event in told]
        for phase, group in groupby(rows, key=lambda row: row.phase):
            self._console.print(_table(phase, list(group)))

    def project(self, workspace: Workspace) -> None:
        """What runs."""
        project = workspace.require_project()
        self._console.print(Text(project.name, style="bold"), Text(project.note))

    def epochs(self) -> None:
        """The headings over the rows of `epoch`."""
        self._line(headings(), style="dim")

    def epoch(self, epoch: Epoch) -> None:
        """An epoch that has ended."""
        self._line(cells(epoch))

    def fitted(self, lines: Sequence[str]) -> None:
        """What training has come to."""
        for line in lines:
            self._console.print(Text(line, style="bold"), soft_wrap=True)

    def _line(self, parts: Sequence[str], *, style: str = "") -> None:
        """A row whose columns are as wide as their headings: rows come one by one."""
        widths = [max(_NARROWEST, cell_len(heading)) for heading in headings()]
        padded = [
            " " * (width - cell_len(part)) + part for part, width in zip(parts, widths, strict=True)
        ]
        self._console.print(Text("  ".join(padded), style=style), soft_wrap=True)

    def stop(self, stop: Stop) -> None:
        """Where the run stopped, and why."""
        line = stop.why
        if stop.hit:
            line = _("stopped at event {index}: {why}").format(index=stop.event.index, why=line)
        self._console.print(Text(line, style="bold"), soft_wrap=True)

    def notes(self, lines: Sequence[str]) -> None:
        """Things worth knowing, a line each."""
        for line in lines:
            self._console.print(Text(line, style="yellow"), soft_wrap=True)

    def files(self, files: Sequence[Path]) -> None:
        """What was written."""
        for file in files:
            self._console.print(
                Text(_("wrote {file}").format(file=file), style="dim"), soft_wrap=True
            )


def _table(phase: Phase, rows: list[Row]) -> Table:
    table = Table(
        title=f"{phase} ({len(rows)})",
        title_justify="left",
        title_style=f"bold {_COLOURS[phase]}",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("#", justify="right", style="dim", min_width=4)
    table.add_column(_("what"), overflow="fold", min_width=30)
    table.add_column(_("module"), overflow="fold", min_width=16)
    table.add_column(_("shape"), overflow="fold", min_width=18)
    table.add_column(_("value"), justify="right", min_width=10)
    table.add_column(_("‖grad‖"), justify="right", min_width=16)
    table.add_column(_("‖update‖"), justify="right", min_width=10)
    for line in rows:
        table.add_row(
            str(line.index),
            *(
                Text(cell)
                for cell in (
                    line.what, line.module, line.shape, line.value, line.grad, line.update,
                )
            ),
        )  # fmt: skip
    return table
