"""A graph at the cursor: the autograd graph, unless another source is given."""

from __future__ import annotations

from math import inf

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)

from gradviz.i18n import gettext as _
from gradviz.qt.anchor import Anchor
from gradviz.qt.cardview import CardView
from gradviz.qt.graphitems import FrameItem, NodeItem
from gradviz.qt.graphsource import AutogradSource, GraphSource
from gradviz.qt.layouts import Layouts, Report
from gradviz.qt.lighting import Lighting, Moment
from gradviz.qt.look import SPACE, TEXT
from gradviz.qt.painting import News
from gradviz.qt.picture import MANY, Prepared, prepared
from gradviz.qt.runner import Runner
from gradviz.qt.walk import Way, next_card
from gradviz.render import fonts
from gradviz.render.folds.fold import Folded
from gradviz.render.folds.folding import Folding
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


class GraphView(CardView):
    """Cards, frames and arrows in a layout that stays; only their marks follow the cursor.

    Cards are known by their nodes' places in the graph, so they serve the next iteration too. A
    double click opens a folded module call, or folds the one on whose name it falls.
    """

    noted = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        theme: Theme,
        source: GraphSource | None = None,
    ) -> None:
        super().__init__(theme)
        self._workspace = workspace
        self._runner = runner
        self._source = source or AutogradSource(workspace, runner)
        self._session: object = None
        self._asked: tuple[Graph, Folding] | None = None
        self._shown: tuple[Graph, Folding] | None = None
        self._folded: Folded | None = None
        self._lighting: Lighting | None = None
        self._shape: object = None
        self._too_many = 0
        self._stopped = False
        self._anchor: Anchor | None = None
        self._note = ""
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

    def retranslate(self) -> None:
        super().retranslate()
        self.setAccessibleName(self._source.title())

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

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.picture is None:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.muted))
            painter.setFont(fonts.font("sans", TEXT + 2))
            area = self.viewport().rect().adjusted(SPACE, SPACE, -SPACE, -SPACE)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self._waiting_text())

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
        if self._workspace.history is not None and self._workspace.history.past:
            return _("The model was changed. Step (F11) starts it again.")
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
        self._shape, self._lighting = found.shape, None
        if found.picture is not None:
            self._put(found.picture, self._anchor)
        elif found.too_many:
            self._put(None)
        self._anchor = None
        self._look_up()

    def _look_up(self) -> None:
        """Have what is new at the cursor worked out, and show it."""
        lighting, session = self._lighting_now(), self._workspace.session
        if lighting is None or session is None:
            return
        moment = Moment(session.trace, len(session.trace.events), session.index)

        def shown(news: News) -> None:
            lighting.told(moment)
            self._show(lighting.painting, news)

        self._runner.ask(self, lambda: lighting.news(moment), shown)

    def _lighting_now(self) -> Lighting | None:
        """What lights the cards that are shown; None while they are of another graph."""
        folded, painting, asked = self._folded, self._canvas.painting, self._asked
        if folded is None or painting is None or asked is None or folded.graph is not asked[0]:
            return None
        known = self._lighting
        if known is None or known.painting is not painting or known.folded is not folded:
            self._lighting = Lighting(painting, folded, self._source.telling)
        return self._lighting

    def _tell_count(self, count: int) -> None:
        if count > SLOW:
            text = _("Laying out {count} boxes… Esc stops it.")
            self._note = text.format(count=f"{count:,}")
            self.noted.emit(self._note)
            self._update_text()

    def _tell(self) -> None:
        self._note = ""
        layout = None if self.picture is None else self.picture.layout
        by = "" if layout is None or not layout.reason else layout.engine
        self.noted.emit(by and _("laid out by {engine}").format(engine=by))
        self._update_text()

    def _update_text(self) -> None:
        """Only where there is no picture a text tells why."""
        if self.picture is None:
            self.viewport().update()

    def _describe(self) -> None:
        node = self._workspace.selected
        self.setAccessibleDescription("" if node is None else f"{node.op} {node.name}")

    def _click(self, point: QPoint) -> None:
        self._select(self._node_under(point))

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

    def _selected_frames(self) -> list[FrameItem]:
        """The frames of a module that was selected in another view."""
        chosen, picture = self._workspace.chosen, self.picture
        if chosen is None or picture is None or self._source.owns(chosen):
            return []
        return picture.frames_of(self._selected())

    def _unfold(self, item: NodeItem | None) -> None:
        if item is not None and item.calls:
            self._anchor = Anchor.of_opened(self, item)
            self._source.unfold(item.calls[0])


def _same(one: tuple[Graph, Folding] | None, other: tuple[Graph, Folding] | None) -> bool:
    return one is not None and other is not None and one[0] is other[0] and one[1] == other[1]
