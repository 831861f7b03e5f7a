from __future__ import annotations

import gc
import sys

from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.pauses import Pauses, search
from gradviz.workspace import Workspace


def test_python_is_left_as_it_was_found(window: MainWindow, workspace: Workspace) -> None:
    before = gc.get_threshold(), sys.getswitchinterval(), gc.get_freeze_count()
    pauses = Pauses(workspace, window.runner, lambda: window.idle)
    assert gc.get_threshold()[2] > before[0][2]
    assert sys.getswitchinterval() < before[1]
    assert gc.get_freeze_count() > before[2]
    pauses.end()
    assert (gc.get_threshold(), sys.getswitchinterval(), gc.get_freeze_count()) == before


def test_what_was_there_is_searched_again_when_it_goes(
    window: MainWindow, workspace: Workspace
) -> None:
    pauses = Pauses(workspace, window.runner, lambda: window.idle)
    try:
        workspace.notify("project")
        assert gc.get_freeze_count() == 0
        workspace.notify("session")
        assert gc.get_freeze_count() > 10_000
        held: list[object] = [[]]
        assert any(each is held for each in gc.get_objects())
        search()
        assert not any(each is held for each in gc.get_objects())
    finally:
        pauses.end()
