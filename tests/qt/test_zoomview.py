"""Zooming, panning, the map, and how the view moves by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.zoomview import LARGEST, SMALLEST
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def test_zoom_has_ends(window: MainWindow) -> None:
    for _turn in range(60):
        window.zoom(1.25)
    assert window.graph.scale_now <= LARGEST
    for _turn in range(60):
        window.zoom(0.8)
    assert window.graph.scale_now >= SMALLEST * 0.99
    window.zoom(0)
    assert 0.1 < window.graph.scale_now <= 1.0
    assert window.graph.seen().contains(window.graph.whole.adjusted(8, 8, -8, -8))


def test_the_menu_zooms_to_the_selection_and_to_the_own_size(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view, graph = window.graph, workspace.graph
    assert graph is not None
    commands.select(workspace, graph.nodes[3].id)
    settled()
    window.zoom(0.2)
    window._menus.of["selection"].trigger()
    assert view.scale_now == pytest.approx(1.0)
    assert view.seen().contains(view.nodes[3].card)
    window.zoom(3.0)
    window._menus.of["actual size"].trigger()
    assert view.scale_now == pytest.approx(1.0)


def test_the_view_follows_the_cursor_smoothly(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view = window.graph
    window.zoom(2.0)
    view.centerOn(view.nodes[0].card.center())
    window.runner.do(commands.goto, "backward:1")
    settled()
    (current,) = view._canvas.painting.current
    assert view.seen().contains(view.nodes[current].card)
    before = view.seen()
    view.reveal(view.nodes[0].card)
    assert not view.still
    assert view.seen() == before, "a jump"
    settled()
    assert view.seen().contains(view.nodes[0].card)
    view.window().hide()
    view.reveal(view.nodes[current].card)
    assert view.still
    assert view.seen().contains(view.nodes[current].card)


def test_a_press_of_the_mouse_stops_a_move(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view = window.graph
    window.zoom(2.0)
    view.centerOn(view.nodes[0].card.center())
    view.reveal(view.nodes[-1].card)
    assert not view.still
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert view.still
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


def test_the_map_shows_only_what_is_larger_than_the_view(
    qtbot: QtBot, window: MainWindow, settled: Settled
) -> None:
    view = window.graph
    view.fit()
    assert view.map.isHidden()
    window.zoom(3.0)
    assert view.map.isVisible()
    assert view.viewport().geometry().contains(view.map.geometry())
    for spot in (QPoint(12, 12), view.map.rect().center()):
        qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=spot)
        across, down = view.map._factors()
        wanted = QPointF((spot.x() - 5) / across, (spot.y() - 5) / down)
        away = view.seen().center() - wanted
        room = view.seen()
        assert abs(away.x()) <= room.width() / 2 + 40
        assert abs(away.y()) <= room.height() / 2 + 40
    view.fit()
    assert view.map.isHidden()


def test_the_map_tells_how_far_backward_has_come(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.zoom(3.0)

    def colours() -> int:
        window.graph.map._draw()
        image = window.graph.map._image.convertToFormat(QImage.Format.Format_RGB32)
        pink = 0
        for x in range(image.width()):
            for y in range(image.height()):
                colour = image.pixelColor(x, y)
                pink += colour.red() > colour.green() + 60 and colour.blue() > colour.green() + 30
        return pink

    found = []
    for moment in ("start", "backward:half", "backward:end"):
        window.runner.do(commands.goto, moment)
        settled()
        found.append(colours())
    assert found[0] == 0
    assert found[0] < found[1] < found[2]


def test_hover_marks_a_card_and_tells_its_name(qtbot: QtBot, window: MainWindow) -> None:
    view = window.graph
    view.fit()
    item = view.nodes[2]
    spot = view.mapFromScene(item.card.center())
    plain = view.grab().toImage()
    qtbot.mouseMove(view.viewport(), spot + QPoint(2, 2))
    qtbot.mouseMove(view.viewport(), spot)
    assert view._canvas._hovered is item
    assert view.grab().toImage() != plain
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    assert view._canvas._hovered is None


def test_the_card_that_runs_is_not_under_the_map(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.resize(1280, 720)
    assert workspace.session is not None
    for event in range(len(workspace.session.trace.events)):
        window.runner.do(commands.goto, f"0/{event}")
        settled()
        view = window.graph
        if view.still and not view.map.isHidden():
            covered = view.mapToScene(view.map.geometry()).boundingRect()
            assert not any(
                item.card.intersects(covered)
                for item in view.nodes
                if view._is_current(item.number)
            )


def test_a_window_that_nobody_sees_moves_at_once(workspace: Workspace) -> None:
    """A picture of it would be of the moment in the move that the machine had got to."""
    window = MainWindow(workspace)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(1280, 720)
    window.show()
    try:
        assert window.wait()
        view = window.graph
        view.zoom(4.0)
        view.reveal(view.nodes[0].card)
        assert view.still
        view.reveal(view.nodes[-1].card)
        assert view.still
        assert view.seen().contains(view.nodes[-1].card.center())
    finally:
        window.close()
        window.deleteLater()
