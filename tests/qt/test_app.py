from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gradviz.qt import app, mainwindow
from gradviz.workspace import Workspace

application = app.application()
window = mainwindow.MainWindow(Workspace())
painted = []

def first():
    window.painted.disconnect(first)
    late = ("torch", "pyqtgraph", "pygments.lexer")
    painted.append([name for name in late if name in sys.modules])

window.painted.connect(first)
app.once_painted(window, Path(sys.argv[1]))
window.show()

def look():
    if "torch" in sys.modules:
        print(painted)
        application.quit()

timer = QTimer()
timer.timeout.connect(look)
timer.start(5)
application.exec()
window.close()
app.leave(window, 0)
"""


def test_the_window_is_painted_before_torch_is_loaded(examples: Path) -> None:
    """And it can be closed while torch is still being loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(examples / "moons_mlp.gradviz")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[[]]\n", done.stderr


def test_a_window_can_follow_a_picture() -> None:
    program = (
        "from gradviz.render import fonts; fonts.ready();"
        "from gradviz.qt.app import application; from gradviz.qt.mainwindow import MainWindow;"
        "from gradviz.workspace import Workspace;"
        "app = application(); window = MainWindow(Workspace()); window.show();"
        "app.processEvents(); window.close(); print('fine')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
