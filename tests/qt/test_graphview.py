from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def click(qtbot: QtBot, window: MainWindow, item: NodeItem) -> None:
    window.graph.centerOn(item.card.center())
    point = window.graph.mapFromScene(item.card.center())
    qtbot.mouseClick(window.graph.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_a_click_selects_and_an_empty_one_deselects(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph = workspace.graph
    assert graph is not None
    for item in window.graph.nodes:
        click(qtbot, window, item)
        settled()
        assert workspace.selection == item.number
        assert window.inspector.page.chosen
        node = graph.nodes[item.number]
        assert window.inspector.title.text() in (node.variable, node.op, node.name)
    window.graph.fit()
    qtbot.mouseClick(window.graph.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    settled()
    assert workspace.selection is None
    assert not window.inspector.page.chosen


def test_a_drag_pans_and_selects_nothing(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view, port = window.graph, window.graph.viewport()
    window.zoom(2.0)
    middle = port.rect().center()
    before = view.mapToScene(middle)
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(port, middle + QPoint(0, -40))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=middle + QPoint(0, -40))
    settled()
    assert view.mapToScene(middle).y() > before.y()
    assert workspace.selection is None


def test_the_layout_stays_from_iteration_to_iteration(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    items = window.graph.nodes
    places = [item.card for item in items]
    for _iteration in range(2):
        window.runner.do(commands.step_iteration)
    window.runner.do(commands.step)
    settled()
    assert workspace.require_session().iterations == 3
    assert window.graph.nodes is items
    assert [item.card for item in items] == places


def test_another_project_gets_another_layout(
    window: MainWindow, settled: Settled, examples: object
) -> None:
    items = window.graph.nodes
    assert len(items) == 11
    window.open(examples / "letters_cnn.gradviz")  # type: ignore[operator]
    settled()
    assert window.graph.nodes is not items
    assert len(window.graph.nodes) == 17


def test_the_current_node_is_lit_and_in_view(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph = workspace.graph
    assert graph is not None
    window.runner.do(commands.goto, "backward:1")
    for _event in range(12):
        window.runner.do(commands.step)
        settled()
        node = workspace.selected
        assert node is not None
        item = window.graph.nodes[graph.nodes.index(node)]
        assert window.graph._is_current(item.number)
        seen = window.graph.mapToScene(window.graph.viewport().rect()).boundingRect()
        assert seen.contains(item.card)


def test_arrow_keys_walk_along_the_edges(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    view, picture = window.graph, window.graph.picture
    assert picture is not None

    def press(key: Qt.Key) -> int | None:
        before = workspace.selection
        qtbot.keyClick(view, key)
        settled()
        if workspace.selection is not None and before is not None:
            item = view.nodes[workspace.selection]
            assert view.seen().contains(item.card)
        return workspace.selection

    assert press(Qt.Key.Key_Home) == 0
    way = [0]
    while (here := press(Qt.Key.Key_Down)) != way[-1]:
        assert here is not None
        assert (way[-1], here) in picture.ends
        way.append(here)
    graph = workspace.graph
    assert graph is not None
    assert graph.nodes[way[-1]].id == graph.root
    while (here := press(Qt.Key.Key_Up)) != way[-1]:
        assert here is not None
        assert (here, way[-1]) in picture.ends
        way.append(here)
    linear = view.nodes[way[-2]]
    assert press(Qt.Key.Key_Down) == linear.number
    beside = press(Qt.Key.Key_Left)
    assert beside is not None
    assert view.nodes[beside].card.right() < linear.card.left()
    assert press(Qt.Key.Key_Right) == linear.number
    assert press(Qt.Key.Key_Escape) is None
