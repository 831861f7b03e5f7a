"""The window on a real X server, a virtual one: shown, clicked, and its pixels looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

PROGRAM = """
import os, sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from gradviz.qt import app
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

application = app.application()
assert application.platformName() == "xcb"
window = MainWindow(workspace := Workspace())
window.show()
assert QTest.qWaitForWindowExposed(window)
window.open(Path(sys.argv[1]))
assert window.wait()
(step,) = [b for b in window.findChildren(QToolButton) if b.text() == "Step"]
for _ in range(3):
    QTest.mouseClick(step, Qt.MouseButton.LeftButton)
    assert window.wait()
assert workspace.session.index == 2, workspace.session.index
window.screen().grabWindow(window.winId()).save(sys.argv[2])
window.close()
print("fine")
"""

XVFB = shutil.which("Xvfb")
pytestmark = pytest.mark.skipif(XVFB is None, reason="needs a virtual screen: Xvfb")


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen of its own; the server says which number it took."""
    reader, writer = os.pipe()
    command = [
        str(XVFB),
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1600x1000x24",
        "-nolisten",
        "tcp",
    ]
    with subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        yield f":{number}"
        server.terminate()


def test_three_clicks_on_step(screen: str, examples: Path, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(examples / "moons_mlp.gradviz"), str(picture)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "fine\n", done.stderr
    with Image.open(picture) as image:
        assert image.size == (1280, 720)
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 200
