from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz.qt.layouts import Layouts
from gradviz.render.arrange.arrange import arrange
from gradviz.render.graphviz import engines
from gradviz.render.layout.layout import Layout
from gradviz.render.scene.scene import scene_of
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode


def chain(count: int) -> AutogradGraph:
    nodes = tuple(GraphNode(id, "TanhBackward0", "", "tanh", (count,)) for id in range(count))
    edges = tuple(GraphEdge(id, id + 1, 0) for id in range(count - 1))
    return AutogradGraph(nodes, edges, count - 1)


@pytest.mark.skipif(sys.platform == "win32", reason="the fake is a shell script")
def test_the_newest_request_kills_the_older(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine hangs at the first text, and works from then on."""
    os.mkfifo(tmp_path / "first")
    real = engines.engines()[0].path
    engine = tmp_path / "engine"
    engine.write_text(
        f"#!/bin/sh\n[ -p {tmp_path}/first ] || exec {real} $*\n"
        f"echo $$ > {tmp_path}/first; sleep 60 & sleep 60\n"
    )
    engine.chmod(0o755)
    monkeypatch.setenv(engines.VARIABLE, str(engine))
    layouts = Layouts()
    answers: list[Layout] = []
    layouts.ready.connect(answers.append)
    layouts.ask(lambda report: arrange(scene_of(chain(3))))
    older = int((tmp_path / "first").read_text())
    (tmp_path / "first").unlink()
    layouts.ask(lambda report: arrange(scene_of(chain(4))))
    assert layouts.wait(timeout=20_000)
    assert [len(layout.places) for layout in answers] == [4]
    assert answers[0].reason == ""
    qtbot.waitUntil(lambda: is_gone(older))


def is_gone(process: int) -> bool:
    """Whether it has ended, and was waited for."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False
