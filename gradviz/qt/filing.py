"""New, open, save and export: the dialogs, and the question before changes are lost."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.runner import Runner
from gradviz.workspace import Workspace

SUFFIX = ".gradviz"


class Filing(QObject):
    """``asks`` is whether the user is asked before changes are lost: where there is one."""

    def __init__(self, workspace: Workspace, runner: Runner, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._runner, self._window = workspace, runner, window
        self.asks = False

    def new(self) -> bool:
        """Begin another project; False if the user stays with this one."""
        if not self.may_leave():
            return False
        self._runner.do(commands.new_project)
        return True

    def chosen(self) -> Path | None:
        """The project file that the user chooses to open."""
        if not self.may_leave():
            return None
        title = _("Open a project")
        name, _filter = QFileDialog.getOpenFileName(self._window, title, "", self._kind())
        return Path(name) if name else None

    def save(self) -> None:
        """Write the project into its file; one that has none yet asks for it."""
        if self._workspace.path is None:
            self.save_as()
        else:
            self._runner.do(commands.save)

    def save_as(self) -> None:
        """Write the project into a file that the user chooses."""
        path = self._where(_("Save the project"), self._kind(), SUFFIX)
        if path is not None:
            self._runner.do(commands.save_as, path)

    def export(self) -> None:
        """Write the project as PyTorch code."""
        path = self._where(_("Export as PyTorch code"), "Python (*.py)", ".py")
        if path is not None:
            self._runner.do(_export, path)

    def new_place(self, beside: Path) -> Path | None:
        """Where the user wants the project that a file is made into."""
        title = _("Save the project with its blocks")
        return self._asked(title, str(beside.with_suffix(SUFFIX)), self._kind(), SUFFIX)

    def may_leave(self) -> bool:
        """Whether the project may be left: it is saved, or the user does not mind."""
        if not self.asks or not self._workspace.modified:
            return True
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "gradviz",
            _("The project was changed. Save it?"),
            button.Save | button.Discard | button.Cancel,
        )
        if answer == button.Save:
            self.save()
            return self._runner.wait() and not self._workspace.modified
        return answer == button.Discard

    def _where(self, title: str, kind: str, suffix: str) -> Path | None:
        known = self._workspace.path
        start = str(known.with_suffix(suffix)) if known is not None else ""
        return self._asked(title, start, kind, suffix)

    def _asked(self, title: str, start: str, kind: str, suffix: str) -> Path | None:
        name, _filter = QFileDialog.getSaveFileName(self._window, title, start, kind)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(suffix)

    def _kind(self) -> str:
        return f"{_('Projects')} (*{SUFFIX})"


def _export(workspace: Workspace, path: Path) -> None:
    commands.export(workspace, path)
