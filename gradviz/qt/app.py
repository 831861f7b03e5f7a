"""The window as a program."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gradviz import i18n
from gradviz.qt.appearance import language_of
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.pauses import Pauses
from gradviz.render import fonts
from gradviz.settings import Colours, file_of_settings, read_settings
from gradviz.workspace import Workspace

COMFORTABLE = (960, 560)
"""The user cannot make the window smaller than this."""


def application() -> QApplication:
    """The application, made if there is none, with our fonts."""
    fonts.give_way()
    known = QApplication.instance()
    made = known if isinstance(known, QApplication) else QApplication([sys.argv[0] or "gradviz"])
    made.setApplicationName("gradviz")
    fonts.ready()
    return made


def open_window(
    project: Path | None,
    *,
    theme: Colours | None = None,
    lang: str | None = None,
    trust: bool = False,
) -> int:
    """Show the window on a project and stay until it is closed; returns the exit code.

    Theme and language are those that were chosen the last time, unless they are given. With
    ``trust`` the Python files that the project names run without a question. The window is
    painted before torch is loaded, which takes a second.
    """
    file = file_of_settings()
    settings = read_settings(file)
    i18n.use(lang or language_of(settings))
    app = application()
    workspace = Workspace()
    window = MainWindow(workspace, replace(settings, theme=theme or settings.theme))
    window.appearance.file = file
    window.filing.asks = True
    pauses = Pauses(workspace, window.runner, lambda: window.idle)
    if project is not None:
        once_painted(window, project, trust=trust)
    window.setMinimumSize(*COMFORTABLE)
    window.show()
    # Python sees no Ctrl+C while Qt's loop runs.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        code = app.exec()
    finally:
        signal.signal(signal.SIGINT, before)
        pauses.end()
    leave(window, code)
    return code


def leave(window: MainWindow, code: int) -> None:
    """End the process at once if the worker is still in the middle of something.

    A thread that is inside torch while Python shuts down would abort the process.
    """
    if window.runner.working:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def once_painted(window: MainWindow, project: Path, *, trust: bool = False) -> None:
    """Open the project as soon as the window can be seen."""

    def start() -> None:
        window.painted.disconnect(start)
        QTimer.singleShot(0, window, lambda: window.open(project, trust=trust))

    window.painted.connect(start)
