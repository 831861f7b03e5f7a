"""The builder: palette, canvas, form and code, put together over one desk."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.canvas import Canvas
from gradviz.qt.blocks.crumbs import Crumbs
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.palette import Palette
from gradviz.qt.panel import Panel
from gradviz.qt.runner import Runner
from gradviz.qt.viewswitch import ViewSwitch
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace


class Builder(QObject):
    """``panels`` are for the window to put somewhere; ``switch`` chooses its view."""

    def __init__(
        self, workspace: Workspace, runner: Runner, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.desk = Desk(workspace, self)
        self.desk.aside.failed.connect(runner.failed)
        self.palette = Palette(self.desk, theme)
        self.canvas = Canvas(self.desk, theme)
        self.crumbs = Crumbs(self.desk)
        self.switch = ViewSwitch()
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.switch)
        self.panels = {
            "palette": Panel(self.palette, lambda: _("Blocks")),
            "canvas": Panel(self.canvas, corner=corner, lead=self.crumbs),
        }
        self._parts: tuple[Palette | Canvas, ...] = self.palette, self.canvas

    @property
    def idle(self) -> bool:
        """Whether everything is shown that there is to show."""
        return self.desk.idle and self.canvas.still

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for part in self._parts:
            part.recolour(theme)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for part in (*self._parts, *self.panels.values()):
            part.retranslate()
        self.crumbs.retranslate()

    def refresh(self) -> None:
        """Read the workspace anew."""
        self.desk.refresh()
