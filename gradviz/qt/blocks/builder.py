"""The builder: palette, canvas, form and code, put together over one desk."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.codepane import CodePane
from gradviz.qt.blocks.crumbs import Crumbs
from gradviz.qt.blocks.deeds import Deeds
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.editor import Editor
from gradviz.qt.blocks.form import Form
from gradviz.qt.blocks.handles import Handles
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
        self.canvas = Editor(self.desk, runner, theme)
        self.palette.chosen.connect(self.canvas.add_kind)
        self.crumbs = Crumbs(self.desk)
        self.form = Form(self.desk, runner, theme)
        self.canvas.opened.connect(self.form.edit)
        self.form.left.connect(self.canvas.setFocus)
        self.palette.search.left.connect(self.canvas.setFocus)
        self.hands = Handles(self.desk, self.canvas)
        self.hands.named.connect(self.form.edit_name)
        self.deeds = Deeds(self.desk, self.hands, self)
        self.canvas.menu_wanted.connect(self._open_menu)
        self.code = CodePane(self.desk, runner, theme)
        self.switch = ViewSwitch()
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.switch)
        self.panels = {
            "palette": Panel(self.palette, lambda: _("Blocks")),
            "canvas": Panel(self.canvas, corner=corner, lead=self.crumbs),
            "form": Panel(self.form, lambda: _("Selected")),
            "code": Panel(self.code, lambda: _("Code")),
        }
        self._parts: tuple[Palette | Editor | Form | CodePane, ...] = (
            self.palette,
            self.canvas,
            self.form,
            self.code,
        )

    @property
    def idle(self) -> bool:
        """Whether everything is shown that there is to show."""
        return self.desk.idle and self.canvas.still and self.code.idle

    def catch_up(self) -> None:
        """Have at once what would come by and by."""
        self.code.catch_up()
        self.canvas.catch_up()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for part in self._parts:
            part.recolour(theme)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for part in (*self._parts, *self.panels.values()):
            part.retranslate()
        self.deeds.retranslate()
        self.desk.renew()
        self.crumbs.retranslate()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self.canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.deeds.fill(menu)
        menu.popup(at)

    def refresh(self) -> None:
        """Read the workspace anew, if one builds: the catalogue needs torch, for which the window
        does not wait.
        """
        if not self.panels["canvas"].isHidden():
            self.desk.refresh()
