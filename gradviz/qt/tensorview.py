"""One tensor: its label and shape, a heatmap or its numbers, its statistics; or why it is None."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gradviz.explain.rows import shape_text
from gradviz.i18n import gettext as _
from gradviz.qt import heatmap
from gradviz.qt.legend import paint_legend
from gradviz.qt.look import LINE, SPACE, TEXT
from gradviz.qt.shown import FEW, Cell, Shown, statistics
from gradviz.render import fonts
from gradviz.render.theme import Theme, text_on

CELL = 24
DOTS = 10
PICTURE = 132
"""The height of a heatmap, in pixels."""
WIDE = 300
"""From this width on the statistics stand beside the heatmap."""


class TensorView(QWidget):
    """Paints a `Shown`; its height follows from its width."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown = Shown(label="", form="none")
        self._spots: list[tuple[QRectF, Cell]] = []
        self._heights: dict[int, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def shown(self) -> Shown:
        """What is shown."""
        return self._shown

    def show_tensor(self, shown: Shown) -> None:
        """Show another tensor."""
        self._shown = shown
        self._heights = {}
        self.setAccessibleName(f"{shown.label} {shape_text(shown.shape) if shown.dtype else ''}")
        told = [shown.why] if shown.why else []
        told += [f"{name} {text}" for name, text in statistics(shown)]
        self.setAccessibleDescription(", ".join(told))
        self.updateGeometry()
        self.update()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, self.heightForWidth(180))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, LINE)

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = round(self._lay_out(width, None)) + SPACE
        return self._heights[width]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._spots = []
        self._lay_out(self.width(), painter)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            exact = self.exact_at(event.pos())
            if exact:
                QToolTip.showText(event.globalPos(), exact, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def exact_at(self, point: QPoint) -> str:
        """The number under the mouse with all its digits."""
        for box, cell in self._spots:
            if box.contains(point):
                return cell.exact
        return ""

    def _lay_out(self, width: float, painter: QPainter | None) -> float:
        """Paint, or without a painter only measure; returns the height."""
        shown = self._shown
        y = self._header(width, painter)
        if shown.form != "tensor":
            return self._absent(y, width, painter)
        if shown.scalar and shown.cells:
            return self._scalar(y, painter)
        if shown.page is None:
            return self._line(0, y, _("no elements"), painter, muted=True)
        fits = self._columns(width)
        if shown.whole and shown.cells and (self._flows or len(shown.cells[0]) <= fits):
            y = self._numbers(y, width, FEW, painter) + SPACE / 2
            return self._statistics(0, y, width, painter)
        if width >= WIDE:
            half = (width - 2 * SPACE) / 2
            bottom = self._picture(y, half, painter)
            beside = self._statistics(half + 2 * SPACE, y - 4, half, painter)
            y = max(bottom, beside)
        else:
            y = self._picture(y, width, painter)
            y = self._statistics(0, y, width, painter)
        rows = FEW if shown.whole else 4
        return self._numbers(y + SPACE / 2, width, rows, painter)

    def _header(self, width: float, painter: QPainter | None) -> float:
        """The label, and shape and dtype beside or below it, as there is room."""
        shown, theme = self._shown, self._theme
        label = f"{shown.label} {shown.note}".strip()
        below = self._kind_lines(width, fonts.width(label, size=TEXT, bold=True))
        if painter is not None:
            painter.setFont(fonts.font("sans", TEXT, bold=True))
            painter.setPen(QColor(theme.text))
            fitting = fonts.elided(label, width, size=TEXT, bold=True)
            painter.drawText(QRectF(0, 0, width, LINE), _LEFT, fitting)
            painter.setFont(fonts.font("mono", TEXT))
            painter.setPen(QColor(theme.muted))
            for number, line in enumerate(below, start=1):
                painter.drawText(QRectF(0, number * LINE, width, LINE), _LEFT, line)
            if not below:
                painter.drawText(QRectF(0, 0, width, LINE), _RIGHT, self._kind)
        return (1 + len(below)) * LINE + SPACE / 2

    @property
    def _kind(self) -> str:
        shown = self._shown
        return f"{shape_text(shown.shape)} {shown.dtype}" if shown.dtype else ""

    def _kind_lines(self, width: float, taken: float) -> list[str]:
        """Shape and dtype in lines of their own, unless they fit beside the label."""
        kind = self._kind
        needed = fonts.width(kind, family="mono", size=TEXT)
        if not kind or (width >= WIDE and taken + 2 * SPACE + needed <= width):
            return []
        return [kind] if needed <= width else [shape_text(self._shown.shape), self._shown.dtype]

    def _absent(self, y: float, width: float, painter: QPainter | None) -> float:
        """None is hatched, so that it never looks like zeros; and it has a reason."""
        shown, theme = self._shown, self._theme
        word = "None" if shown.form == "none" else _("dropped")
        box = QRectF(0.5, y + 0.5, width - 1, 2 * CELL)
        if painter is not None:
            painter.setPen(QPen(QColor(theme.none), 1, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(theme.panel))
            painter.drawRect(box)
            painter.setBrush(QBrush(QColor(theme.border), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(box)
            plate = fonts.width(word, family="mono", size=16) + 2 * SPACE
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.panel))
            painter.drawRect(QRectF(box.center().x() - plate / 2, box.top() + 10, plate, 28))
            painter.setPen(QColor(theme.text))
            painter.setFont(fonts.font("mono", 16))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
        y = box.bottom() + SPACE / 2
        return self._wrapped(y, width, shown.why, painter) if shown.why else y

    def _scalar(self, y: float, painter: QPainter | None) -> float:
        cell = self._shown.cells[0][0]
        if painter is not None:
            box = QRectF(0, y, fonts.width(cell.text, family="mono", size=22) + SPACE, 30)
            painter.setFont(fonts.font("mono", 22))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(box, _LEFT, cell.text)
            self._spots.append((box, cell))
        return y + 32

    def _picture(self, y: float, width: float, painter: QPainter | None) -> float:
        shown, theme = self._shown, self._theme
        rows, columns = (int(size) for size in shown.page.shape)
        side = max(1.0, min(width / columns, PICTURE / rows))
        wide, high = min(width, columns * side), min(float(PICTURE), max(16.0, rows * side))
        if rows == 1:
            wide, high = width, 24.0
        if painter is not None:
            box = QRectF(0, y, wide, high)
            smooth = columns > wide or rows > high
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(box, heatmap.image(shown.page, theme))
            painter.setPen(QColor(theme.border))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            legend = QRectF(0, y + high + 4, width, LINE)
            paint_legend(painter, legend, scale=shown.scale, theme=theme)
        return y + high + 4 + LINE

    def _columns(self, width: float) -> int:
        """How many columns of numbers there is room for."""
        return max(1, int((width + 2) // (self._cell_width() + 2)))

    @property
    def _flows(self) -> bool:
        """Whether the numbers are a vector's, which may stand in several lines."""
        return len(self._shown.cells) == 1

    def _cell_width(self) -> float:
        texts = [cell.text for line in self._shown.cells for cell in line]
        longest = max(texts, key=len, default="0.0000")
        return max(44.0, fonts.width(longest, family="mono", size=TEXT) + 6)

    def _numbers(self, y: float, room: float, rows: int, painter: QPainter | None) -> float:
        """The first numbers on their colours, with ``…`` where there are more."""
        shown, theme = self._shown, self._theme
        columns, width = self._columns(room), self._cell_width()
        if shown.where:
            y = self._line(0, y, shown.where, painter, muted=True)
        lines = list(shown.cells)
        more_rows, cut = shown.more_rows, False
        if self._flows:
            vector = lines[0]
            lines = [vector[left : left + columns] for left in range(0, len(vector), columns)]
            more_rows = shown.more_columns
        elif shown.more_columns or len(lines[0]) > columns:
            cut = True
            tight = columns * (width + 2) + DOTS > room
            columns = max(1, columns - 1) if tight else columns
        for line in lines[:rows]:
            for place, cell in enumerate(line[:columns]):
                box = QRectF(place * (width + 2), y, width, CELL - 2)
                if painter is not None:
                    ground = heatmap.colour(cell.level, theme)
                    painter.setPen(QColor(theme.border))
                    painter.setBrush(ground)
                    painter.drawRect(box)
                    painter.setPen(QColor(text_on(ground.name())))
                    painter.setFont(fonts.font("mono", TEXT))
                    inner = box.adjusted(0, 0, -3, 0)
                    painter.drawText(inner, _RIGHT, cell.text)
                    self._spots.append((box, cell))
            if cut:
                self._line(len(line[:columns]) * (width + 2) + 2, y, "…", painter, muted=True)
            y += CELL
        if more_rows or len(lines) > rows:
            y = self._line(2, y - 4, "⋮", painter, muted=True)
        return y

    def _statistics(self, x: float, y: float, width: float, painter: QPainter | None) -> float:
        told = statistics(self._shown)
        across = max(1, int(width // 150))
        room = width / across
        apart = SPACE if across == 1 else 3 * SPACE
        for place, (name, text) in enumerate(told):
            left, top = x + room * (place % across), y + LINE * (place // across)
            if painter is not None:
                bad = name == _("NaN/Inf") and text != "0"
                painter.setFont(fonts.font("sans", TEXT))
                painter.setPen(QColor(self._theme.error if bad else self._theme.muted))
                painter.drawText(QRectF(left, top, room, LINE), _LEFT, name)
                painter.setFont(fonts.font("mono", TEXT))
                painter.setPen(QColor(self._theme.error if bad else self._theme.text))
                painter.drawText(QRectF(left, top, room - apart, LINE), _RIGHT, text)
        return y + LINE * -(-len(told) // across)

    def _line(
        self, x: float, y: float, text: str, painter: QPainter | None, *, muted: bool = False
    ) -> float:
        if painter is not None:
            painter.setFont(fonts.font("mono", TEXT))
            painter.setPen(QColor(self._theme.muted if muted else self._theme.text))
            painter.drawText(QRectF(x, y, 400, LINE), _LEFT, text)
        return y + LINE

    def _wrapped(self, y: float, width: float, text: str, painter: QPainter | None) -> float:
        from PySide6.QtGui import QFontMetricsF

        metrics = QFontMetricsF(fonts.font("sans", TEXT))
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        box = metrics.boundingRect(QRectF(0, 0, width, 10_000), flags, text)
        if painter is not None:
            painter.setFont(fonts.font("sans", TEXT))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QRectF(0, y, width, box.height() + 4), flags, text)
        return y + box.height() + 4


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
