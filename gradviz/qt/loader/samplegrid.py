"""The samples of a batch, side by side: what each looks like, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.loader.textlines import text_lines
from gradviz.qt.look import SPACE, TEXT, mixed
from gradviz.render import fonts
from gradviz.render.theme import Theme

if TYPE_CHECKING:
    from gradviz.explain.pipeline.page import Sample

SMALL = TEXT - 2
WIDE, MOST, SIDE, ROW = 104, 160, 64, 17
"""Pixels: a cell is so wide at least, and at most, its picture so high, a line of its text."""
AROUND = 6
LINES = 3
"""Of a text where there is no picture."""


class _Has(Struct, frozen=True):
    """What any of the samples has, so that all cells have room for it."""

    pictures: bool = False
    texts: bool = False
    labels: bool = False
    outcomes: bool = False
    guesses: bool = False


class SampleGrid(QWidget):
    """A cell a sample: its picture or text, its index and place, its label, and after the loss what
    was predicted and its own loss. ``picked`` tells of the place that is clicked, or walked to.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.samples: tuple[Sample, ...] = ()
        self.current: int | None = None
        self._has = _Has()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_samples(self, samples: tuple[Sample, ...], current: int | None) -> None:
        """Show these, one of them picked."""
        if samples is not self.samples:
            self._has = _Has(
                pictures=any(each.tiles or each.curve for each in samples),
                texts=any(each.text for each in samples),
                labels=any(each.label for each in samples),
                outcomes=any(each.outcome for each in samples),
                guesses=any(each.prediction for each in samples),
            )
        self.samples, self.current = samples, current
        self.setAccessibleName(_("{count} samples").format(count=len(samples)))
        self._tell()
        self.updateGeometry()
        self.update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def words_of(self, sample: Sample) -> str:
        """A sample in words."""
        parts = [_("place {place}").format(place=sample.place)]
        if sample.index is not None:
            parts.insert(0, _("sample {index}").format(index=sample.index))
        if sample.label:
            parts.append(_("label {label}").format(label=sample.label))
        if sample.text:
            parts.append(sample.text)
        if sample.prediction:
            text = _("predicted {label}, wrong") if sample.wrong else _("predicted {label}, right")
            parts.append(text.format(label=sample.prediction))
        if sample.outcome is not None and sample.outcome.loss is not None:
            parts.append(_("its loss {loss:.4g}").format(loss=sample.outcome.loss))
        return " · ".join(parts)

    def box_of(self, place: int) -> QRect:
        """Where a sample is."""
        columns = self._columns(self.width())
        high = self._high()
        wide = min(MOST, (self.width() + SPACE) // columns - SPACE)
        return QRect(
            place % columns * (wide + SPACE), place // columns * (high + SPACE), wide, high
        )

    def sizeHint(self) -> QSize:
        width = 4 * (WIDE + SPACE)
        return QSize(width, self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.samples) // self._columns(width))
        return rows * (self._high() + SPACE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position().toPoint())
        if place is not None:
            self.picked.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = -1 if self.current is None else self.current
        columns = self._columns(self.width())
        places = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - columns,
            Qt.Key.Key_Down: here + columns if here >= 0 else 0,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.samples) - 1,
        }
        wanted = places.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted < len(self.samples):
            self.picked.emit(wanted)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = self._at(event.pos())
            text = "" if place is None else self.words_of(self.samples[place])
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, sample in enumerate(self.samples):
            box = self.box_of(place)
            if box.intersects(event.rect()):
                self._paint(painter, sample, box)

    def _paint(self, painter: QPainter, sample: Sample, box: QRect) -> None:
        theme, picked = self._theme, sample.place == self.current
        line = theme.accent if picked else theme.border
        ground = mixed(theme.panel, theme.accent, 0.12) if picked else QColor(theme.panel)
        painter.setPen(QPen(QColor(line), 2 if picked and self.hasFocus() else 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        inside = box.adjusted(AROUND, AROUND, -AROUND, -AROUND)
        y = inside.top()
        if self._has.pictures:
            room = QRect(inside.left(), y, inside.width(), SIDE)
            self._paint_tiles(painter, sample, room)
            self._paint_curve(painter, sample, room)
            y += SIDE + 3
        if sample.text:
            painter.setPen(QColor(theme.text))
            painter.setFont(fonts.font("sans", SMALL))
            several = not self._has.pictures
            parts = sample.text.replace(" | ", "\n") if several else sample.text
            lines = text_lines(parts, painter.font(), inside.width(), LINES if several else 1)
            for number, line in enumerate(lines):
                painter.drawText(inside.left(), y + (number + 1) * ROW - 4, line)
            y += ROW * (LINES if several else 1)
        for text, bold in self._lines(sample):
            painter.setFont(fonts.font("sans", SMALL, bold=bold))
            bad = sample.wrong and text.startswith("✗")
            painter.setPen(QColor(theme.error if bad else theme.text if bold else theme.muted))
            short = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, inside.width()
            )
            painter.drawText(inside.left(), y + ROW - 4, short)
            y += ROW

    def _paint_tiles(self, painter: QPainter, sample: Sample, box: QRect) -> None:
        """Pictures side by side, each as large as there is room."""
        wide = box.width() / max(1, len(sample.tiles))
        for number, tile in enumerate(sample.tiles):
            scale = min(SIDE / tile.rows, (wide - 2) / tile.columns)
            size = tile.columns * scale, tile.rows * scale
            left = box.left() + number * wide + (wide - size[0]) / 2
            where = QRectF(left, box.top() + (SIDE - size[1]) / 2, *size)
            picture = QImage(
                tile.rgb, tile.columns, tile.rows, 3 * tile.columns, QImage.Format.Format_RGB888
            )
            painter.drawImage(where, picture)
            painter.setPen(QColor(self._theme.border))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(where)

    def _paint_curve(self, painter: QPainter, sample: Sample, box: QRect) -> None:
        """What lies between the smallest and the largest number of each column."""
        if not sample.curve or sample.tiles:
            return
        middle, high = box.center().y(), box.height() / 2 - 2
        step = box.width() / len(sample.curve)
        above, below = [], []
        for place, (low, top) in enumerate(sample.curve):
            x = box.left() + (place + 0.5) * step
            above.append(QPointF(x, middle - top * high - 0.5))
            below.append(QPointF(x, middle - low * high + 0.5))
        painter.setPen(QPen(QColor(self._theme.border)))
        painter.drawLine(box.left(), middle, box.right(), middle)
        painter.setPen(QPen(QColor(self._theme.positive), 1))
        painter.setBrush(QColor(self._theme.positive))
        painter.drawPolygon(QPolygonF([*above, *reversed(below)]))

    def _lines(self, sample: Sample) -> list[tuple[str, bool]]:
        index = "" if sample.index is None else f"{sample.index} "
        told = [(f"{index}@ {sample.place}", False)]
        if self._has.labels:
            told.append((sample.label, True))
        if self._has.outcomes:
            loss = sample.outcome.loss if sample.outcome else None
            guess = ""
            if sample.prediction:
                guess = f"✗ {sample.prediction}" if sample.wrong else f"✓ {sample.prediction}"
            if self._has.guesses:
                told.append((guess or "–", sample.wrong))
            told.append((f"L {loss:.4g}" if loss is not None else "L –", False))
        return told

    def _high(self) -> int:
        has = self._has
        picture = (SIDE + 3 if has.pictures else 0) + has.texts * ROW * (
            1 if has.pictures else LINES
        )
        rows = 1 + has.labels + has.outcomes + (has.outcomes and has.guesses)
        return 2 * AROUND + picture + rows * ROW

    def _columns(self, width: int) -> int:
        return max(1, (width + SPACE) // (WIDE + SPACE))

    def _at(self, point: QPoint) -> int | None:
        known = range(len(self.samples))
        return next((place for place in known if self.box_of(place).contains(point)), None)

    def _tell(self) -> None:
        """What a reader of the screen says: the sample that is picked, else all of them."""
        told = [each for each in self.samples if each.place == self.current] or self.samples[:32]
        self.setAccessibleDescription("\n".join(map(self.words_of, told)))
