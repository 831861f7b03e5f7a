"""What the graph's picture consists of: cards and frames, known by their places."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from gradviz.render.draw.frames import TAB_HEIGHT, TAB_PADDING
from gradviz.render.layout.layout import FramePlace, Place


class NodeItem:
    """The card at a place of the picture; ``nodes`` are the places in the graph of what it stands
    for, its own last, and ``calls`` the folded module calls.
    """

    __slots__ = ("calls", "nodes", "number", "place")

    def __init__(
        self, number: int, place: Place, nodes: tuple[int, ...], calls: tuple[str, ...]
    ) -> None:
        self.number = number
        self.nodes = nodes
        self.calls = calls
        self.place = place

    @property
    def card(self) -> QRectF:
        """Where it is. Made when asked for: of very many, Qt's objects would take long to go."""
        place = self.place
        return QRectF(place.x, place.y, place.card.width, place.card.height)


class FrameItem:
    """The field of a module call, with the tab that names it."""

    __slots__ = ("box", "place")

    def __init__(self, place: FramePlace) -> None:
        self.place = place
        self.box = QRectF(place.x, place.y, place.width, place.height)

    def name_box(self) -> QRectF:
        """Where the tab with the name is."""
        width = min(self.place.frame.width + 2 * TAB_PADDING, self.place.width)
        return QRectF(self.place.x, self.place.y, width, TAB_HEIGHT)
