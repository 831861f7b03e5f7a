"""A window on the blocks of a project that is not started: to build needs no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.blocks.canvas import Canvas
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

PATIENCE = 20_000


@pytest.fixture
def open_blocks(qtbot: QtBot, examples: Path) -> Iterator[Callable[[str | Path], MainWindow]]:
    """Shows the blocks of an example, or of a file, in a window."""
    windows = []

    def make(project: str | Path) -> MainWindow:
        workspace = Workspace()
        path = examples / f"{project}.gradviz" if isinstance(project, str) else project
        commands.open_project(workspace, path)
        window = MainWindow(workspace)
        windows.append(window)
        window.resize(1280, 720)
        window.show_graphs("blocks")
        window.show()
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_blocks: Callable[[str | Path], MainWindow]) -> MainWindow:
    """The blocks of LeNet."""
    return open_blocks("lenet5")


@pytest.fixture
def canvas(window: MainWindow) -> Canvas:
    """The canvas with LeNet on it."""
    return window.builder.canvas


@pytest.fixture
def settled(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Waits until the window has shown what a gesture brought about."""

    def wait() -> None:
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)

    return wait
