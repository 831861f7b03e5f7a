"""Gestures at random: whatever one does, the canvas shows the model, which stays one that can be
saved, and undo leads back to the start.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.qt.blocks.palette import MIME
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.check import check_model

Open = Callable[[str | Path], MainWindow]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Left)
STEPS = 50


class Monkey:
    """Does something to a canvas."""

    def __init__(self, window: MainWindow, chance: random.Random) -> None:
        self._builder, self._chance = window.builder, chance
        self._canvas, self._viewport = window.builder.canvas, window.builder.canvas.viewport()

    def act(self) -> None:
        gesture = self._chance.choice(
            [self.drop, self.drag, self.drag, self.click, self.key, self.deed, self.deed, self.add]
        )
        gesture()
        quick = self._canvas.quick
        if quick.isVisible():
            QTest.keyClicks(quick.field, self._chance.choice(["relu", "lin", "conv2", "zz"]))
            QTest.keyClick(quick.field, self._chance.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))

    def drop(self) -> None:
        data = QMimeData()
        data.setData(MIME, QByteArray(self._chance.choice(list(self._builder.desk.kinds)).encode()))
        keys = self._chance.choice([NONE, SHIFT])
        copy = Qt.DropAction.CopyAction
        spot = self._spot()
        for event in (  # without the first one there is no drop
            QDragEnterEvent(spot, copy, data, LEFT, keys),
            QDragMoveEvent(spot, copy, data, LEFT, keys),
            QDropEvent(QPointF(spot), copy, data, LEFT, keys),
        ):
            QApplication.sendEvent(self._viewport, event)

    def drag(self) -> None:
        start, end = self._spot(), self._spot()
        QTest.mousePress(self._viewport, LEFT, NONE, start)
        for part in (0.3, 0.7, 1.0):
            QTest.mouseMove(self._viewport, start + (end - start) * part)
        if self._chance.random() < 0.15:
            QTest.keyClick(self._canvas, Qt.Key.Key_Escape)
        QTest.mouseRelease(self._viewport, LEFT, NONE, end)

    def click(self) -> None:
        QTest.mouseClick(self._viewport, LEFT, self._chance.choice([NONE, SHIFT]), self._spot())

    def key(self) -> None:
        keys = self._chance.choice([NONE, ALT, SHIFT])
        QTest.keyClick(self._canvas, self._chance.choice(KEYS), keys)

    def deed(self) -> None:
        action = self._chance.choice(list(self._builder.deeds.of.values()))
        if action.isEnabled():
            action.trigger()

    def add(self) -> None:
        self._canvas.add_kind(self._chance.choice(list(self._builder.desk.kinds)))

    def _spot(self) -> QPoint:
        """Mostly where something is."""
        items = list(self._canvas.blocks.values())
        if not items or self._chance.random() < 0.2:
            width, height = self._viewport.width(), self._viewport.height()
            return QPoint(self._chance.randrange(width), self._chance.randrange(height))
        item = self._chance.choice(items)
        assert item.card is not None
        if self._chance.random() < 0.5 and item.card.outputs:
            return self._canvas.mapFromScene(item.port("out", 0))
        if self._chance.random() < 0.5 and item.card.inputs:
            return self._canvas.mapFromScene(item.port("in", 0))
        return self._canvas.mapFromScene(item.box.center())


PROJECTS = [("lenet5", 1), ("unet", 2), ("resnet18", 3), ("siamese", 4)]


@pytest.mark.parametrize(("project", "seed"), PROJECTS)
def test_whatever_one_does(project: str, seed: int, open_blocks: Open) -> None:
    window = open_blocks(project)
    window.builder.canvas.fit()
    workspace, desk = window._workspace, window.builder.desk
    start = workspace.require_project().model
    monkey = Monkey(window, random.Random(seed))
    for _step in range(STEPS):
        monkey.act()
        assert window.wait()
        model = workspace.require_project().model
        check_model(model)
        assert desk.model is model
        assert set(window.builder.canvas.blocks) == set(desk.sheet.cards)
        assert set(desk.chosen) <= set(desk.sheet.cards)
    while desk.can_undo:
        window.builder.hands.undo()
        assert window.wait()
    assert workspace.require_project().model == start
