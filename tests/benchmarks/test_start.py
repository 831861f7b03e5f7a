"""From the start of Python to the first painted window, beside what Qt itself takes to load."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

PROGRAMS = {
    "import PySide6.QtWidgets": "import PySide6.QtWidgets",
    "an empty QMainWindow": """
import os
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
class Window(QMainWindow):
    def paintEvent(self, event):
        os._exit(0)
window = Window()
window.show()
app.exec()
""",
    "an empty QMainWindow, gradviz imported": """
import os
import gradviz.qt.app, gradviz.qt.mainwindow, gradviz.workspace
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
class Window(QMainWindow):
    def paintEvent(self, event):
        os._exit(0)
window = Window()
window.show()
app.exec()
""",
    "gradviz, first paint": """
import os
from gradviz.qt.app import application
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace
app = application()
window = MainWindow(Workspace())
window.painted.connect(lambda: os._exit(0))
window.show()
app.exec()
""",
    "import torch": "import torch",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_start(name: str, benchmark: Any) -> None:
    benchmark.group = "start of a process"
    command = [sys.executable, "-c", PROGRAMS[name]]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=10, warmup_rounds=1)
