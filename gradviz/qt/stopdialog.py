"""Two dialogs: on what condition to stop here, and how far to run."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gradviz import commands
from gradviz.commands.running import MOST
from gradviz.i18n import gettext as _
from gradviz.qt.checkedline import CheckedLine
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.expression import parse
from gradviz.spec.vocabulary import NAMES

WIDTH = 520
EXAMPLE = "grad_norm > 100"


def told(text: str) -> str:
    """What can be asked, for a condition that is right or empty; raises `ExpressionError`."""
    if text:
        parse(text)
        return ""
    return _("It may ask for: {names}").format(names=", ".join(NAMES))


class _Asking(QDialog):
    """A condition and a number, with Return to say so and Esc to leave it."""

    def __init__(
        self, parent: QWidget, title: str, *, text: str, names: tuple[str, str], most: int
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.condition = CheckedLine(told, name=names[0], placeholder=EXAMPLE)
        self.condition.edit.setText(text)
        self.number = QSpinBox()
        self.number.setRange(1, most)
        self.number.setAccessibleName(names[1])
        self.intro = QLabel()
        self.intro.setWordWrap(True)
        self.intro.hide()
        form = QFormLayout()
        form.setVerticalSpacing(SPACE)
        form.addRow(names[0], self.condition)
        form.addRow(names[1], self.number)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.ok = self.buttons.button(kinds.Ok)
        self.buttons.button(kinds.Cancel).setText(_("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE)
        column.addWidget(self.intro)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.condition.changed.connect(self._look)
        self.finished.connect(self.deleteLater)
        self._look()

    def say(self, text: str) -> None:
        """A line above."""
        self.intro.setText(text)
        self.intro.setVisible(bool(text))

    def _look(self) -> None:
        self.ok.setEnabled(self.condition.right)


class StopDialog(_Asking):
    """On what condition to stop at a place, and at which hit; ``known`` is one that is there."""

    def __init__(
        self,
        parent: QWidget,
        runner: Runner,
        breakpoint: Breakpoint,
        known: Breakpoint | None = None,
    ) -> None:
        names = _("Only when"), _("At hit")
        super().__init__(parent, _("Stop when…"), text=breakpoint.when, names=names, most=1_000_000)
        self._runner, self._breakpoint, self._known = runner, breakpoint, known
        self.number.setValue(breakpoint.hits)
        self.say(_("Stop at {place}").format(place=replace(breakpoint, when="", hits=1)))
        self.ok.setText(_("Stop here"))

    def accept(self) -> None:
        """Put the breakpoint there."""
        wanted = replace(
            self._breakpoint, when=self.condition.text, hits=self.number.value(), enabled=True
        )
        if self._known is None:
            self._runner.do(commands.add_breakpoint, wanted)
        else:
            self._runner.do(commands.replace_breakpoint, self._known, wanted)
        super().accept()


class RunDialog(_Asking):
    """Until when to run on, and how many iterations at most."""

    def __init__(self, parent: QWidget, runner: Runner) -> None:
        names = _("Until"), _("Iterations at most")
        super().__init__(parent, _("Run until…"), text="", names=names, most=MOST)
        self._runner = runner
        self.number.setValue(MOST)
        self.say(
            _(
                "It stops where the condition holds, at the next breakpoint, or after so many "
                "iterations. Esc cancels it."
            )
        )
        self.ok.setText(_("Run"))

    def accept(self) -> None:
        """Run."""
        self._runner.do(commands.run_further, self.condition.text, self.number.value())
        super().accept()


Opens = Callable[[QWidget, Runner], None]


def ask_run(parent: QWidget, runner: Runner) -> None:
    """Ask until when to run on; the window stays as it is meanwhile."""
    RunDialog(parent, runner).open()
