"""Importing a PyTorch module from the window: what is asked, what runs, and what is told after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gradviz import commands
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.consent import consent
from gradviz.qt.filing import Filing
from gradviz.qt.importdialog import Wanted, wanted
from gradviz.qt.messagebar import MessageBar
from gradviz.qt.runner import Runner
from gradviz.spec.pythonfiles import files_of
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.catalogues.trusted import Trusted
    from gradviz.importing.pythons import Remark

MOST = 3
"""Modules that are named of those that stayed Python code for one reason."""


class Shower(Protocol):
    """What importing asks of the window."""

    filing: Filing
    runner: Runner
    messages: MessageBar

    def show_graphs(self, view: str) -> None:
        """Show the blocks."""


class Importing(QObject):
    """The way from a Python file to blocks."""

    def __init__(self, workspace: Workspace, shower: Shower, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._shower, self._window = workspace, shower, window

    def begin(self, file: Path | None = None) -> None:
        """Ask what is to be imported, whether its code may run and where the project goes; then
        import it. Raises `UsageError` for a file that cannot be read.
        """
        shower = self._shower
        if not shower.filing.may_leave():
            return
        asked = wanted(self._window, file)
        if asked is None:
            return
        told = _("To make blocks of the module, its Python files are run: {names}")
        trusted = consent(files_of(str(asked.file.resolve())), self._window, told=told)
        if trusted is None:
            return
        path = shower.filing.new_place(asked.file)
        if path is not None:
            shower.messages.note(Told(N_("{name} is run, and blocks are made of it…"), asked.make))
            self._import(asked, path, trusted)

    def _import(self, asked: Wanted, path: Path, trusted: Trusted) -> None:
        found: list[Stayed] = []

        def run(workspace: Workspace) -> None:
            remarks = commands.import_module(
                workspace, asked.target, asked.shapes, output=path, trusted=trusted
            )
            weights = Path(workspace.require_project().training.weights)
            found.append(Stayed(asked.make, path.name, weights.name, remarks))

        self._shower.runner.do(run)
        self._shower.runner.ask("imported", lambda: found, self._on_imported)

    def _on_imported(self, found: list[Stayed]) -> None:
        if found:
            self._shower.show_graphs("blocks")
            self._shower.messages.note(found[0])
            self._shower.runner.do(commands.start)


class Told(Struct, frozen=True):
    """A line about a thing of this name, in the language in use."""

    text: str
    name: str

    def __str__(self) -> str:
        return _(self.text).format(name=self.name)


class Stayed(Struct, frozen=True):
    """What is told of a module that was imported, in the language in use."""

    make: str
    file: str
    weights: str
    remarks: tuple[Remark, ...]

    def __str__(self) -> str:
        lines = [
            _("{name} is blocks now, in {file}; its weights are in {weights}").format(
                name=self.make, file=self.file, weights=self.weights
            )
        ]
        names: dict[str, list[str]] = {}
        for each in self.remarks:
            names.setdefault(each.why, []).append(each.module or self.make)
        lines += [
            _("{name} stays Python code: {why}").format(name=some[0], why=_(why))
            if len(some) == 1
            else _("{names} stay Python code: {why}").format(names=_listed(some), why=_(why))
            for why, some in names.items()
        ]
        return "\n".join(lines)


def _listed(names: list[str]) -> str:
    """The names, if they are many only the first of them."""
    if len(names) <= MOST:
        return ", ".join(names)
    more = len(names) - MOST
    return _("{names} and {count} more").format(names=", ".join(names[:MOST]), count=more)
