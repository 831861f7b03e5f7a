"""The graph from nearby: the display lists of `render`, made ready once and painted often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from msgspec import Struct
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from gradviz.qt.picture import Picture
from gradviz.qt.pointed import Pointed
from gradviz.render import fonts
from gradviz.render.draw.arrows import draw_edge
from gradviz.render.draw.cards import draw_node
from gradviz.render.draw.frames import draw_frame, draw_tab
from gradviz.render.drawing import Box, Item
from gradviz.render.layout.tiles import NOWHERE, Area, joined, touch
from gradviz.render.pages.marks import draw_band, draw_mark, pale
from gradviz.render.scene.scene import Card
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme
from gradviz.render.write.bounds import bounds
from gradviz.render.write.painter import Stroke, paint_strokes, strokes_of

SIZE = 12
"""Pixels of the screen that a title is high while the rest of a card cannot be read."""
SIDE = 4.0
"""Pixels of the screen beside it."""
LEAST = 14.0
"""Pixels of the screen that it needs; where there are fewer, a card is a plain box."""
KEPT = 3000
"""How many things of a kind are kept ready."""


class Ready(Struct, frozen=True):
    """What paints a thing, and the area in which it leaves a trace."""

    strokes: list[tuple[float, Stroke]]
    area: Area


class NearView:
    """Paints cards, edges and frames by their numbers."""

    def __init__(self, picture: Picture, theme: Theme, statuses: Mapping[int, Status]) -> None:
        self._picture = picture
        self._theme = theme
        self._statuses = statuses
        self._pointed: Pointed | None = None
        self._cards: dict[int, Ready] = {}
        self._grounds: dict[int, Ready] = {}
        self._edges: dict[int, Ready] = {}
        self._fields: dict[int, Ready] = {}
        self._tabs: dict[int, Ready] = {}

    def point(self, pointed: Pointed | None) -> None:
        """Point out some cards; the rest is pale."""
        self._pointed = pointed
        self.all_changed()

    def all_changed(self) -> None:
        """Look at all statuses anew."""
        for ready in (self._cards, self._grounds, self._edges):
            ready.clear()

    def changed(self, cards: Iterable[int], edges: Iterable[int]) -> None:
        """Look at the statuses of these cards and edges anew."""
        for number in cards:
            self._cards.pop(number, None)
            self._grounds.pop(number, None)
        for number in edges:
            self._edges.pop(number, None)

    def cards(self, painter: QPainter, numbers: Iterable[int], parts: Sequence[Area]) -> None:
        """Whole cards, as far as they are in the parts."""
        _paint(painter, numbers, parts, self._cards, self._card)

    def titles(
        self, painter: QPainter, numbers: list[int], parts: Sequence[Area], scale: float
    ) -> None:
        """Cards with nothing but their titles, in a size that can be read from further away."""
        _paint(painter, numbers, parts, self._grounds, self._ground)
        pen, faint = QColor(self._theme.text), QColor(self._theme.ahead_text)
        painter.setFont(fonts.font("sans", SIZE, bold=True))
        for number in numbers:
            place, status = self._picture.layout.places[number], self._statuses.get(number)
            room = place.card.width * scale - 2 * SIDE
            if room < LEAST:
                continue
            title = _short(place.card, room)
            painter.save()
            painter.translate(place.x, place.y + place.card.height / 2)
            painter.scale(1 / scale, 1 / scale)
            painter.setPen(faint if status is not None and status.stage == "ahead" else pen)
            painter.drawText(QPointF(SIDE, 0.36 * SIZE), title)
            painter.restore()

    def edges(self, painter: QPainter, numbers: Iterable[int], parts: Sequence[Area]) -> None:
        """Edges with their arrows, and those of their gradients."""
        _paint(painter, numbers, parts, self._edges, self._edge)

    def fields(self, painter: QPainter, numbers: Iterable[int], parts: Sequence[Area]) -> None:
        """The fields of frames."""
        frames = self._picture.layout.frames
        _paint(painter, numbers, parts, self._fields, lambda n: draw_frame(frames[n], self._theme))

    def tabs(self, painter: QPainter, numbers: Iterable[int], parts: Sequence[Area]) -> None:
        """The tabs of frames."""
        frames = self._picture.layout.frames
        _paint(painter, numbers, parts, self._tabs, lambda n: draw_tab(frames[n], self._theme))

    def _card(self, number: int) -> tuple[Item, ...]:
        place, status = self._picture.layout.places[number], self._statuses.get(number)
        drawn = draw_node(place, status, self._theme)
        if self._pointed is None:
            return drawn
        text = self._pointed.cards.get(number)
        if text is None:
            return tuple(pale(drawn))
        current = status is not None and status.current
        return (*drawn, *draw_mark(place, text, self._theme, current=current))

    def _ground(self, number: int) -> tuple[Item, ...]:
        """The parts of a card that are as wide as it is."""
        width = self._picture.layout.places[number].card.width
        items = (item for item in self._card(number) if isinstance(item, Box))
        return tuple(item for item in items if item.width >= width)

    def _edge(self, number: int) -> tuple[Item, ...]:
        route, ends = self._picture.layout.routes[number], self._picture.ends[number]
        producer, consumer = (self._statuses.get(end) for end in ends)
        drawn = draw_edge(route, producer, consumer, self._theme)
        if self._pointed is None:
            return drawn
        if self._pointed.has_edge(ends):
            return (draw_band(route, self._theme), *drawn)
        return tuple(pale(drawn))


def _short(card: Card, room: float) -> str:
    """A card's title; of a parameter's path that is too long, its end."""
    title = card.title
    if card.kind == "leaf" and fonts.width(title, size=SIZE, bold=True) > room:
        title = title.rpartition(".")[2]
    return fonts.elided(title, room, size=SIZE, bold=True)


def _paint(
    painter: QPainter,
    numbers: Iterable[int],
    parts: Sequence[Area],
    ready: dict[int, Ready],
    draw: Callable[[int], tuple[Item, ...]],
) -> None:
    if len(ready) > KEPT:
        ready.clear()
    for number in numbers:
        thing = ready.get(number)
        if thing is None:
            items = draw(number)
            area = reduce(joined, map(bounds, items), NOWHERE)
            thing = ready[number] = Ready(strokes_of(items), area)
        if any(touch(thing.area, part) for part in parts):
            paint_strokes(painter, thing.strokes)
