"""What can be done from the run bar, its keys included: a table, and Qt's actions made of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gradviz import commands
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.icons import icon
from gradviz.qt.runner import Runner
from gradviz.qt.stopdialog import Opens, ask_run
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace


class Deed(Struct, frozen=True):
    """One action: the icon's name, the texts, the key, the command; ``opens`` asks before it. What
    is not in the ``bar`` is in the menu only.
    """

    name: str
    text: str
    help: str
    key: str
    command: Callable[[Workspace], None]
    opens: Opens | None = None
    bar: bool = True


DEEDS: tuple[Deed, ...] = (
    Deed("reset", N_("Reset"), N_("Start again from the seed"), "Ctrl+R", commands.reset),
    Deed("back", N_("Back"), N_("Go back to the event before"), "Shift+F11", commands.back),
    Deed("step", N_("Step"), N_("Go to the next event"), "F11", commands.step),
    Deed(
        "over",
        N_("Over"),
        N_("Go on until this module, or this parameter's update, is done"),
        "F10",
        commands.step_over,
    ),
    Deed("phase", N_("Phase"), N_("Go on to the end of this phase"), "F8", commands.step_phase),
    Deed(
        "run",
        N_("Run on"),
        N_("Go on to the next breakpoint; without one, to the end of this iteration"),
        "F5",
        commands.run_on,
    ),
    Deed(
        "until",
        N_("Run until…"),
        N_("Run until a condition holds, or for so many iterations"),
        "Ctrl+F5",
        commands.run_further,
        opens=ask_run,
        bar=False,
    ),
    Deed(
        "back over",
        N_("Back over"),
        N_("Go back to before this module, or this parameter's update"),
        "Shift+F10",
        commands.back_over,
        bar=False,
    ),
    Deed(
        "breakpoint",
        N_("Breakpoint here"),
        N_("Stop at what is selected, or at this event; or no more"),
        "F9",
        commands.toggle_breakpoint_here,
        bar=False,
    ),
    Deed(
        "enable",
        N_("Enable or disable the breakpoint"),
        N_("Switch the breakpoint here off, or on again"),
        "Ctrl+F9",
        commands.enable_breakpoint_here,
        bar=False,
    ),
)


BACK = ("back", "back over")


class Actions(QObject):
    """The run bar's QActions by the name of their deed; the menu shows the same ones."""

    def __init__(self, workspace: Workspace, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._runner = workspace, runner
        self.of: dict[str, QAction] = {}
        for deed in DEEDS:
            action = QAction(self)
            action.setShortcut(QKeySequence(deed.key))
            action.triggered.connect(lambda _checked=False, deed=deed: self._do(deed))
            self.of[deed.name] = action
        runner.busy_changed.connect(self._on_busy)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for deed in DEEDS:
            action = self.of[deed.name]
            action.setText(_(deed.text))
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{_(deed.help)} ({key})")

    def recolour(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        for deed in DEEDS:
            ink = theme.accent if deed.name != "reset" else theme.text
            if deed.bar:
                self.of[deed.name].setIcon(icon(deed.name, colour=ink, disabled=theme.none))

    def refresh(self) -> None:
        """Offer what makes sense at the cursor."""
        session = self._workspace.session
        for name, action in self.of.items():
            back = session is not None and session.index >= 0
            action.setEnabled(back if name in BACK else self._workspace.project is not None)

    def _do(self, deed: Deed) -> None:
        if deed.opens is None:
            self._runner.do(deed.command)
        else:
            parent = self.parent()
            assert isinstance(parent, QWidget)
            deed.opens(parent, self._runner)

    def _on_busy(self, busy: bool) -> None:
        """What waits may well lead to where one can go back."""
        if busy and self.of["step"].isEnabled():
            for name in BACK:
                self.of[name].setEnabled(True)
