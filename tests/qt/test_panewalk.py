"""From pane to pane, and a pane as a picture."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from gradviz.qt.mainwindow import MainWindow


def test_every_pane_is_reached_and_left(window: MainWindow) -> None:
    walk = window.panewalk
    window.activateWindow()
    for view, count in (("autograd", 4), ("both", 5), ("blocks", 4)):
        window.show_graphs(view)
        QApplication.processEvents()
        panes = walk.panes
        assert len(panes) == count, [pane.title for pane in panes]
        assert all(pane.title for pane in panes)
        seen = []
        for _turn in panes:
            window._menus.of["next pane"].trigger()
            assert walk.current is not None
            seen.append(walk.current)
        assert set(seen) == set(panes)
        window._menus.of["pane before"].trigger()
        assert walk.current is seen[-2]


def test_the_pane_with_the_focus_is_copied(window: MainWindow) -> None:
    window.activateWindow()
    window.inspector.scroller.setFocus()
    pane = window.panewalk.current
    assert pane is not None
    assert pane.view is window.inspector
    size = 2 * pane.width(), 2 * pane.height()
    window._menus.of["copy pane"].trigger()
    picture = QApplication.clipboard().image()
    assert (picture.width(), picture.height()) == size
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(20, 200, 7)}
    assert len(colours) > 3, "an empty picture"
    assert "inspector" in window.messages.text.text()
