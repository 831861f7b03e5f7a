"""A window on the blocks of a project that is not started: to build needs no run.

One window serves all tests, each of which opens its project anew; to make one takes longer than
most tests do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradviz import commands
from gradviz.qt.blocks.editor import Editor
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.library import VARIABLE
from gradviz.workspace import Workspace


@pytest.fixture(scope="session")
def the_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("library")))  # not the developer's own
        yield from _shown()


def _shown() -> Iterator[MainWindow]:
    window = MainWindow(Workspace())
    window.resize(1280, 720)
    window.move(4000, 0)  # else it would stand under the windows of other tests
    window.show_graphs("blocks")
    window.show()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def open_blocks(
    examples: Path, the_window: MainWindow
) -> Iterator[Callable[[str | Path], MainWindow]]:
    """Shows the blocks of an example, or of a file. The code, which takes long to be written, is
    not shown.
    """

    def show(project: str | Path) -> MainWindow:
        path = examples / f"{project}.gradviz" if isinstance(project, str) else project
        commands.open_project(the_window._workspace, path)
        the_window.activateWindow()  # keys are for the window that is active
        the_window.builder.desk.pick(())
        assert the_window.wait()
        return the_window

    the_window.builder.panels["code"].hide()
    yield show
    the_window.builder.canvas.quick.close_()
    assert the_window.wait()
    the_window.messages.clear()


@pytest.fixture
def window(open_blocks: Callable[[str | Path], MainWindow]) -> MainWindow:
    """The blocks of LeNet."""
    return open_blocks("lenet5")


@pytest.fixture
def canvas(window: MainWindow) -> Editor:
    """The canvas with LeNet on it."""
    return window.builder.canvas


@pytest.fixture
def settled(window: MainWindow) -> Callable[[], None]:
    """Waits until the window has shown what a gesture brought about."""

    def wait() -> None:
        assert window.wait()

    return wait
