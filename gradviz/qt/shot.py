"""A picture of the window, taken without showing it to anyone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gradviz.files import writing
from gradviz.qt.app import application
from gradviz.qt.grabbed import grabbed
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.panes import show_pane
from gradviz.workspace import Workspace


def shot(
    workspace: Workspace,
    path: Path,
    *,
    size: tuple[int, int] = (1280, 720),
    scale: float = 1.0,
    theme: str = "light",
    view: str = "autograd",
    pane: str = "timeline",
) -> None:
    """Write a PNG of the window on a started workspace, as it is at the cursor.

    ``size`` is in pixels, and ``scale`` times that in the file. Raises `OutputError`.
    """
    picture = picture_of(workspace, size=size, scale=scale, theme=theme, view=view, pane=pane)
    with writing(path) as stream:
        stream.write(_png(picture))


def picture_of(
    workspace: Workspace,
    *,
    size: tuple[int, int] = (1280, 720),
    scale: float = 1.0,
    theme: str = "light",
    view: str = "autograd",
    pane: str = "timeline",
) -> QImage:
    """The window as an image."""
    app = application()
    window = MainWindow(workspace)
    window.set_theme(theme)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*size)
    window.show_graphs(view)
    window.show()
    show_pane(window, pane)
    try:
        window.wait()
        settle(app, window)
        return grabbed(window, scale)
    finally:
        window.close()
        window.deleteLater()


def settle(app: QApplication, window: MainWindow) -> None:
    """Let layouts and rows that painting asks for come in."""
    for _round in range(4):
        app.processEvents()
        window.grab()
        window.wait()
        for graph in (window.graph, window.modules):
            graph.map.catch_up()


def _png(picture: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(held.data())
