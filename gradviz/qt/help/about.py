"""What the program is made of, with versions to paste into a report."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gradviz import __version__
from gradviz.i18n import gettext as _
from gradviz.qt.factlist import FactList
from gradviz.qt.look import SPACE, TITLE
from gradviz.qt.pages import facts
from gradviz.render import fonts

PACKAGES = ("torch", "PySide6-Essentials", "graphviz-pure", "numpy")


def versions() -> dict[str, str]:
    """Name and version of each part. Torch is not loaded for it."""
    known = {"gradviz": __version__, "Python": platform.python_version(), "Qt": qVersion()}
    for package in PACKAGES:
        try:
            known[package] = version(package)
        except PackageNotFoundError:
            known[package] = _("not installed")
    system = platform.platform() if sys.platform != "linux" else platform.system()
    return {**known, _("system"): f"{system} {platform.machine()}"}


class About(QDialog):
    """The versions, and a button that copies them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("About gradviz"))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        title = QLabel("gradviz")
        title.setFont(fonts.font("sans", TITLE, bold=True))
        column.addWidget(title)
        column.addWidget(QLabel(_("One real PyTorch training iteration, step by step.")))
        self.versions = versions()
        table = FactList()
        table.show_facts(facts(*self.versions.items()))
        column.addWidget(table)
        column.addWidget(QLabel(_("Free software under the MIT licence.")))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(_("Close"))
        copy = buttons.addButton(_("Copy versions"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.close)
        column.addWidget(buttons)

    def copy(self) -> None:
        """Put the versions on the clipboard, a line each."""
        lines = [f"{name} {number}" for name, number in self.versions.items()]
        QApplication.clipboard().setText("\n".join(lines))
