"""Painting an arranged graph: as much of it as is in view, and as detailed as can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from gradviz.qt.farview import FarView
from gradviz.qt.framenames import LEAST, paint_names
from gradviz.qt.nearview import NearView
from gradviz.qt.picture import Picture
from gradviz.qt.pointed import Pointed
from gradviz.qt.sight import Sight
from gradviz.render.layout.tiles import Area
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

FULL, TITLES = 0.5, 0.26
"""Scales from which cards are whole, or have a title; below that they are boxes."""
MOST_FULL, MOST_TITLES = 300, 400
"""How many cards may be in view so that they are painted like that in the time of a frame."""
SINGLE = 200
"""If more cards than that have changed, everything is painted anew."""
AROUND = 24.0
"""Pixels around a card or an edge that its marks may take."""

Detail: TypeAlias = Literal["boxes", "titles", "cards"]
"""How much of the cards is painted."""


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

    @property
    def area(self) -> QRectF:
        """All of the picture."""
        return QRectF(0, 0, self.picture.layout.width, self.picture.layout.height)

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

    def show(self, news: News) -> list[QRectF]:
        """Take what is new; returns what has to be painted anew, here and there."""
        self.statuses.update(news.statuses)
        self.current = news.current
        picture = self.picture
        if len(news.statuses) > SINGLE:
            self._near.all_changed()
            self._far.all_changed()
            return [QRectF(0, 0, picture.layout.width, picture.layout.height)]
        edges = {edge for number in news.statuses for edge in picture.edges_of.get(number, ())}
        self._near.changed(news.statuses, edges)
        tiles = {picture.tile_of_card[number] for number in news.statuses}
        tiles.update(picture.tile_of_edge[edge] for edge in edges if edge in picture.tile_of_edge)
        self._far.changed(tiles)
        return self._areas_of(news.statuses, edges)

    def detail(self, sight: Sight) -> Detail:
        """How much can be painted of each card that is in view in the time of a frame."""
        scale = sight.scale
        if scale < TITLES:
            return "boxes"
        most, tiles = MOST_TITLES if scale < FULL else MOST_FULL, self.picture.tiles
        count = sum(len(tile.cards) for tile in tiles.with_cards(sight.whole))
        if count > most:
            count = len(self.picture.cards_in(sight.whole))
        if scale < FULL:
            return "boxes" if count > most else "titles"
        return "titles" if count > most else "cards"

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """Paint the parts that are to be painted."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture, near, scale, detail = self.picture, self._near, sight.scale, self.detail(sight)
        around = _grown(sight.around, AROUND)
        if detail == "boxes":
            self._far.paint(painter, around, scale)
            self._paint_names(painter, sight)
            return
        areas = [_grown(area, AROUND) for area in sight.parts]
        cards = sorted({item.number for area in areas for item in picture.cards_in(area)})
        frames = sorted({number for area in areas for number in picture.frames_in(area)})
        near.fields(painter, frames, sight.parts)
        if detail == "titles":
            self._far.edges(painter, around, scale)
            near.titles(painter, cards, sight.parts, scale)
            self._paint_names(painter, sight)
        else:
            edges = sorted({number for area in areas for number in picture.routes_in(area)})
            near.edges(painter, edges, sight.parts)
            near.tabs(painter, frames, sight.parts)
            near.cards(painter, cards, sight.parts)

    def _paint_names(self, painter: QPainter, sight: Sight) -> None:
        """The names of frames; which of them there is room for does not hang on the parts."""
        frames = self.picture.frames_in(sight.whole, least=LEAST / sight.scale)
        paint_names(painter, self.picture, frames, self._theme, scale=sight.scale)

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

    def _areas_of(self, cards: Iterable[int], edges: Iterable[int]) -> list[QRectF]:
        """The cards with their marks, and the edges with their words."""
        picture = self.picture
        areas = [picture.nodes[number].card for number in cards]
        for edge in edges:
            for left, top, right, bottom in picture.reach_of(edge):
                areas.append(QRectF(left, top, right - left, bottom - top))
        return [area.adjusted(-AROUND, -AROUND, AROUND, AROUND) for area in areas]


def _grown(area: Area, by: float) -> Area:
    return area[0] - by, area[1] - by, area[2] + by, area[3] + by
