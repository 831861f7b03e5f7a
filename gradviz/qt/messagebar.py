"""The message bar: the one place where the window says what is wrong, or what came of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton

from gradviz.i18n import gettext as _
from gradviz.qt.icons import SIDE, icon
from gradviz.qt.look import SPACE, mixed
from gradviz.render.theme import Theme


class MessageBar(QFrame):
    """A line of text with an octagon, or a quieter one with an i, until it is dismissed or
    something works again.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("message")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        row.setSpacing(SPACE)
        self._sign = QLabel()
        row.addWidget(self._sign)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(self.text, 1)
        self.dismiss = QToolButton()
        self.dismiss.setIconSize(QSize(SIDE, SIDE))
        self.dismiss.clicked.connect(self.clear)
        row.addWidget(self.dismiss)
        self._said: object = None
        self._wrong, self._theme = True, theme
        self.hide()
        self.recolour(theme)
        self.retranslate()

    def say(self, said: object) -> None:
        """Show a line; an error is shown in the language in use, even if that changes."""
        self._show(said, wrong=True)

    def note(self, said: object) -> None:
        """Show what is not wrong."""
        self._show(said, wrong=False)

    def _show(self, said: object, *, wrong: bool) -> None:
        if wrong != self._wrong:
            self._wrong = wrong
            self.recolour(self._theme)
        self._said = said
        self.text.setText(str(said))
        self.text.setAccessibleName(str(said))
        self.setVisible(bool(str(said)))

    @property
    def said(self) -> object:
        """What it shows."""
        return self._said

    def clear(self) -> None:
        """Say nothing."""
        self.say("")

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("message"))
        self.dismiss.setAccessibleName(_("Dismiss"))
        self.dismiss.setToolTip(_("Dismiss"))
        if self._said:
            self._show(self._said, wrong=self._wrong)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        ink = theme.error if self._wrong else theme.accent
        ground = mixed(theme.panel, ink, 0.12).name()
        self.setStyleSheet(
            f"#message {{ background: {ground}; border: 1px solid {ink}; border-radius: 6px; }}"
        )
        self.dismiss.setIcon(icon("close", colour=theme.text, disabled=theme.none))
        self._sign.setPixmap(_sign(theme, wrong=self._wrong))


def _sign(theme: Theme, *, wrong: bool) -> QPixmap:
    ratio = 2
    pixmap = QPixmap(SIDE * ratio, SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.error if wrong else theme.accent))
    near, far = 6.3, 13.7
    corners = [
        (near, 1), (far, 1), (19, near), (19, far), (far, 19), (near, 19), (1, far), (1, near),
    ]  # fmt: skip
    if wrong:
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    else:
        painter.drawEllipse(1, 1, SIDE - 2, SIDE - 2)
        painter.translate(0, SIDE)  # an i is the ! upside down
        painter.scale(1, -1)
    painter.setBrush(QColor(theme.panel))
    painter.drawRoundedRect(9, 5, 2, 6, 1, 1)
    painter.drawEllipse(QPointF(10, 14), 1.3, 1.3)
    painter.end()
    return pixmap
