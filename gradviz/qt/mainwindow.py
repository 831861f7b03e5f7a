"""The window: its parts, put together over one workspace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gradviz import commands, i18n
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.errors import GradvizError
from gradviz.i18n import gettext as _
from gradviz.qt import look
from gradviz.qt.actions import Actions
from gradviz.qt.appearance import Appearance
from gradviz.qt.blocks.builder import Builder
from gradviz.qt.breakpointspane import BreakpointsPane
from gradviz.qt.bridge import Bridge
from gradviz.qt.codeview import CodeView
from gradviz.qt.consent import consent, trusting
from gradviz.qt.dropped import dropped
from gradviz.qt.eventtable import EventTable
from gradviz.qt.filing import Filing
from gradviz.qt.findbar import FindBar
from gradviz.qt.graphview import GraphView
from gradviz.qt.help.helping import Helping
from gradviz.qt.importing import Importing
from gradviz.qt.inspector import Inspector
from gradviz.qt.loader.loaderview import LoaderView
from gradviz.qt.loader.room import Room
from gradviz.qt.menus import Menus
from gradviz.qt.messagebar import MessageBar
from gradviz.qt.modulesource import ModuleSource
from gradviz.qt.nodemenu import NodeMenu
from gradviz.qt.panel import Panel
from gradviz.qt.panewalk import PaneWalk
from gradviz.qt.paramtable import ParameterTable
from gradviz.qt.phasestrip import PhaseStrip
from gradviz.qt.position import Position
from gradviz.qt.runbar import RunBar
from gradviz.qt.runner import Runner
from gradviz.qt.runprogress import RunProgress
from gradviz.qt.timeline import Timeline
from gradviz.qt.viewswitch import ViewSwitch
from gradviz.qt.zoomview import ZoomView
from gradviz.render.theme import Theme, theme_named
from gradviz.settings import Settings
from gradviz.spec.codec import load
from gradviz.spec.pythonmodule import PYTHON
from gradviz.workspace import Workspace

SIZE = QSize(1280, 720)
PALETTE = 216
"""Pixels that the palette is wide at most."""
SMALLEST = QSize(320, 240)
LIGHT = Settings(theme="light")
INSPECTOR, SHARE = 412, 0.22
"""Pixels that the inspector is wide in a window of that size, and how much it takes of each pixel
that the window is wider.
"""


def open_and_start(workspace: Workspace, path: Path, trusted: Trusted | bool = False) -> None:
    """Open a project and run its first iteration."""
    commands.open_project(workspace, path)
    workspace.trusted = trusted
    commands.start(workspace)


class MainWindow(QMainWindow):
    """Thin views over the workspace. Gestures become commands in `runner`; what they change comes
    back through the bridge, and every view reads it anew.
    """

    painted = Signal()

    def __init__(self, workspace: Workspace, settings: Settings = LIGHT) -> None:
        super().__init__()
        self._workspace = workspace
        self.appearance = Appearance(self, self, settings)
        self._theme = theme_named(self.appearance.theme)
        self._told = ""
        self.view = "autograd"
        self._wear()
        self.runner = Runner(workspace, self)
        self.filing = Filing(workspace, self.runner, self)
        self.importing = Importing(workspace, self, self)
        self._bridge = Bridge(workspace, self.runner, self)
        self._make_views(self._theme)
        self._put_together()
        self.panewalk = PaneWalk(self, self.messages.note)
        self.helping = Helping(self, self.panewalk, self._theme)
        self._menus = Menus(self.menuBar(), self.actions_, self, self.builder.deeds.fill)
        self.show_graphs(self.view)
        self.graph.noted.connect(self._panels[0].set_note)
        self.modules.noted.connect(self._panels[4].set_note)
        self._bridge.moved.connect(self.refresh)
        self._bridge.selected.connect(self._on_selected)
        self._bridge.sought.connect(self.findbar.seek)
        self._bridge.folded.connect(self._on_folded)
        self.runner.busy_changed.connect(self._on_busy)
        self.runner.failed.connect(self._on_failed)
        self.builder.form.problem.run_wanted.connect(self.run_as_far)
        # An explicit size; else the layout sets one later, which platforms without a screen refuse.
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.resize(SIZE)
        self._recolour()
        self._retitle()
        self.timeline.setFocus()
        self.refresh()

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return self._theme

    @property
    def idle(self) -> bool:
        """Whether everything is shown that there is to show."""
        parts = self.runner, self.graph, self.modules, self.builder
        return all(part.idle for part in parts)

    def wait(self) -> bool:
        """Let the event loop run until everything is shown; False if that takes a minute."""
        for _turn in range(3):  # a command may ask for a layout, and a layout for numbers
            layouts = self.graph.layouts, self.modules.layouts
            runners = self.runner, self.builder.desk.aside
            if all(each.wait() for each in (*runners, *layouts)):
                self.builder.catch_up()
                if self.idle:
                    return True
        return self.idle

    def open(self, path: Path, *, trust: bool = False) -> None:
        """Open a project file and start it; ask first if it names code that is not trusted."""
        self.messages.clear()
        try:
            files = load(path).code
            if files:
                trusted = trusting(files) if trust else consent(files, self)
                self.runner.do(open_and_start, path, trusted or False)
                return
        except GradvizError:
            pass  # opening it tells
        self.runner.do(open_and_start, path)

    def choose_project(self) -> None:
        """Let the user choose a project file."""
        path = self.filing.chosen()
        if path is not None:
            self.open(path)

    def open_dropped(self, path: Path) -> None:
        """Open a project file, if the one that is open may be left."""
        if self.filing.may_leave():
            self.open(path)

    def new_project(self) -> None:
        """Begin another project, with nothing but its ends."""
        if self.filing.new():
            self.messages.clear()
            self.show_graphs("blocks")

    def import_module(self, file: Path | None = None) -> None:
        """Make blocks of a PyTorch module, of this file or one that the user chooses."""
        try:
            self.importing.begin(file)
        except GradvizError as error:
            self.messages.say(error)

    def set_theme(self, name: str) -> None:
        """Change the colours of everything."""
        self._theme = theme_named(name)
        self._wear()
        self._recolour()

    def _recolour(self) -> None:
        for part in (self.actions_, self.messages, *self._views, self.helping):
            part.recolour(self._theme)
        self._mark_appearance()

    def set_language(self, language: str) -> None:
        """Change the language of everything."""
        i18n.use(language)
        self._menus.retranslate()
        parts = (self.actions_, self.bar, self.messages, *self._views, *self._panels, self.helping)
        for part in parts:
            part.retranslate()
        self._retitle()
        self._mark_appearance()
        self.refresh()

    def _mark_appearance(self) -> None:
        follows = self.appearance.settings.theme == "system"
        self._menus.mark("system" if follows else self._theme.name, i18n.language())

    def run_as_far(self) -> None:
        """Run a model that does not fit up to the block that fails, and show the way there."""
        self.messages.clear()
        self.runner.do(commands.start_as_far)
        if self.view == "blocks":
            self.show_graphs("modules")

    def show_graphs(self, view: str) -> None:
        """Show the graph of backward (``autograd``), of forward (``modules``), or ``both``; or the
        ``blocks``.
        """
        self.view = view
        building = view == "blocks"
        self._module_source.wanted = view in ("modules", "both")
        self._panels[0].setVisible(view in ("autograd", "both"))
        self._panels[4].setVisible(view in ("modules", "both"))
        for panel in self.builder.panels.values():
            panel.setVisible(building)
        for panel in self._panels[1:4]:
            panel.setVisible(not building)
        self.findbar.setVisible(self.findbar.isVisible() and not building)
        if view == "both":
            self._graphs.setSizes([self._graphs.width() // 2] * 2 + [0] * 2)
        self._menus.mark(view)
        for switch in self.switches:
            switch.mark(view)
        self.switches[1].setVisible(view == "modules")
        if building:
            self.builder.refresh()
            width, height = self._graphs.width(), self._right.height()
            self._graphs.setSizes([0, 0, PALETTE, width - PALETTE])
            self._right.setSizes([0, 0, round(0.6 * height), round(0.4 * height)])
            self.builder.canvas.setFocus()
        else:
            self.modules.refresh()
            self.findbar.look_in(*self._seen_graphs)

    @property
    def _seen_graphs(self) -> list[GraphView]:
        graphs = {"autograd": [self.graph], "modules": [self.modules], "blocks": []}
        return graphs.get(self.view, [self.graph, self.modules])

    @property
    def _seen_views(self) -> Sequence[ZoomView]:
        return [self.builder.canvas] if self.view == "blocks" else self._seen_graphs

    def zoom(self, factor: float) -> None:
        """Change the scale of what is shown; 0 fits it."""
        for view in self._seen_views:
            if factor:
                view.zoom(factor)
            else:
                view.fit()

    def actual_size(self) -> None:
        """Show the graphs in their own size."""
        for view in self._seen_views:
            view.actual_size()

    def show_selection(self) -> None:
        """Show what is selected in the graphs."""
        for graph in self._seen_graphs:
            graph.show_selection()
        if self.view == "blocks":
            self.builder.canvas.show_selection()

    def find_in_graph(self) -> None:
        """Open the find bar."""
        self.findbar.open()

    def find_next(self, step: int) -> None:
        """To the next thing that was found, or with -1 to the one before."""
        self.findbar.go(step)

    def fold(self, folding: str | int) -> None:
        """Fold the graph's modules: ``auto``, ``none``, or below a depth."""
        self.runner.do(commands.fold_all, folding)

    def refresh(self) -> None:
        """Let every view read the workspace anew."""
        project, path = self._workspace.project, self._workspace.path
        name = (project.name if project else "") or (path.stem if path else "")
        if project is not None:
            changed = "*" if self._workspace.modified else ""
            name = f"{name or _('unnamed')}{changed}"
        self.setWindowTitle(f"{name} – gradviz" if name else "gradviz")
        for part in (self.actions_, *self._views):
            part.refresh()
        problem = commands.problem(self._workspace)
        if problem and problem != self._told:
            self.messages.say(problem)
        elif self._told and not problem:
            self.messages.clear()
        self._told = problem

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.filing.may_leave():
            event.ignore()
            return
        self.hide()
        self.graph.layouts.forget()
        self.modules.layouts.forget()
        self._bridge.close()
        self.runner.stop()
        self.builder.desk.stop()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = dropped(event.mimeData())
        if file is None:
            return
        event.acceptProposedAction()
        deed = self.import_module if file.suffix == PYTHON else self.open_dropped
        QTimer.singleShot(0, self, lambda: deed(file))  # the other program waits for this to end

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._split_by_user:
            width = self.width() - 3 * look.SPACE  # the splitter itself hears of it later
            right = INSPECTOR + round(SHARE * (width - SIZE.width()))
            self._whole.setSizes([width - right, right])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()

    def _wear(self) -> None:
        look.put_on(self, self._theme)

    def _make_views(self, theme: Theme) -> None:
        workspace, runner = self._workspace, self.runner
        self.actions_ = Actions(workspace, runner, self)
        self.bar = RunBar(self.actions_)
        self.position = Position(workspace, runner)
        self.strip = PhaseStrip(workspace, runner, theme)
        self.messages = MessageBar(theme)
        self.running = RunProgress(workspace, runner, self.messages, theme)
        self.graph = GraphView(workspace, runner, theme)
        self._module_source = ModuleSource(workspace, runner)
        self.modules = GraphView(workspace, runner, theme, self._module_source)
        self.findbar = FindBar(workspace, runner, self.graph, theme, modules=self.modules)
        self.nodemenu = NodeMenu(workspace, runner, self.graph)
        self.graph.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.graph.customContextMenuRequested.connect(self.nodemenu.open)
        self.inspector = Inspector(workspace, runner, theme)
        self.timeline = Timeline(workspace, runner, theme)
        self.breakpoints = BreakpointsPane(workspace, runner, self.timeline.hits, theme)
        self.events = EventTable(workspace, runner, theme)
        self.parameters = ParameterTable(workspace, runner, theme)
        self.batch = LoaderView(workspace, runner, theme)
        self.code = CodeView(workspace, runner, theme)
        self.builder = Builder(workspace, runner, theme, self)
        self._views = (
            self.builder,
            self.strip,
            self.position,
            self.graph,
            self.modules,
            self.findbar,
            self.inspector,
            self.running,
            self.timeline,
            self.breakpoints,
            self.events,
            self.parameters,
            self.batch,
            self.code,
        )

    def _put_together(self) -> None:
        space = look.SPACE
        history = QWidget()
        column = QVBoxLayout(history)
        column.setContentsMargins(0, space // 2, 0, 0)
        column.setSpacing(space // 2)
        column.addWidget(self.timeline)
        column.addWidget(self.events, 1)
        self.switches = ViewSwitch(), ViewSwitch(), self.builder.switch
        for switch in self.switches:
            switch.chosen.connect(self.show_graphs)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setCornerWidget(self.position)
        for view in (history, self.parameters, self.batch, self.breakpoints):
            self.tabs.addTab(view, "")
        self._panels = (
            Panel(
                self.graph,
                lambda: _("Autograd graph"),
                corner=self.switches[0],
            ),
            Panel(self.inspector),
            Panel(self.tabs),
            Panel(self.code, lambda: _("Code"), corner=self.code.switch),
            Panel(self.modules, lambda: _("Modules"), corner=self.switches[1]),
        )
        graph, inspector, below, code, modules = self._panels
        self._graphs = QSplitter(Qt.Orientation.Horizontal)
        self._graphs.setHandleWidth(space)
        self._graphs.setChildrenCollapsible(False)
        self._graphs.addWidget(modules)
        self._graphs.addWidget(graph)
        for place, name in enumerate(("palette", "canvas")):
            self._graphs.addWidget(self.builder.panels[name])
            self._graphs.setStretchFactor(2 + place, place)
        self.builder.panels["palette"].setMaximumWidth(PALETTE)
        searched = QWidget()
        rows = QVBoxLayout(searched)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(space)
        rows.addWidget(self.findbar)
        rows.addWidget(self._graphs, 1)
        left = _split(searched, below, sizes=(370, 230), grow=(3, 1))
        self.room = Room(left, self.tabs, self.batch)
        right = _split(inspector, code, sizes=(400, 200), grow=(1, 0))
        self._right = right
        for name in ("form", "code"):
            right.addWidget(self.builder.panels[name])
            right.setStretchFactor(right.count() - 1, 1)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(left)
        whole.addWidget(right)
        whole.setHandleWidth(space)
        whole.setChildrenCollapsible(False)
        whole.splitterMoved.connect(self._on_split)
        self._whole, self._split_by_user = whole, False
        page = QWidget()
        page.setObjectName("page")
        rows = QVBoxLayout(page)
        rows.setContentsMargins(space, space // 2, space, space)
        rows.setSpacing(space)
        top = QHBoxLayout()
        top.setSpacing(2 * space)
        top.addWidget(self.bar)
        top.addWidget(self.strip, 1)
        rows.addLayout(top)
        rows.addWidget(self.messages)
        rows.addWidget(self.running)
        rows.addWidget(whole, 1)
        self.setCentralWidget(page)

    def _retitle(self) -> None:
        for place, text in enumerate(
            (_("Timeline"), _("Parameters"), _("Batch"), _("Breakpoints"))
        ):
            self.tabs.setTabText(place, text)
        for switch in self.switches:
            switch.retranslate(self._menus.of)

    def _on_selected(self) -> None:
        for graph in self._seen_graphs:
            graph.select()
        self.inspector.refresh()
        self.parameters.refresh()

    def _on_split(self) -> None:
        self._split_by_user = True

    def _on_folded(self) -> None:
        self.graph.refresh()
        self.modules.refresh()

    def _on_busy(self) -> None:
        """An empty graph says what it waits for."""
        for graph in self._seen_graphs:
            if graph.picture is None:
                graph.viewport().update()

    def _on_failed(self, error: Exception) -> None:
        """Every error is shown here; one that is a bug keeps its traceback."""
        if isinstance(error, GradvizError):
            self.messages.say(error)
        else:
            self.messages.say(f"{type(error).__name__}: {error}")
            sys.excepthook(type(error), error, error.__traceback__)
        for graph in self._seen_graphs:
            graph.viewport().update()


def _split(
    above: QWidget, below: QWidget, *, sizes: tuple[int, int], grow: tuple[int, int]
) -> QSplitter:
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.addWidget(above)
    splitter.addWidget(below)
    for place, part in enumerate(grow):
        splitter.setStretchFactor(place, part)
    splitter.setHandleWidth(look.SPACE)
    splitter.setChildrenCollapsible(False)
    splitter.setSizes(list(sizes))
    return splitter
