"""The graph from afar: cards as plain boxes, frames as blocks, all of a colour in one go."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gradviz.qt.look import mixed
from gradviz.qt.picture import Picture, depth_of
from gradviz.qt.pointed import Pointed
from gradviz.render.layout.tiles import Area, Tile
from gradviz.render.pages.marks import PALE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

SEEN = 9.0
"""Pixels of the screen below which a frame is not worth painting."""
SHORT = 4.0
"""Pixels of the screen that a part of an edge needs to be worth painting."""
OUTLINED = 500
"""More frames of one depth than that have no outlines."""
BLOCKS = 8000
"""If more cards are in view than that, a tile of them is one block, in the colour of one."""

Rects = dict[str, list[QRectF]]
Lines = dict[str, list[QLineF]]


class FarView:
    """Paints what `Painting` asks for, tile by tile; each tile keeps what it paints by colours."""

    def __init__(self, picture: Picture, theme: Theme, statuses: Mapping[int, Status]) -> None:
        self._picture = picture
        self._theme = theme
        self._statuses = statuses
        self._pointed: Pointed | None = None
        self._colours: dict[tuple[str, str], str] = {}
        self._rects: dict[int, Rects] = {}
        self._tiles: dict[int, tuple[str, QRectF]] = {}
        self._lines: dict[int, dict[int, Lines]] = {}

    def point(self, pointed: Pointed | None) -> None:
        """Point out some cards; the rest is pale."""
        self._pointed = pointed
        self.all_changed()

    def all_changed(self) -> None:
        """Look at all statuses anew."""
        for known in (self._rects, self._tiles, self._lines):
            known.clear()

    def changed(self, tiles: Iterable[int]) -> None:
        """Look at the statuses in these tiles anew."""
        for number in tiles:
            self._rects.pop(number, None)
            self._tiles.pop(number, None)
            self._lines.pop(number, None)

    def paint(self, painter: QPainter, area: Area, scale: float) -> None:
        """Everything in the area but the frames' names."""
        self.fields(painter, area, scale)
        self.edges(painter, area, scale)
        self.cards(painter, area)

    def cards(self, painter: QPainter, area: Area) -> None:
        """Each card a box in the colour of what has happened to it; of very many, each tile."""
        tiles = self._picture.tiles.with_cards(area)
        painter.setPen(Qt.PenStyle.NoPen)
        if sum(len(tile.cards) for tile in tiles) > BLOCKS:
            self._blocks(painter, tiles)
            return
        for tile in tiles:
            for colour, rects in self._rects_of(tile).items():
                painter.setBrush(QColor(colour))
                painter.drawRects(rects)

    def edges(self, painter: QPainter, area: Area, scale: float) -> None:
        """Each edge as lines of one pixel, without those between boxes that seem to touch."""
        tiles = self._picture.tiles.with_routes(area)
        if sum(len(tile.routes) for tile in tiles) > BLOCKS:
            return
        octave = math.floor(math.log2(scale)) + 1
        for tile in tiles:
            known = self._lines.setdefault(tile.number, {})
            if octave not in known:
                known[octave] = self._lines_of(tile.routes, SHORT / 2.0**octave)
            self._draw_lines(painter, known[octave])
        long = self._picture.tiles.long_routes(area)
        if long:
            self._draw_lines(painter, self._lines_of(long, 0.0))

    def fields(self, painter: QPainter, area: Area, scale: float) -> None:
        """Frames that are large enough to be seen, darker the deeper they are nested."""
        least, tiles = SEEN / scale, self._picture.tiles
        by_depth: dict[int, list[QRectF]] = {}
        for frame in tiles.long_frames(area):
            item = self._picture.frames[frame]
            if min(item.box.width(), item.box.height()) >= least:
                by_depth.setdefault(depth_of(item.place.frame.path), []).append(item.box)
        for tile in tiles.with_frames(area):
            for depth, (sizes, boxes) in self._picture.fields[tile.number].items():
                by_depth.setdefault(depth, []).extend(boxes[bisect_left(sizes, least) :])
        theme = self._theme
        pen = QPen(QColor(theme.frame_line), 0)
        for depth, found in sorted(by_depth.items()):
            painter.setPen(pen if len(found) < OUTLINED else Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.frame_fill, theme.frame_line, min(0.12 * depth, 0.6)))
            painter.drawRects(found)

    def _blocks(self, painter: QPainter, tiles: list[Tile]) -> None:
        by_colour: Rects = {}
        for tile in tiles:
            known = self._tiles.get(tile.number)
            if known is None:
                left, top, right, bottom = tile.cards_reach
                colour = self._colour_of(tile.cards[len(tile.cards) // 2])
                known = colour, QRectF(left, top, right - left, bottom - top)
                self._tiles[tile.number] = known
            by_colour.setdefault(known[0], []).append(known[1])
        painter.setOpacity(0.6)
        for colour, rects in by_colour.items():
            painter.setBrush(QColor(colour))
            painter.drawRects(rects)
        painter.setOpacity(1.0)

    def _colour_of(self, number: int) -> str:
        """The colour of a card that is too small for anything else."""
        status = self._statuses.get(number)
        key = (
            self._picture.nodes[number].place.card.kind,
            "made" if status is None else status.stage,
        )
        if key not in self._colours:
            self._colours[key] = far_colour(*key, self._theme)
        return self._colours[key]

    def _rects_of(self, tile: Tile) -> Rects:
        known = self._rects.get(tile.number)
        if known is None:
            known = self._rects[tile.number] = {}
            for number in tile.cards:
                colour = self._colour_of(number)
                if self._pointed is not None and number not in self._pointed.cards:
                    colour = mixed(self._theme.background, colour, PALE).name()
                known.setdefault(colour, []).append(self._picture.nodes[number].card)
        return known

    def _lines_of(self, routes: Iterable[int], least: float) -> Lines:
        picture, statuses, theme = self._picture, self._statuses, self._theme
        far_edge = mixed(theme.background, theme.edge, 0.55).name()
        found: Lines = {}
        for number in routes:
            producer, consumer = (statuses.get(end) for end in picture.ends[number])
            slot = picture.layout.routes[number].edge.slot
            if consumer is not None and slot in consumer.sent:
                colour = theme.gradient_line
            elif _is_ahead(producer) or _is_ahead(consumer):
                colour = theme.ahead_line
            else:
                colour = far_edge
            if self._pointed is not None:
                lit = self._pointed.has_edge(picture.ends[number])
                colour = theme.accent if lit else mixed(theme.background, colour, PALE).name()
            lines = (line for line in picture.lines_of(number) if line.length() >= least)
            found.setdefault(colour, []).extend(lines)
        return found

    def _draw_lines(self, painter: QPainter, lines: Lines) -> None:
        for colour, found in lines.items():
            painter.setPen(QPen(QColor(colour), 0))
            painter.drawLines(found)


def far_colour(kind: str, stage: str, theme: Theme) -> str:
    """The colour of a card of that kind: pale ahead of the cursor, then that of its kind, darker
    when a gradient has passed.
    """
    match stage:
        case "ahead":
            return mixed(theme.background, theme.ahead_line, 0.4).name()
        case "passed":
            return theme.gradient_line
        case "updated":
            return theme.updated
    line = {
        "leaf": theme.leaf_line,
        "output": theme.output_line,
        "module": theme.frame_text,
    }.get(kind, theme.function_line)
    return mixed(theme.background, line, 0.65).name()


def _is_ahead(status: Status | None) -> bool:
    return status is not None and status.stage == "ahead"
