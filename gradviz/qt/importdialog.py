"""The dialog that asks for a PyTorch module: the file, what makes it there, and its shapes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.checkedline import CheckedLine
from gradviz.qt.choice import Choice
from gradviz.qt.look import SPACE
from gradviz.qt.shapelines import ShapeLines
from gradviz.spec.makers import Maker, likely, makers_of
from gradviz.spec.signature import call_of, check_call

WIDTH, SHAPES, NAMES = 620, 300, 72
"""Pixels that the dialog is wide, that the shapes are high at most before they scroll, and that the
names before the lines are wide at least.
"""


class Wanted(Struct, frozen=True):
    """A module that is to be imported: its file, ``Net(depth=3)``, and the shapes."""

    file: Path
    make: str
    shapes: tuple[str, ...]

    @property
    def target(self) -> str:
        """``net.py:Net(depth=3)``."""
        return f"{self.file}:{self.make}"


class ImportDialog(QDialog):
    """What is said of the file was read from its text; nothing of it runs here."""

    def __init__(self, parent: QWidget, file: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import a PyTorch module"))
        self._makers: tuple[Maker, ...] = ()
        self.file = CheckedLine(self._read, name=_("File"), placeholder="net.py")
        self.choose = QPushButton(_("&Choose…"))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._on_choose)
        self.module = Choice()
        self.module.setAccessibleName(_("Module"))
        self.make = CheckedLine(self._told_call, name=_("Made by"), placeholder="Net(depth=3)")
        self.shapes: ShapeLines | None = None
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setStyleSheet("QScrollArea { background: transparent; }")
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._called = QLabel(_("Called with"))
        self._called.setObjectName("heading")
        self._put_together()
        self.file.changed.connect(self._on_file)
        self.module.currentIndexChanged.connect(self._on_module)
        self.make.changed.connect(self._mark)
        self._on_file()
        if file is not None:
            self.file.edit.setText(str(file))

    @property
    def wanted(self) -> Wanted | None:
        """What the user asks for, as soon as it makes sense."""
        if self.shapes is None or not all(
            part.right for part in (self.file, self.make, self.shapes)
        ):
            return None
        return Wanted(Path(self.file.text), self.make.text, self.shapes.shapes)

    def focus_first(self) -> None:
        """Put the keyboard where something is to be filled in."""
        lines = self.shapes.lines.values() if self.shapes is not None else ()
        wrong = [line for line in (self.file, self.make, *lines) if not line.right]
        first = wrong[0] if wrong else self.module
        first.setFocus()
        if first is self.make and "=" in self.make.text:
            self.make.edit.setCursorPosition(self.make.text.index("=") + 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self.focus_first)  # Qt selects all of the line after this

    def _put_together(self) -> None:
        chosen = QHBoxLayout()
        chosen.setSpacing(SPACE)
        chosen.addWidget(self.file, 1)
        chosen.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        rows = QFormLayout()
        rows.setHorizontalSpacing(2 * SPACE)
        rows.setVerticalSpacing(SPACE)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (_("&File"), chosen),
            (_("&Module"), self.module),
            (_("Made &by"), self.make),
        ):
            label = QLabel(text)
            label.setMinimumWidth(NAMES)
            label.setBuddy(self.file if field is chosen else field)  # type: ignore[arg-type]
            rows.addRow(label, field)
        buttons = QDialogButtonBox()
        self.take = buttons.addButton(_("&Import…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.leave = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.take.setDefault(True)
        self.leave.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE + SPACE // 2)
        column.addLayout(rows)
        column.addWidget(self._called)
        column.addWidget(self._area)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)

    def _read(self, text: str) -> str:
        """Raises `UsageError` for a file that has no module."""
        self._makers = ()
        if not text:
            raise UsageError(N_("the Python file of the module; you are asked before it runs"))
        self._makers = makers_of(Path(text))
        return ""

    def _told_call(self, text: str) -> str:
        """What else the call takes. Raises `UsageError`, or `ProjectError`."""
        maker = self._maker
        if maker is None:
            raise UsageError("")
        check_call(text, maker.name, maker.arguments)
        return f"{maker.name}({maker.arguments.text})" if maker.arguments.text else ""

    @property
    def _maker(self) -> Maker | None:
        place = self.module.currentIndex()
        return self._makers[place] if 0 <= place < len(self._makers) else None

    def _on_file(self) -> None:
        self.module.blockSignals(True)
        self.module.clear()
        for each in self._makers:
            self.module.addItem(each.name if each.is_class else f"{each.name}()")
        if self._makers:
            self.module.setCurrentIndex(self._makers.index(likely(self._makers)))
        self.module.blockSignals(False)
        self._on_module()

    def _on_module(self) -> None:
        maker = self._maker
        for widget in (self.module, self.make):
            widget.setEnabled(maker is not None)
        self.make.edit.setText(call_of(maker.name, maker.arguments) if maker else "")
        self.make.look()
        self.shapes = ShapeLines(maker.forward, NAMES) if maker else None
        self._called.setVisible(maker is not None)
        self._area.setVisible(maker is not None)
        if self.shapes is not None:
            self.shapes.changed.connect(self._mark)
            self._area.setWidget(self.shapes)
            edits = [line.edit for line in self.shapes.lines.values()]
            order = [self.make.edit, *edits, self.take, self.leave]
            for before, after in pairwise(order):
                self.setTabOrder(before, after)
            self._area.setFixedHeight(min(self.shapes.sizeHint().height() + SPACE, SHAPES))
        self._mark()
        self.adjustSize()

    def _mark(self) -> None:
        self.take.setEnabled(self.wanted is not None)

    def _on_choose(self) -> None:
        title = _("Choose the file of the module")
        name, _filter = QFileDialog.getOpenFileName(
            self, title, self.file.text, f"{_('Python files')} (*.py)"
        )
        if name:
            self.file.edit.setText(name)
            self.focus_first()


def wanted(parent: QWidget, file: Path | None = None) -> Wanted | None:
    """Ask for a module; None if the user cancels."""
    asked = ImportDialog(parent, file)
    agreed = asked.exec() == QDialog.DialogCode.Accepted
    found = asked.wanted
    asked.deleteLater()
    return found if agreed else None
