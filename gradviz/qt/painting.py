"""Painting an arranged graph: as much of it as is in view, and as detailed as can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from gradviz.qt.farview import FarView
from gradviz.qt.framenames import paint_names
from gradviz.qt.nearview import NearView
from gradviz.qt.picture import Picture
from gradviz.qt.pointed import Pointed
from gradviz.render.status import Status
from gradviz.render.theme import Theme
from gradviz.render.tiles import Area

FULL, TITLES = 0.5, 0.26
"""Scales from which cards are whole, or have a title; below that they are boxes."""
MOST_FULL, MOST_TITLES = 300, 400
"""How many cards may be in view so that they are painted like that in the time of a frame."""
SINGLE = 200
"""If more cards than that have changed, everything is painted anew."""
AROUND = 24.0
"""Pixels around a card or an edge that its marks may take."""


WORD = 160.0
"""Pixels beside an edge that the word on it may take."""


class News(Struct, frozen=True):
    """The ``statuses`` that are others than before, by the cards' numbers, and the ``current``
    cards: those that the event under the cursor is about.
    """

    statuses: Mapping[int, Status]
    current: tuple[int, ...]


class Painting:
    """A picture in a theme, with what has happened to its nodes."""

    def __init__(self, picture: Picture, theme: Theme) -> None:
        self.picture = picture
        self.statuses: dict[int, Status] = {}
        self.current: tuple[int, ...] = ()
        self.pointed: Pointed | None = None
        self.wear(theme)

    def wear(self, theme: Theme) -> None:
        """Take another theme, or language."""
        self._theme = theme
        self._far = FarView(self.picture, theme, self.statuses)
        self._near = NearView(self.picture, theme, self.statuses)
        self.point(self.pointed)

    def point(self, pointed: Pointed | None) -> None:
        """Point out some cards; the rest is pale."""
        self.pointed = pointed
        self._far.point(pointed)
        self._near.point(pointed)

    def news(self, statuses: Mapping[int, Status]) -> News:
        """What is new among these statuses, which are those of all cards; to be called aside."""
        old = self.statuses
        return News(
            {number: status for number, status in statuses.items() if old.get(number) != status},
            tuple([number for number, status in statuses.items() if status.current]),
        )

    def show(self, news: News) -> QRectF:
        """Take what is new; returns what has to be painted anew."""
        self.statuses.update(news.statuses)
        self.current = news.current
        if len(news.statuses) > SINGLE:
            self.wear(self._theme)
            return QRectF(0, 0, self.picture.layout.width, self.picture.layout.height)
        picture = self.picture
        edges = {edge for number in news.statuses for edge in picture.edges_of.get(number, ())}
        self._near.changed(news.statuses, edges)
        tiles = {picture.tile_of_card[number] for number in news.statuses}
        tiles.update(picture.tile_of_edge[edge] for edge in edges if edge in picture.tile_of_edge)
        self._far.changed(tiles)
        return self._area_of(news.statuses)

    def paint(self, painter: QPainter, area: Area, scale: float) -> None:
        """Paint what lies in the area, at so many pixels a pixel."""
        wide = _grown(area, AROUND)
        count = sum(len(tile.cards) for tile in self.picture.tiles.with_cards(wide))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if scale < TITLES or (scale < FULL and count > MOST_TITLES):
            self._far.paint(painter, wide, scale)
        else:
            self._paint_near(painter, wide, scale)

    def paint_map(self, painter: QPainter, across: float, down: float) -> None:
        """Paint all of it as a map, so many pixels a pixel, without edges and names."""
        layout = self.picture.layout
        whole = (0.0, 0.0, layout.width, layout.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(across, down)
        self._far.fields(painter, whole, min(across, down))
        self._far.cards(painter, whole)
        painter.setBrush(QColor(self._theme.cursor))
        wide, high = 3.0 / across, 3.0 / down
        for number in self.current:
            painter.drawRect(self.picture.nodes[number].card.adjusted(-wide, -high, wide, high))

    def _paint_near(self, painter: QPainter, area: Area, scale: float) -> None:
        picture, near = self.picture, self._near
        frames = picture.frames_in(area)
        cards = [item.number for item in picture.cards_in(area)]
        near.fields(painter, frames)
        if scale < FULL or len(cards) > MOST_FULL:
            self._far.edges(painter, area, scale)
            near.titles(painter, cards, scale)
            paint_names(painter, picture, frames, self._theme, scale=scale)
        else:
            near.edges(painter, picture.routes_in(_grown(area, WORD)))
            near.tabs(painter, frames)
            near.cards(painter, cards)

    def _area_of(self, cards: Iterable[int]) -> QRectF:
        """The cards, with their marks and edges."""
        area = QRectF()
        for number in cards:
            area = area.united(self.picture.nodes[number].card)
            for edge in self.picture.edges_of.get(number, ()):
                for line in self.picture.lines_of(edge):
                    area = area.united(QRectF(line.p1(), line.p2()).normalized())
        return area.adjusted(-AROUND, -AROUND, AROUND, AROUND) if not area.isNull() else area


def _grown(area: Area, by: float) -> Area:
    return area[0] - by, area[1] - by, area[2] + by, area[3] + by
