"""A graph at the cursor: the autograd graph, unless another source is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
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
from gradviz.qt.graphsource import AutogradSource, GraphSource
from gradviz.qt.layouts import Layouts
from gradviz.qt.look import TEXT
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.fold import Folded, fold
from gradviz.render.folding import Folding
from gradviz.render.layout import Layout
from gradviz.render.status import Status
from gradviz.render.theme import Theme
from gradviz.trace.graph import Graph
from gradviz.workspace import Workspace

MARGIN = 32.0
SMALLEST, LARGEST = 0.05, 4.0
READABLE = 0.72
"""The scale below which text is too small for the last row."""


class GraphView(QGraphicsView):
    """Cards, frames and arrows in a layout that stays; only their marks follow the cursor.

    Items are known by their nodes' places in the graph, so they serve the next iteration too. A
    double click opens a folded module call, or folds the one on whose name it falls.
    """

    laid_out = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        theme: Theme,
        source: GraphSource | None = None,
    ) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._source = source or AutogradSource(workspace, runner)
        self._theme = theme
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.layouts = Layouts(self)
        self.layouts.ready.connect(self._place)
        self.layouts.failed.connect(runner.failed)
        self._shape: tuple[object, object] | None = None
        self._folded: Folded | None = None
        self._coming: Folded | None = None
        self._folding: Folding = "auto"
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
        self.setAccessibleName(self._source.title())
        self._restyle()
        self.viewport().update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._scene.setBackgroundBrush(QColor(theme.background))
        self._restyle()

    def refresh(self) -> None:
        """Show the graph at the cursor; a graph of another shape is laid out first."""
        graph, folding = self._source.graph(), self._workspace.folding
        known = self._coming
        if known is None or known.graph is not graph or self._folding != folding:
            self._folding = folding
            opened = None if graph is None else self._source.opened(graph)
            self._coming = None if graph is None else fold(graph, opened)
            shape = None if graph is None else (shape_of(graph), opened)
            self._lay_out(shape)
        self._restyle()
        self._describe()
        self._look_up()

    def _lay_out(self, shape: tuple[object, object] | None) -> None:
        """Have what is coming laid out, unless it looks as what is there.

        A picture of another graph goes at once; one that is folded otherwise stays until the next.
        """
        before, self._shape = self._shape, shape
        if shape == before:
            if self.layouts.idle:
                self._folded = self._coming
            return
        if shape is None or before is None or shape[0] != before[0]:
            self._place(None)
        if self._coming is None:
            self.layouts.forget()
        else:
            self.layouts.ask(self._source.scene(self._coming))

    def select(self) -> None:
        """Show another selection, and bring it into view."""
        self._restyle()
        self._describe()
        chosen = self._source.chosen()
        self._reveal([item for item in self.nodes if not chosen.isdisjoint(item.nodes)])

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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        item = self._node_under(here)
        if item is not None:
            self._unfold(item)
            return
        spot = self.mapToScene(here)
        for frame in self._frames:
            if frame.tab and frame.name_box().contains(spot):
                self._source.fold(frame.place.frame.path)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Left:
                self._choose(-1)
            case Qt.Key.Key_Down | Qt.Key.Key_Right:
                self._choose(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._unfold(self._chosen())
            case Qt.Key.Key_Backspace:
                item = self._chosen()
                if item is not None and item.place.card.module:
                    self._source.fold(item.place.card.module)
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
        folded = self._folded
        known = None if folded is None else self._source.statuses(folded)
        if folded is None or known is None:
            return

        def by_place() -> dict[int, Status]:
            found = known()
            return {place: found[id] for place, (*_nodes, id) in enumerate(folded.boxes())}

        self._runner.ask(self, by_place, self._show)

    def _show(self, found: Mapping[int, Status]) -> None:
        self._statuses = dict(found)
        self._restyle()
        self._follow()

    def _restyle(self) -> None:
        chosen = self._source.chosen()
        for item in self.nodes:
            status = self._statuses.get(item.number)
            selected = not chosen.isdisjoint(item.nodes)
            item.show_status(status, self._theme, selected=selected)
        for edge, producer, consumer in self._edges:
            ends = self._statuses.get(producer), self._statuses.get(consumer)
            edge.show_statuses(*ends, self._theme)
        for frame in self._frames:
            frame.show_theme(self._theme)

    def _place(self, layout: Layout | None) -> None:
        """The only place that makes and removes items."""
        held = None if layout is None else self._held()
        self._folded = None if layout is None else self._coming
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
        self.nodes = self._node_items(layout)
        for item in (*self._frames, *(edge for edge, _p, _c in self._edges), *self.nodes):
            self._scene.addItem(item)
        area = QRectF(0, 0, layout.width, layout.height)
        self._scene.setSceneRect(area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self._restyle()
        if held is None:
            self._first_look()
        else:
            self._hold(*held)
        self.laid_out.emit(layout.reason and _("laid out by {engine}").format(engine=layout.engine))
        self._look_up()

    def _held(self) -> tuple[int, QPointF] | None:
        """A node that is in the middle of the view, or under the mouse, and where it is seen; None
        when all of the picture is seen.
        """
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if not self.nodes or (self._look is not None and seen.contains(self._scene.sceneRect())):
            return None
        point = self.viewport().mapFromGlobal(QCursor.pos())
        if not self.viewport().rect().contains(point):
            point = self.viewport().rect().center()
        spot = self.mapToScene(point)
        item = min(self.nodes, key=lambda item: (item.card.center() - spot).manhattanLength())
        return item.nodes[-1], QPointF(self.mapFromScene(item.card.center()))

    def _hold(self, node: int, seen: QPointF) -> None:
        """Scroll so that a node is seen where it was."""
        item = next(item for item in self.nodes if node in item.nodes)
        away = QPointF(self.mapFromScene(item.card.center())) - seen
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(away.x()))
        down.setValue(down.value() + round(away.y()))

    def _node_items(self, layout: Layout) -> list[NodeItem]:
        folded = self._folded
        if folded is None:
            return []
        places = {node.id: place for place, node in enumerate(folded.graph.nodes)}
        calls = {group.id: group.paths for group in folded.groups}
        return [
            NodeItem(number, place, tuple(places[id] for id in members), calls.get(members[-1], ()))
            for number, (place, members) in enumerate(
                zip(layout.places, folded.boxes(), strict=True)
            )
        ]

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
        item = self._node_under(point)
        self._select(item)

    def _node_under(self, point: QPoint) -> NodeItem | None:
        spot = self.mapToScene(point)
        items = (item for item in self.items(point) if isinstance(item, NodeItem))
        return next((item for item in items if item.card.contains(spot)), None)

    def _select(self, item: NodeItem | None) -> None:
        graph = self._source.graph()
        if graph is not None:
            self._source.select(graph, () if item is None else item.nodes)

    def _choose(self, way: int) -> None:
        """Select the card after, or before, the selected one."""
        chosen = self._chosen()
        place = 0 if chosen is None else chosen.number + way
        if 0 <= place < len(self.nodes):
            self._select(self.nodes[place])

    def _chosen(self) -> NodeItem | None:
        """The card of what is selected, or else of what the cursor stands on."""
        chosen = self._source.chosen()
        cards = [item for item in self.nodes if not chosen.isdisjoint(item.nodes)]
        if not chosen:
            cards = [item for item in self.nodes if self._is_current(item.number)]
        return cards[-1] if cards else None

    def _unfold(self, item: NodeItem | None) -> None:
        if item is not None and item.calls:
            self._source.unfold(item.calls[0])


def shape_of(graph: Graph) -> object:
    """What the layout depends on: two iterations' graphs are alike but for their node numbers."""
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    nodes = tuple(
        (node.name, node.module, node.op, node.shape, node.variable) for node in graph.nodes
    )
    edges = tuple((numbers[e.producer], numbers[e.consumer], e.slot, e.output) for e in graph.edges)
    return nodes, edges, numbers.get(graph.root) if graph.root is not None else None
