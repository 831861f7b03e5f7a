"""A graph at the cursor: the autograd graph, unless another source is given."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip

from gradviz.i18n import gettext as _
from gradviz.qt.anchor import Anchor, card_in_view
from gradviz.qt.answers import Answer, Target
from gradviz.qt.canvas import Canvas
from gradviz.qt.graphitems import FrameItem, NodeItem
from gradviz.qt.graphsource import AutogradSource, GraphSource
from gradviz.qt.layouts import Layouts, Report
from gradviz.qt.look import SPACE, TEXT
from gradviz.qt.minimap import MiniMap
from gradviz.qt.painting import News, Painting
from gradviz.qt.picture import MANY, Picture, Prepared, prepared
from gradviz.qt.pointed import Pointed, pointed_in
from gradviz.qt.runner import Runner
from gradviz.qt.walk import Way, next_card
from gradviz.qt.zoomview import READABLE, ZoomView
from gradviz.render import fonts
from gradviz.render.fold import Folded
from gradviz.render.folding import Folding
from gradviz.render.theme import Theme
from gradviz.trace.graph import Graph
from gradviz.workspace import Workspace

SLOW = 500
"""More boxes than that take so long that the window says what it is doing."""
WAYS: dict[int, Way] = {
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
}


class GraphView(ZoomView):
    """Cards, frames and arrows in a layout that stays; only their marks follow the cursor.

    Cards are known by their nodes' places in the graph, so they serve the next iteration too. A
    double click opens a folded module call, or folds the one on whose name it falls.
    """

    noted = Signal(str)
    pictured = Signal()

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
        self._session: object = None
        self._asked: tuple[Graph, Folding] | None = None
        self._shown: tuple[Graph, Folding] | None = None
        self._folded: Folded | None = None
        self._shape: object = None
        self._too_many = 0
        self._stopped = False
        self._anchor: Anchor | None = None
        self._note = ""
        self._look = self._first_look
        self.covered = 0
        self._canvas = Canvas()
        self._scene.addItem(self._canvas)
        self.map = MiniMap(theme, self)
        self.map.pointed.connect(self._look_at)
        self.layouts = Layouts(self)
        self.layouts.began.connect(self._tell_count)
        self.layouts.ready.connect(self._take)
        self.layouts.ended.connect(self._tell)
        self.layouts.failed.connect(runner.failed)
        self.recolour(theme)
        self.retranslate()

    @property
    def idle(self) -> bool:
        """Whether everything is where it is going to be."""
        return self.layouts.idle and self.still

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return None if self._canvas.painting is None else self._canvas.painting.picture

    @property
    def nodes(self) -> list[NodeItem]:
        """The cards of nodes, in the order of execution."""
        return [] if self.picture is None else self.picture.cards

    @property
    def pointed(self) -> Pointed | None:
        """The cards that are pointed out; None for no search."""
        return None if self._canvas.painting is None else self._canvas.painting.pointed

    @property
    def frames(self) -> list[FrameItem]:
        """The frames, outer ones first."""
        return [] if self.picture is None else self.picture.frames

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(self._source.title())
        self.map.retranslate()
        self._canvas.wear(self._theme)
        self.viewport().update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._scene.setBackgroundBrush(QColor(theme.background))
        self._canvas.wear(theme)
        self.map.put(self._canvas.painting, theme)

    def refresh(self) -> None:
        """Show the graph at the cursor; a graph of another shape is laid out first."""
        graph, folding = self._source.graph(), self._workspace.folding
        if graph is None or self._session is not self._workspace.session:
            self._session = self._workspace.session
            self._clear()
        if graph is not None and not _same(self._asked, (graph, folding)):
            self._asked = graph, folding
            if _same(self._shown, self._asked):
                self.layouts.forget()
            else:
                self._ask(graph, most=MANY if folding == "auto" else inf)
        self._mark()
        self._describe()
        self._look_up()

    def select(self) -> None:
        """Show another selection, and bring it into view."""
        self._mark()
        self._describe()
        self._reveal(self._selected())

    def point_out(self, answer: Answer | None) -> None:
        """Point out what was looked for; the rest is pale."""
        picture = self.picture
        pointed = None if answer is None or picture is None else pointed_in(picture, answer)
        self._canvas.point(pointed)
        self.map.renew()

    def card_under(self, point: QPoint) -> NodeItem | None:
        """The card at a point of the viewport."""
        return self._node_under(point)

    def hides(self, node: int) -> bool:
        """Whether a node, by its place in the graph, is in a folded box."""
        item = None if self.picture is None else self.picture.by_node.get(node)
        return item is not None and bool(item.calls)

    def show_target(self, target: Target) -> None:
        """Bring the card of a node, or of a leaf that is cut off, into view."""
        picture = self.picture
        if picture is not None:
            node = picture.by_node.get(target) if isinstance(target, int) else None
            item = node or picture.by_leaf.get(str(target))
            if item is not None:
                self._reveal([item])

    def show_selection(self) -> None:
        """Show what is selected, or else what the cursor stands on, with what is around it."""
        item = self._chosen()
        if item is not None:
            self.show_area(item.card)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._canvas.hover(self._node_under(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._canvas.hover(None)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            item = self._node_under(event.pos())
            QToolTip.showText(event.globalPos(), "" if item is None else item.place.card.name, self)
            return True
        return super().viewportEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        item = self._node_under(here)
        if item is not None:
            self._unfold(item)
            return
        spot = self.mapToScene(here)
        frame = None if self.picture is None else self.picture.frame_at(spot.x(), spot.y())
        if frame is not None:
            inside = next(iter(self._inside(frame)), None)
            if inside is not None:
                self._anchor = Anchor.of_folded(self, inside, frame.box.topLeft())
            self._source.fold(frame.place.frame.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Left | Qt.Key.Key_Down | Qt.Key.Key_Right as key:
                self._walk(WAYS[key])
            case Qt.Key.Key_Home if self.nodes:
                self._select(self.nodes[0])
            case Qt.Key.Key_End if self.nodes:
                self._select(self.nodes[-1])
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._unfold(self._chosen())
            case Qt.Key.Key_Backspace:
                item = self._chosen()
                if item is not None and item.place.card.module:
                    self._anchor = Anchor.of_folded(self, item, item.card.topLeft())
                    self._source.fold(item.place.card.module)
            case Qt.Key.Key_Escape if not self.layouts.idle:
                self._stop()
            case Qt.Key.Key_Escape:
                self._select(None)
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_map()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.picture is None:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.muted))
            painter.setFont(fonts.font("sans", TEXT + 2))
            area = self.viewport().rect().adjusted(SPACE, SPACE, -SPACE, -SPACE)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self._waiting_text())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._tell_map()

    def _waiting_text(self) -> str:
        if not self.layouts.idle:
            return self._note or _("Laying out the graph…")
        if self._too_many:
            text = _(
                "This graph has {count} boxes, and no modules to fold them into. "
                "View ▸ Unfold everything lays them out."
            )
            return text.format(count=f"{self._too_many:,}")
        if self._stopped:
            return _("The layout was stopped. View ▸ Fold automatically starts it again.")
        if self._runner.busy:
            return _("Loading…")
        if self._workspace.session is not None:
            return _("There is no graph: this iteration did not reach backward.")
        if self._workspace.project is not None:
            return _("The project could not be started.")
        return _("No project is open. File ▸ Open… opens one.")

    def _ask(self, graph: Graph, *, most: float) -> None:
        """Have the graph prepared; what is shown stays until then."""
        source, shape = self._source, self._shape
        self._stopped = False

        def work(report: Report) -> Prepared:
            return prepared(graph, source, shape=shape, most=most, report=report)

        self.layouts.ask(work)

    def _stop(self) -> None:
        """Give up the layout that is under way, and stay with what is shown."""
        self.layouts.forget()
        self._anchor = None
        self._stopped = True
        if self._shown is not None:
            self._asked = self._shown
            self._source.fold_as(self._shown[1])
        self.viewport().update()

    def _clear(self) -> None:
        self.layouts.forget()
        self._asked = self._shown = self._folded = self._shape = self._anchor = None
        self._too_many = 0
        self._put(None)

    def _take(self, found: Prepared) -> None:
        """Show what was prepared."""
        self._shown, self._folded, self._too_many = self._asked, found.folded, found.too_many
        self._shape = found.shape
        if found.picture is not None:
            self._put(found.picture)
        elif found.too_many:
            self._put(None)
        self._anchor = None
        self._look_up()

    def _put(self, picture: Picture | None) -> None:
        """The only place where what is in the scene changes."""
        held = self._anchor if picture is None else self._anchor or card_in_view(self)
        self._canvas.put(None if picture is None else Painting(picture, self._theme))
        self._set_area(self._canvas.boundingRect())
        self.map.put(self._canvas.painting, self._theme)
        self._mark()
        spot = None if picture is None or held is None else held.found_in(picture)
        if spot is not None and held is not None:
            self._look = None
            self._hold(spot, held.seen)
        elif picture is not None:
            self._first_look()
        self._tell_map()
        self.viewport().update()
        self.pictured.emit()

    def _look_up(self) -> None:
        folded, painting, asked = self._folded, self._canvas.painting, self._asked
        if folded is None or painting is None or asked is None or folded.graph is not asked[0]:
            return
        known = self._source.statuses(folded)
        if known is None:
            return
        picture = painting.picture

        def changed() -> News:
            found = known()
            boxes = (members[-1] for members in folded.boxes())
            numbers = zip(picture.cards, boxes, strict=True)
            now = {item.number: found[id] for item, id in numbers if id in found}
            return painting.news(now)

        self._runner.ask(self, changed, lambda found: self._show(painting, found))

    def _show(self, painting: Painting, found: News) -> None:
        if painting is self._canvas.painting:
            self._canvas.tell(found)
            self.map.renew()
            self._follow()

    def _mark(self) -> None:
        self._canvas.select(self._selected())

    def _first_look(self) -> None:
        """All of it if that can be read; else the width, or at least readable text."""
        self._look = self._first_look
        self._show_whole()
        if self.scale_now < READABLE and self.nodes:
            area, room = self._area, self.viewport().rect()
            self._set_scale(min(max(room.width() / area.width(), READABLE), 1.0))
            self._jump(QPointF(area.center().x(), area.top()))
            self._follow()

    def _follow(self) -> None:
        """Bring what the cursor stands on into view if it is not."""
        painting = self._canvas.painting
        if painting is not None:
            self._reveal([painting.picture.nodes[number] for number in painting.current])

    def _reveal(self, items: list[NodeItem]) -> None:
        area = QRectF()
        for item in items:
            area = area.united(item.card)
        seen = self.seen()
        if area.width() > seen.width() or area.height() > seen.height():
            area = items[-1].card
        if items:
            self.reveal(area.adjusted(0, -self.covered / self.scale_now, 0, 0))

    def _look_at(self, spot: QPointF) -> None:
        self._look = None
        self._jump(spot)

    def _tell_map(self) -> None:
        self.map.look(self.seen())
        corner = self.viewport().geometry().bottomRight()
        self.map.move(corner - QPoint(self.map.width() + SPACE, self.map.height() + SPACE))

    def _tell_count(self, count: int) -> None:
        if count > SLOW:
            text = _("Laying out {count} boxes… Esc stops it.")
            self._note = text.format(count=f"{count:,}")
            self.noted.emit(self._note)
            self.viewport().update()

    def _tell(self) -> None:
        self._note = ""
        layout = None if self.picture is None else self.picture.layout
        by = "" if layout is None or not layout.reason else layout.engine
        self.noted.emit(by and _("laid out by {engine}").format(engine=by))
        self.viewport().update()

    def _describe(self) -> None:
        node = self._workspace.selected
        self.setAccessibleDescription("" if node is None else f"{node.op} {node.name}")

    def _is_current(self, number: int) -> bool:
        painting = self._canvas.painting
        return painting is not None and number in painting.current

    def _click(self, point: QPoint) -> None:
        self._select(self._node_under(point))

    def _node_under(self, point: QPoint) -> NodeItem | None:
        spot = self.mapToScene(point)
        return None if self.picture is None else self.picture.card_at(spot.x(), spot.y())

    def _select(self, item: NodeItem | None) -> None:
        graph = self._source.graph()
        if graph is not None:
            self._source.select(graph, () if item is None else item.nodes)

    def _walk(self, way: Way) -> None:
        """Select the card that lies that way from the chosen one."""
        chosen = self._chosen()
        if self.picture is None or not self.nodes:
            return
        item = self.nodes[0] if chosen is None else next_card(self.picture, chosen, way)
        if item is not None:
            self._select(item)

    def _selected(self) -> list[NodeItem]:
        """The cards of what is selected."""
        return self._cards_of(self._source.chosen())

    def _cards_of(self, nodes: Iterable[int]) -> list[NodeItem]:
        picture = self.picture
        if picture is None:
            return []
        found = {picture.by_node[node].number for node in nodes if node in picture.by_node}
        return [picture.nodes[number] for number in sorted(found)]

    def _chosen(self) -> NodeItem | None:
        """The card of what is selected, or else of what the cursor stands on."""
        cards = self._selected()
        if not self._source.chosen():
            cards = [item for item in self.nodes if self._is_current(item.number)]
        return cards[-1] if cards else None

    def _inside(self, frame: FrameItem) -> list[NodeItem]:
        """The cards in a frame."""
        path = frame.place.frame.path
        return [item for item in self.nodes if f"{item.place.card.module}.".startswith(f"{path}.")]

    def _unfold(self, item: NodeItem | None) -> None:
        if item is not None and item.calls:
            self._anchor = Anchor.of_opened(self, item)
            self._source.unfold(item.calls[0])


def _same(one: tuple[Graph, Folding] | None, other: tuple[Graph, Folding] | None) -> bool:
    return one is not None and other is not None and one[0] is other[0] and one[1] == other[1]
