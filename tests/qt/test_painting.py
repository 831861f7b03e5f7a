"""What is painted a step at a time looks as if all of it had been painted at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.qt.graphview import GraphView
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.sight import together
from gradviz.workspace import Workspace
from tests.qt.conftest import PATIENCE

ROUNDING = 2
"""Levels by which a soft edge may be another if only a part of it is painted."""


def on_screen(view: GraphView) -> QImage:
    """What a screen shows: what was painted bit by bit."""
    QApplication.processEvents()
    window = view.window()
    corner, size = view.mapTo(window, QPoint(0, 0)), view.size()
    return window.screen().grabWindow(window.winId()).toImage().copy(QRect(corner, size))


def painted_at_once(view: GraphView) -> QImage:
    """The same, all painted anew."""
    view.viewport().update()
    return on_screen(view)


def most_apart(one: QImage, other: QImage) -> int:
    """By how much the colours of a pixel differ at most, of 255."""
    levels = []
    for image in (one, other):
        assert not image.isNull()
        plain = image.convertToFormat(QImage.Format.Format_RGB32)
        levels.append(np.frombuffer(bytes(plain.constBits()), np.uint8).astype(int))
    return int(abs(levels[0] - levels[1]).max())


class Residual(nn.Module):
    """Its skip connection is a long edge beside the others."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(4, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return x.sigmoid() + self.down(torch.relu(self.up(x)).tanh())


@pytest.fixture
def view(make_window: Callable[[Workspace], MainWindow]) -> GraphView:
    torch.manual_seed(0)
    model = nn.Sequential(Residual(), Residual())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batch = torch.randn(5, 4), torch.randn(5, 4)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, [batch])
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    return make_window(workspace).graph


@pytest.mark.parametrize("scale", [1.0, 0.4, 0.15])
def test_steps_leave_nothing_behind(view: GraphView, scale: float, qtbot: QtBot) -> None:
    window = view.window()
    assert isinstance(window, MainWindow)
    view._zoom_to(scale)
    window.runner.do(commands.goto, "backward:1")
    for command in (*[commands.step] * 6, commands.step_phase, *[commands.back] * 2):
        window.runner.do(command)
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)
        view.map.hide()
        assert most_apart(on_screen(view), painted_at_once(view)) <= ROUNDING


def test_areas_near_to_one_another_are_painted_in_one_go() -> None:
    assert together([(0, 0, 10, 10), (12, 0, 20, 10)]) == ((0, 0, 20, 10),)
    far = (0, 0, 10, 10), (500, 500, 510, 510)
    assert set(together(far)) == set(far)
    many = [(100 * n, 100 * n, 100 * n + 1, 100 * n + 1) for n in range(20)]
    assert together(many) == ((0, 0, 1901, 1901),)
