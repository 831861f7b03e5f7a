"""How a timeline looks: ticks, names, marks and the cursor, at any scale."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gradviz.i18n import gettext as _
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.qt.timelinespans import Spans
from gradviz.render import fonts
from gradviz.render.theme import Theme

BAND = QRectF(SPACE + SPACE / 2, 12, 0, 16)
"""Left, top and height of the ticks."""
NAMES = 20
"""Height of the names below."""
TICK = 4.0
"""Pixels of a slot from which on each event has a tick of its own."""
NARROW = 3.0
"""Pixels of an iteration up to which they are one band."""
APART = 9.0
"""Pixels between two marks of a sort; of those that are nearer one is drawn."""
PHASE = 2.0
"""Pixels of a phase, on the whole, up to which only iterations are shown."""
Marks = Sequence[tuple[list[int], bool]]


class Sight(Struct, frozen=True):
    """What is seen: slots from ``first`` on, in a widget so wide; ``index`` is the cursor's."""

    first: float
    span: float
    width: float
    index: int

    @property
    def slot(self) -> float:
        """Pixels of a slot."""
        return (self.width - 2 * BAND.left()) / self.span

    @property
    def band(self) -> QRectF:
        """Where the ticks are."""
        return QRectF(BAND.left(), BAND.top(), self.width - 2 * BAND.left(), BAND.height())

    def left(self, index: int) -> float:
        """Where the slot of an event begins."""
        return BAND.left() + (index + 1 - self.first) * self.slot

    def middle(self, index: int) -> float:
        """The middle of the slot of an event."""
        return self.left(index) + self.slot / 2

    def events(self, count: int) -> tuple[int, int]:
        """The first event that is seen, and the first that is not any more."""
        return max(0, int(self.first) - 1), min(count, int(self.first + self.span))


def paint(painter: QPainter, theme: Theme, spans: Spans, sight: Sight, marks: Marks) -> None:
    """Paint all of it. ``marks`` are the events that hit each breakpoint, and whether it is on."""
    band = sight.band
    if not spans.count:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.drawRoundedRect(band, 4, 4)
        return
    first, after = sight.events(spans.count)
    begun = _begun(spans, first, after)
    painter.save()
    painter.setClipRect(band.adjusted(0, -BAND.top(), 0, NAMES + 2))
    if sight.first < 1:
        start = QRectF(sight.left(-1), band.top() + 6, _width(sight, 1), band.height() - 12)
        painter.fillRect(start, QColor(theme.border))
    if spans.runs_between(first, after) * PHASE > band.width():
        _iterations(painter, theme, spans, sight, begun)
    else:
        _ticks(painter, theme, spans, sight)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if len(begun) > 1:
        _borders(painter, theme, spans, sight, begun)
    else:
        _names(painter, theme, spans, sight)
    _marks(painter, theme, spans, sight, marks)
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if sight.first <= sight.index + 1 < sight.first + sight.span:
        _cursor(painter, theme, sight)


def _begun(spans: Spans, first: int, after: int) -> list[int]:
    """The places of the iterations that are seen."""
    low = max(0, bisect_right(spans.iterations, first) - 1)
    return list(range(low, bisect_left(spans.iterations, after)))


def _width(sight: Sight, count: float) -> float:
    gap = 1.0 if sight.slot >= TICK else 0.0
    return count * sight.slot - gap


def _ticks(painter: QPainter, theme: Theme, spans: Spans, sight: Sight) -> None:
    """A tick an event, or a bar a phase where they would be too narrow."""
    band, slot = sight.band, sight.slot
    apart, top, height, origin = slot >= TICK, band.top(), band.height(), sight.left(0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, apart)
    lit = {phase: QColor(colour) for phase, colour in theme.phases.items()}
    dim = {phase: mixed(theme.panel, colour, 0.3) for phase, colour in theme.phases.items()}
    reached = sight.index + 1
    for begin, end, phase in spans.runs(*sight.events(spans.count)):
        middle = min(max(reached, begin), end)
        for low, high, inks in ((begin, middle, lit), (middle, end, dim)):
            ink = inks[phase]
            if apart:
                for index in range(low, high):
                    rect = QRectF(origin + index * slot, top, slot - 1, height)
                    painter.fillRect(rect, ink)
            elif low < high:
                width = max((high - low) * slot, 1.0)
                painter.fillRect(QRectF(origin + low * slot, top, width, height), ink)


