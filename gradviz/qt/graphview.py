"""The autograd graph at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsScene, QGraphicsView

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.graphitems import EdgeItem, FrameItem, NodeItem
from gradviz.qt.layouts import Layouts
from gradviz.qt.look import TEXT
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.layout import Layout
from gradviz.render.scene import scene_of
from gradviz.render.status import Status, statuses
from gradviz.render.theme import Theme
from gradviz.trace.graph import AutogradGraph
from gradviz.workspace import Workspace

MARGIN = 32.0
SMALLEST, LARGEST = 0.05, 4.0
READABLE = 0.72
"""The scale below which text is too small for the last row."""


class GraphView(QGraphicsView):
    """Cards, frames and arrows in a layout that stays; only their marks follow the cursor.

    Items are known by their node's place in the graph, so they serve the next iteration too.
    """

    laid_out = Signal(str)

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.layouts = Layouts(self)
        self.layouts.ready.connect(self._place)
        self.layouts.failed.connect(runner.failed)
        self._shape: object = None
        self._layout: Layout | None = None
        self._statuses: dict[int, Status] = {}
        self.nodes: list[NodeItem] = []
        self._edges: list[tuple[EdgeItem, int, int]] = []
        self._frames: list[FrameItem] = []
        self._pressed: QPoint | None = None
        self._look: Callable[[], None] | None = self._first_look
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.recolour(theme)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("autograd graph"))
        self._restyle()
        self.viewport().update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._scene.setBackgroundBrush(QColor(theme.background))
        self._restyle()

    def refresh(self) -> None:
        """Show the graph at the cursor; a graph of another shape is laid out first."""
        graph = self._workspace.graph
        shape = None if graph is None else shape_of(graph)
        if shape != self._shape:
            self._shape = shape
            self._place(None)
            if graph is None:
                self.layouts.forget()
            else:
                self.layouts.ask(scene_of(graph))
        self._restyle()
        self._describe()
        self._look_up()

    def select(self) -> None:
        """Show another selection, and bring it into view."""
        self._restyle()
        self._describe()
        self._reveal([item for item in self.nodes if item.number == self._workspace.selection])

    def fit(self) -> None:
        """Show the whole graph, as large as it goes, until the user zooms or pans."""
        self._look = self.fit
        self._show_whole()

    def _show_whole(self) -> None:
        area = self._scene.sceneRect()
        if not area.isEmpty():
            self.resetTransform()
            room = self.viewport().rect()
            scale = min(room.width() / area.width(), room.height() / area.height(), 1.0)
            self.scale(scale, scale)
            self.centerOn(area.center())

    def zoom(self, factor: float) -> None:
        """Make everything larger or smaller, around the mouse or the middle."""
        now = self.transform().m11()
        factor = min(max(now * factor, SMALLEST), LARGEST) / now
        self._look = None
        self.scale(factor, factor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoom(1.0015**turned)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        here = event.position().toPoint()
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (here - pressed).manhattanLength() < QApplication.startDragDistance():
            self._click(here)
        else:
            self._look = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Left:
                self._choose(-1)
            case Qt.Key.Key_Down | Qt.Key.Key_Right:
                self._choose(1)
            case Qt.Key.Key_Escape:
                self._runner.do(commands.select, None)
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._look is not None:
            self._look()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.nodes:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.muted))
            painter.setFont(fonts.font("sans", TEXT + 2))
            area = self.viewport().rect()
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._waiting_text())

    def _waiting_text(self) -> str:
        if not self.layouts.idle:
            return _("Laying out the graph…")
        if self._runner.busy:
            return _("Loading…")
        if self._workspace.session is not None:
            return _("There is no graph: this iteration did not reach backward.")
        if self._workspace.project is not None:
            return _("The project could not be started.")
        return _("No project is open. File ▸ Open… opens one.")

    def _look_up(self) -> None:
        session, graph = self._workspace.session, self._workspace.graph
        if session is None or graph is None:
            return
        trace, index = session.trace, session.index

        def by_place() -> dict[int, Status]:
            found = statuses(trace, graph, index)
            return {place: found[node.id] for place, node in enumerate(graph.nodes)}

        self._runner.ask(self, by_place, self._show)

    def _show(self, found: Mapping[int, Status]) -> None:
        self._statuses = dict(found)
        self._restyle()
        self._follow()

    def _restyle(self) -> None:
        chosen = self._workspace.selection
        for item in self.nodes:
            status = self._statuses.get(item.number)
            item.show_status(status, self._theme, selected=item.number == chosen)
        for edge, producer, consumer in self._edges:
            ends = self._statuses.get(producer), self._statuses.get(consumer)
            edge.show_statuses(*ends, self._theme)
        for frame in self._frames:
            frame.show_theme(self._theme)

    def _place(self, layout: Layout | None) -> None:
        """The only place that makes and removes items."""
        self._scene.clear()
        self.nodes, self._edges, self._frames = [], [], []
        self._statuses = {}
        self._layout = layout
        if layout is None:
            self._scene.setSceneRect(QRectF())
            self.viewport().update()
            return
        for frame in layout.frames:
            self._frames += [FrameItem(frame, tab=False), FrameItem(frame, tab=True)]
        numbers = {place.card.id: number for number, place in enumerate(layout.places)}
        for route in layout.routes:
            ends = numbers[route.edge.producer], numbers[route.edge.consumer]
            self._edges.append((EdgeItem(route), *ends))
        self.nodes = [NodeItem(number, place) for number, place in enumerate(layout.places)]
        for item in (*self._frames, *(edge for edge, _p, _c in self._edges), *self.nodes):
            self._scene.addItem(item)
        area = QRectF(0, 0, layout.width, layout.height)
        self._scene.setSceneRect(area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self._restyle()
        self._first_look()
        self.laid_out.emit(layout.reason and _("laid out by {engine}").format(engine=layout.engine))
        self._look_up()

    def _first_look(self) -> None:
        """All of it if that can be read; else the width, or at least readable text."""
        self._look = self._first_look
        self._show_whole()
        if self.transform().m11() < READABLE and self.nodes:
            self.resetTransform()
            area, room = self._scene.sceneRect(), self.viewport().rect()
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
            scale = min(max(room.width() / area.width(), READABLE), 1.0)
            self.scale(scale, scale)
            self.centerOn(area.center().x(), area.top())
            self._follow()

    def _follow(self) -> None:
        """Bring what the cursor stands on into view if it is not."""
        self._reveal([item for item in self.nodes if self._is_current(item.number)])

    def _reveal(self, items: list[NodeItem]) -> None:
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if not all(seen.contains(item.card) for item in items):
            self.centerOn(items[-1].card.center())

    def _describe(self) -> None:
        node = self._workspace.selected
        self.setAccessibleDescription("" if node is None else f"{node.op} {node.name}")

    def _is_current(self, number: int) -> bool:
        status = self._statuses.get(number)
        return status is not None and status.current

    def _click(self, point: QPoint) -> None:
        graph = self._workspace.graph
        for item in self.items(point):
            if isinstance(item, NodeItem) and item.card.contains(self.mapToScene(point)):
                if graph is not None:
                    self._runner.do(commands.select, graph.nodes[item.number].id)
                return
        self._runner.do(commands.select, None)

    def _choose(self, way: int) -> None:
        """Select the node after, or before, the selected one."""
        graph, node = self._workspace.graph, self._workspace.selected
        if graph is None or not graph.nodes:
            return
        ids = [known.id for known in graph.nodes]
        place = ids.index(node.id) + way if node is not None else 0
        if 0 <= place < len(ids):
            self._runner.do(commands.select, ids[place])


def shape_of(graph: AutogradGraph) -> object:
    """What the layout depends on: two iterations' graphs are alike but for their node numbers."""
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    nodes = tuple(
        (node.name, node.module, node.op, node.shape, node.variable) for node in graph.nodes
    )
    edges = tuple((numbers[e.producer], numbers[e.consumer], e.slot, e.output) for e in graph.edges)
    return nodes, edges, numbers.get(graph.root) if graph.root is not None else None
