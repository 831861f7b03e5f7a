from __future__ import annotations

import sys

import pytest
from pytestqt.qtbot import QtBot

from gradviz.qt.letgo import MANY, PIECE, let_go
from gradviz.qt.picture import Picture
from gradviz.render.arrange.layered import layered
from gradviz.render.folds.fold import fold
from gradviz.render.scene.scene import scene_of_folded
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode


@pytest.mark.parametrize("count", [MANY + 2 * PIECE, 10])
def test_nothing_of_a_picture_stays(qtbot: QtBot, count: int) -> None:
    nodes = tuple(GraphNode(n, "TanhBackward0", "", "tanh", (2,)) for n in range(count))
    edges = tuple(GraphEdge(n, n + 1, 0) for n in range(count - 1))
    folded = fold(AutogradGraph(nodes, edges, count - 1))
    picture = Picture(folded, layered(scene_of_folded(folded)))
    samples = [picture.nodes[0], picture.layout.places[-1], picture.layout.routes[count // 2]]
    let_go(picture)
    del picture
    mine = 3  # the list of samples, the loop's variable, the call's argument
    qtbot.waitUntil(lambda: all(sys.getrefcount(each) <= mine for each in samples))
