"""Layouts that are given up: forgotten, stopped by Escape, or never begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.errors import LayoutError
from gradviz.qt import graphview
from gradviz.qt.layouts import Layouts, Report
from gradviz.qt.mainwindow import MainWindow
from gradviz.render.graphviz import engines
from gradviz.render.graphviz.engines import Engine, GivenUpError, unless
from gradviz.workspace import Workspace

Settled = Callable[[], None]
PATIENCE = 20_000


@pytest.fixture
def endless(tmp_path: Path) -> Engine:
    """An engine that never answers."""
    path = tmp_path / "endless"
    path.write_text("#!/bin/sh\nexec sleep 600\n")
    path.chmod(0o755)
    return Engine("endless", str(path))


def test_what_is_forgotten_is_over(qtbot: QtBot, endless: Engine) -> None:
    layouts = Layouts()
    layouts.ready.connect(lambda found: pytest.fail("an answer"))
    layouts.ask(lambda report: engines.run(endless, "digraph {}", limit=600))
    with qtbot.waitSignal(layouts.ended, timeout=PATIENCE):
        layouts.forget()
    assert layouts.idle


def test_an_engine_that_is_wanted_still_has_its_limit(endless: Engine) -> None:
    begun = time.monotonic()
    with unless(lambda: False), pytest.raises(LayoutError):
        engines.run(endless, "digraph {}", limit=0.2)
    assert time.monotonic() - begun < PATIENCE / 1000
    with unless(lambda: True), pytest.raises(GivenUpError):
        engines.run(endless, "digraph {}", limit=600)


def test_an_engine_that_is_wanted_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines.engines()[0]
    with unless(lambda: False):
        watched = engines.run(engine, "digraph { a -> b }", limit=20)
    assert watched == engines.run(engine, "digraph { a -> b }", limit=20)


def test_escape_stops_a_layout_and_leaves_the_picture(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Workspace,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view, begun, over = window.graph, threading.Event(), threading.Event()
    before, notes = view.nodes, []
    view.noted.connect(notes.append)

    def slow(*args: object, report: Report, **more: object) -> object:
        report(20_000)
        begun.set()
        over.wait(PATIENCE / 1000)
        return None

    monkeypatch.setattr(graphview, "prepared", slow)
    window.fold(0)
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    qtbot.waitUntil(lambda: bool(notes), timeout=PATIENCE)
    assert notes[-1] == "Laying out 20,000 boxes… Esc stops it."
    assert view.nodes is before
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    over.set()
    settled()
    assert view.nodes is before
    assert workspace.folding == "auto"
    assert notes[-1] == ""


def test_a_graph_without_modules_is_laid_out_when_asked_for_if_it_is_large(
    window: MainWindow,
    workspace: Workspace,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graphview, "MANY", 3)
    commands.start(workspace)
    settled()
    assert window.graph.nodes == []
    assert window.graph._waiting_text().startswith("This graph has 11 boxes")
    window.fold("none")
    settled()
    assert len(window.graph.nodes) == 11
    commands.step(workspace)
    settled()
    assert len(window.graph.nodes) == 11
