from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from gradviz.qt.bridge import Bridge
from gradviz.qt.runner import Runner
from gradviz.workspace import Workspace


def test_changes_arrive_in_the_gui_thread_when_the_command_is_done(qtbot: QtBot) -> None:
    workspace = Workspace()
    runner = Runner(workspace)
    bridge = Bridge(workspace, runner)
    heard = []
    bridge.moved.connect(
        lambda: heard.append((runner.busy, threading.current_thread() is threading.main_thread()))
    )

    def change(workspace: Workspace) -> None:
        workspace.notify("project")
        workspace.notify("session")

    with qtbot.waitSignal(runner.settled):
        runner.do(change)
    assert heard == [(False, True)]
    bridge.close()
    workspace.notify("cursor")
    assert len(heard) == 1
    runner.stop()


def test_a_selection_alone_is_told_apart(qtbot: QtBot) -> None:
    workspace = Workspace()
    runner = Runner(workspace)
    bridge = Bridge(workspace, runner)
    heard = []
    bridge.moved.connect(lambda: heard.append("moved"))
    bridge.selected.connect(lambda: heard.append("selected"))
    workspace.notify("selection")
    workspace.notify("cursor")
    assert heard == ["selected", "moved"]


def test_a_fold_alone_is_told_apart(qtbot: QtBot) -> None:
    workspace = Workspace()
    runner = Runner(workspace)
    bridge = Bridge(workspace, runner)
    heard = []
    for name in ("moved", "selected", "folded"):
        getattr(bridge, name).connect(lambda name=name: heard.append(name))
    workspace.notify("folding")
    assert heard == ["folded"]

    def change(workspace: Workspace) -> None:
        workspace.notify("folding")
        workspace.notify("cursor")

    with qtbot.waitSignal(runner.settled):
        runner.do(change)
    assert heard == ["folded", "moved"]
    runner.stop()
