"""A view that is zoomed by the wheel, panned by the mouse, and moves smoothly to what it shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsScene, QGraphicsView

SMALLEST, LARGEST = 0.05, 4.0
READABLE = 0.72
"""The scale below which text is too small for the last row."""
ENLARGED = 1.5
"""The largest scale that a small scene is shown in to fill a large view."""
MOVE = 160
"""Milliseconds that a smooth move takes."""
FAR = 3.0
"""A move over more viewports than that is a jump."""
MARGIN = 48
"""Pixels that are kept between what was moved into view and the view's sides."""


class ZoomView(QGraphicsView):
    """``_look`` is how to look at the scene whenever it or the view gets another size; None once
    the user has chosen where to look.
    """

    def __init__(self) -> None:
        super().__init__()
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._scene)
        self._area = QRectF()
        self._pressed: QPoint | None = None
        self._look: Callable[[], None] | None = self.fit
        self._move = QVariantAnimation(self)
        self._move.setDuration(MOVE)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._move.valueChanged.connect(self.centerOn)
        self.setAcceptDrops(False)  # what is dropped here is the window's, or that of a subclass
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.viewport().setMouseTracking(True)
        # The map tells where one is; a bar that comes and goes would move what is looked at.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def still(self) -> bool:
        """Whether the view is not moving by itself."""
        return self._move.state() != QVariantAnimation.State.Running

    @property
    def scale_now(self) -> float:
        """Pixels of the screen that a pixel of the scene takes."""
        return self.transform().m11()

    @property
    def follows(self) -> bool:
        """Whether the user has not yet chosen where to look."""
        return self._look is not None

    @property
    def whole(self) -> QRectF:
        """All that there is to be seen."""
        return self._area

    def seen(self) -> QRectF:
        """The part of the scene that is in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def fit(self) -> None:
        """Show the whole scene, as large as it goes, until the user zooms or pans."""
        self._look = self.fit
        self._show_whole()

    def zoom(self, factor: float) -> None:
        """Make everything larger or smaller, around the mouse or the middle."""
        self._zoom_to(self.scale_now * factor)

    def actual_size(self) -> None:
        """A pixel of the screen for each of the scene."""
        self._zoom_to(1.0)

    def show_area(self, area: QRectF) -> None:
        """Show a part of the scene, as large as it can be without being enlarged."""
        if not area.isEmpty():
            self._look = None
            room = self.viewport().rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            scale = min(room.width() / area.width(), room.height() / area.height(), 1.0)
            self._set_scale(max(scale, self._smallest()))
            self._jump(area.center())

    def reveal(self, area: QRectF) -> None:
        """Bring a part of the scene into view if it is not, smoothly unless it is far away."""
        seen = self.seen()
        after = QRectF(seen)
        if not self.still:
            after.moveCenter(self._move.endValue())
        if after.contains(area):
            return
        way = area.center() - seen.center()
        near = abs(way.x()) < FAR * seen.width() and abs(way.y()) < FAR * seen.height()
        if near and self.isVisible() and not self.window().testAttribute(_UNSHOWN):
            self._move.stop()
            self._move.setStartValue(seen.center())
            self._move.setEndValue(area.center())
            self._move.start()
        else:
            self._jump(area.center())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoom(1.0015**turned)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._move.stop()
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        here = event.position().toPoint()
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (here - pressed).manhattanLength() < QApplication.startDragDistance():
            self._click(here)
        else:
            self._look = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._look is not None:
            self._look()

    def _click(self, point: QPoint) -> None:
        """What a click does."""

    def _smallest(self) -> float:
        """The smallest scale: that at which everything is seen, if that is a small one."""
        area, room = self._area, self.viewport().rect()
        if area.isEmpty():
            return SMALLEST
        return min(SMALLEST, room.width() / area.width(), room.height() / area.height())

    def _zoom_to(self, scale: float) -> None:
        self._move.stop()
        self._look = None
        factor = min(max(scale, self._smallest()), LARGEST) / self.scale_now
        self.scale(factor, factor)

    def _set_scale(self, scale: float) -> None:
        self._move.stop()
        self.resetTransform()
        self.scale(scale, scale)

    def _show_whole(self) -> None:
        area = self._area
        if not area.isEmpty():
            self.setSceneRect(area)
            room = self.viewport().rect()
            scale = min(room.width() / area.width(), room.height() / area.height(), ENLARGED)
            self._set_scale(scale)
            self._jump(area.center())

    def _set_area(self, area: QRectF) -> None:
        """Where there is something to be seen."""
        self._area = area
        self.setSceneRect(area)

    def _hold(self, spot: QPointF, seen: QPointF) -> None:
        """Show a spot of the scene at a point of the viewport, even at the border of the scene."""
        self._move.stop()
        view = self.seen()
        view.translate(spot - self.mapToScene(seen.toPoint()))
        self.setSceneRect(self._area.united(view))
        away = QPointF(self.mapFromScene(spot)) - seen
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(away.x()))
        down.setValue(down.value() + round(away.y()))

    def _jump(self, point: QPointF) -> None:
        self._move.stop()
        self.centerOn(point)


_UNSHOWN = Qt.WidgetAttribute.WA_DontShowOnScreen
