"""A real window on a real project, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.app import application
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

PATIENCE = 20_000
"""Milliseconds after which a test gives up."""


@pytest.fixture(scope="session", autouse=True)
def fonts_ready() -> None:
    """One application for all tests, with our fonts."""
    application()


@pytest.fixture
def workspace(examples: Path) -> Workspace:
    """The moons project, started, the cursor before its first event."""
    workspace = Workspace()
    commands.open_project(workspace, examples / "moons_mlp.gradviz")
    commands.start(workspace)
    return workspace


@pytest.fixture
def make_window(qtbot: QtBot) -> Iterator[Callable[[Workspace], MainWindow]]:
    """Shows a window on a workspace and waits until all is drawn."""
    windows = []

    def make(workspace: Workspace) -> MainWindow:
        window = MainWindow(workspace)
        windows.append(window)
        window.show()
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(workspace: Workspace, make_window: Callable[[Workspace], MainWindow]) -> MainWindow:
    """A window on the moons project."""
    return make_window(workspace)


@pytest.fixture
def settled(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Waits until the window has shown what a gesture brought about."""

    def wait() -> None:
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)

    return wait
