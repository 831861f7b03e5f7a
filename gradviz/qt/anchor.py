"""What is to be seen where it was, after a graph was laid out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor

from gradviz.qt.graphitems import NodeItem
from gradviz.qt.picture import Picture

if TYPE_CHECKING:
    from gradviz.qt.cardview import CardView


class Anchor(Struct, frozen=True):
    """A ``frame``, by its path, or else the card of a ``node``, by its place in the graph; and
    where in the viewport its ``corner`` was ``seen``: as parts of its width and height.
    """

    seen: QPointF
    node: int
    corner: tuple[float, float]
    frame: str = ""

    @classmethod
    def of_opened(cls, view: CardView, item: NodeItem) -> Anchor:
        """Of a box that is about to become a frame: the middle of its upper side stays, so what
        flows into it stays too.
        """
        top = QPointF(item.card.center().x(), item.card.top())
        return cls(_seen(view, top), item.nodes[-1], (0.5, 0.0), item.calls[0])

    @classmethod
    def of_folded(cls, view: CardView, inside: NodeItem, corner: QPointF) -> Anchor:
        """Of a frame that is about to become a box: it appears where the frame's name was."""
        return cls(_seen(view, corner), inside.nodes[-1], (0.0, 0.0))

    def found_in(self, picture: Picture) -> QPointF | None:
        """Where in the scene it is now."""
        frames = picture.frames if self.frame else ()
        boxes = [item.box for item in frames if item.place.frame.path == self.frame]
        if not boxes and self.node in picture.by_node:
            boxes = [picture.by_node[self.node].card]
        if not boxes:
            return None
        box, (across, down) = boxes[0], self.corner
        return box.topLeft() + QPointF(box.width() * across, box.height() * down)


def card_in_view(view: CardView) -> Anchor | None:
    """The card that is in the middle of the view, or under the mouse; None when all of the picture
    is seen.
    """
    seen = view.seen()
    if view.picture is None or (view.follows and seen.contains(view.whole)):
        return None
    point = view.viewport().mapFromGlobal(QCursor.pos())
    if not view.viewport().rect().contains(point):
        point = view.viewport().rect().center()
    spot = view.mapToScene(point)
    cards = view.picture.cards_in((seen.left(), seen.top(), seen.right(), seen.bottom()))
    cards = [item for item in cards if item.nodes] or view.nodes
    item = min(cards, key=lambda item: (item.card.center() - spot).manhattanLength())
    return Anchor(_seen(view, item.card.center()), item.nodes[-1], (0.5, 0.5))


def _seen(view: CardView, spot: QPointF) -> QPointF:
    return QPointF(view.mapFromScene(spot))