def _iterations(
    painter: QPainter, theme: Theme, spans: Spans, sight: Sight, begun: list[int]
) -> None:
    """A band an iteration, by turns lighter and darker; one band where they are too narrow."""
    band = sight.band
    width = band.width() / max(len(begun), 1)
    step = max(1, round(NARROW / width)) if width < NARROW else 1
    reached = sight.index + 1
    for at in range(begun[0], begun[-1] + 1, step):
        begin = spans.iterations[at]
        last = min(at + step, len(spans.iterations))
        end = spans.iterations[last] if last < len(spans.iterations) else spans.count
        part = (0.75 if at // step % 2 else 0.5) if begin < reached else 0.2
        left, right = sight.left(begin), sight.left(end)
        ink = mixed(theme.panel, theme.accent, part)
        painter.fillRect(QRectF(left, band.top(), max(right - left, 1.0), band.height()), ink)


def _borders(painter: QPainter, theme: Theme, spans: Spans, sight: Sight, begun: list[int]) -> None:
    """A line where an iteration begins, and its number where there is room."""
    band, free = sight.band, float("-inf")
    lines = band.width() / len(begun) >= 2 * NARROW
    for place in begun:
        begin = spans.iterations[place]
        left = max(sight.left(begin), band.left())
        if lines and begin:
            painter.setPen(QPen(QColor(theme.text), 1))
            painter.drawLine(QPointF(left, band.top() - 3), QPointF(left, band.bottom() + 3))
        if left < free:
            continue
        text = _("iteration {number}").format(number=spans.numbers[place])
        here = spans.iteration_at(sight.index)[0] == begin
        width = fonts.width(text, size=TEXT, bold=here)
        if left + width <= band.right():
            painter.setPen(QColor(theme.text if begin <= sight.index else theme.muted))
            painter.setFont(fonts.font("sans", TEXT, bold=here))
            box = QRectF(left + 2, band.bottom() + 2, width + 4, NAMES)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            free = left + width + 2 * SPACE


def _names(painter: QPainter, theme: Theme, spans: Spans, sight: Sight) -> None:
    """The phases' names, where there is room."""
    band = sight.band
    for begin, end, phase in spans.runs(*sight.events(spans.count)):
        left, right = max(sight.left(begin), band.left()), min(sight.left(end), band.right())
        here = begin <= sight.index < end
        if fonts.width(phase, size=TEXT, bold=here) <= right - left:
            painter.setPen(QColor(theme.text if begin <= sight.index else theme.muted))
            painter.setFont(fonts.font("sans", TEXT, bold=here))
            box = QRectF(left, band.bottom() + 2, right - left, NAMES)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, phase)


def _marks(painter: QPainter, theme: Theme, spans: Spans, sight: Sight, marks: Marks) -> None:
    """A dot where a breakpoint is hit (hollow if it is off), a diamond where a gradient was
    edited, a cross where it failed.
    """
    y = BAND.top() - 5.5
    for indices, on in marks:
        painter.setPen(QPen(QColor(theme.error), 1.3))
        painter.setBrush(QColor(theme.error if on else theme.panel))
        for x in _seen(sight, spans, indices):
            painter.drawEllipse(QPointF(x, y), 3.4, 3.4)
    painter.setPen(QPen(QColor(theme.panel), 1))
    painter.setBrush(QColor(theme.gradient))
    for x in _seen(sight, spans, spans.edits):
        painter.drawPolygon(
            QPolygonF([QPointF(x - 5, y), QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5)])
        )
    painter.setPen(QPen(QColor(theme.error), 2.4))
    for x in _seen(sight, spans, spans.failures):
        painter.drawLine(QPointF(x - 4, y - 4), QPointF(x + 4, y + 4))
        painter.drawLine(QPointF(x - 4, y + 4), QPointF(x + 4, y - 4))


def _seen(sight: Sight, spans: Spans, indices: list[int]) -> Iterable[float]:
    """Where marks go: those that would lie on one another are one."""
    first, after = sight.events(spans.count)
    drawn = float("-inf")
    at, end = bisect_left(indices, first), bisect_left(indices, after)
    while at < end:
        x = sight.middle(indices[at])
        if x - drawn >= APART:
            yield x
            drawn = x
        step = bisect_left(indices, indices[at] + int(APART / sight.slot))
        at = max(at + 1, step)


def _cursor(painter: QPainter, theme: Theme, sight: Sight) -> None:
    band, x = sight.band, sight.middle(sight.index)
    painter.setPen(QPen(QColor(theme.panel), 5))
    painter.drawLine(QPointF(x, band.top() - 2), QPointF(x, band.bottom() + 2))
    painter.setPen(QPen(QColor(theme.cursor), 3))
    painter.drawLine(QPointF(x, band.top() - 2), QPointF(x, band.bottom() + 4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.cursor))
    top = band.top() - 10
    painter.drawPolygon(QPolygonF([QPointF(x - 7, top), QPointF(x + 7, top), QPointF(x, top + 11)]))
