"""The question whether Python files that a project names may run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from gradviz.engine.catalogues.trusted import Trusted
from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, TEXT
from gradviz.render import fonts

SIZE = QSize(760, 480)


def trusting(files: Sequence[str]) -> Trusted:
    """These files as they are now, agreed to. Raises `UsageError` for one that cannot be read."""
    trusted = Trusted()
    for file in files:
        trusted.add(file)
    return trusted


def consent(files: Sequence[str], parent: QWidget, *, told: str = "") -> Trusted | None:
    """Show the files and ask whether they may run, as they are now; None if they may not.
    ``told`` says why they would, with their ``{names}``.

    Raises `UsageError` for one that cannot be read.
    """
    trusted = trusting(files)
    asked = Consent(files, trusted, parent, told=told)
    agreed = asked.exec() == QDialog.DialogCode.Accepted
    asked.deleteLater()
    return trusted if agreed else None


class Consent(QDialog):
    """The files with all of their code. Return and Escape both say no."""

    def __init__(
        self, files: Sequence[str], trusted: Trusted, parent: QWidget, *, told: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Run this code?"))
        names = ", ".join(Path(file).name for file in files)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE)
        why = told or _("The project uses Python files of its own: {names}")
        label = QLabel(
            why.format(names=names)
            + "\n"
            + _("Code can do anything that you can do. Run it only if you know what is in it.")
        )
        label.setWordWrap(True)
        column.addWidget(label)
        self.code = QPlainTextEdit("\n\n".join(_shown(file, trusted) for file in files))
        self.code.setFont(fonts.font("mono", TEXT))
        self.code.setReadOnly(True)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setAccessibleName(names)
        column.addWidget(self.code, 1)
        buttons = QDialogButtonBox()
        self.run = buttons.addButton(_("Run it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.leave = buttons.addButton(_("Do not run it"), QDialogButtonBox.ButtonRole.RejectRole)
        self.run.setAutoDefault(False)
        self.leave.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.leave.setFocus()
        self.resize(SIZE)


def _shown(file: str, trusted: Trusted) -> str:
    return f"# {file}\n\n{trusted.content(file).decode('utf-8', 'replace')}"
