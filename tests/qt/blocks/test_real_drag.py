"""The palette on a real X server, a virtual one: a kind is dragged onto the canvas and onto a wire,
by an X client of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtTest import QTest
from gradviz import commands
from gradviz.qt import app
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace
from tests.qt.blocks.xmouse import Mouse

application = app.application()
assert application.platformName() == "xcb"
commands.open_project(workspace := Workspace(), Path(sys.argv[1]))
window = MainWindow(workspace)
window.resize(1280, 720)
window.show_graphs("blocks")
window.show()
assert QTest.qWaitForWindowExposed(window)
assert window.wait()
canvas, palette, mouse = window.builder.canvas, window.builder.palette, Mouse()


def drag(kind, spot):
    count = len(workspace.project.model.blocks)
    palette.search.setText(kind)
    item = palette.list.topLevelItem(0)
    start = palette.list.visualItemRect(item).center()
    start = palette.list.viewport().mapToGlobal(start)
    end = canvas.viewport().mapToGlobal(canvas.mapFromScene(spot))
    loop = QEventLoop()
    window.runner.command_ended.connect(loop.quit)
    QTimer.singleShot(20_000, loop, loop.quit)
    mouse.drag((start.x(), start.y()), (end.x(), end.y()))
    loop.exec()
    assert len(workspace.project.model.blocks) == count + 1, kind
    assert window.wait()
    mouse.join()


points = canvas.wires["conv1", "tanh1"].points
middle = QPointF((points[0][0] + points[-1][0]) / 2, (points[0][1] + points[-1][1]) / 2)
drag("BatchNorm2d", middle)
(name,) = canvas.desk.chosen
wires = {(wire.source, wire.target) for wire in workspace.project.model.wires}
assert {("conv1", name), (name, "tanh1")} <= wires, wires
drag("GELU", canvas.blocks["conv1"].box.center() + QPointF(-230, 20))
(name,) = canvas.desk.chosen
block = next(each for each in workspace.project.model.blocks if each.name == name)
assert block.kind == "GELU" and block.position is not None
window.close()
print("fine")
"""

XVFB = shutil.which("Xvfb")
pytestmark = pytest.mark.skipif(
    XVFB is None or find_library("Xtst") is None, reason="needs a virtual screen: Xvfb and libXtst"
)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen of its own; the server says which number it took."""
    reader, writer = os.pipe()
    size = ["-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    command = [str(XVFB), "-displayfd", str(writer), *size]
    with subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        yield f":{number}"
        server.terminate()


def test_a_kind_is_dragged_from_the_palette(screen: str, examples: Path) -> None:
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(examples / "lenet5.gradviz")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "fine\n", done.stderr
