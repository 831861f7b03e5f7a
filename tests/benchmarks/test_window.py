"""The graph in the window: a step's highlight, a frame of pan and of zoom, and how long the event
loop is kept waiting; beside Qt's own item for the same picture as SVG.

Frames are painted offscreen, by the same raster engine as on a screen. ``gap_ms`` in the extra info
is the longest time between two turns of the event loop, ``gui_ms`` the most that the window's own
thread computed between two, which other programs on the machine do not stretch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

import pytest
import torch
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtSvgWidgets import QGraphicsSvgItem
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView, QWidget
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.qt.app import application
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.graphview import GraphView
from gradviz.qt.lighting import Lighting, Moment
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.painting import Painting
from gradviz.qt.pauses import Pauses
from gradviz.qt.picture import Picture
from gradviz.qt.runner import Runner
from gradviz.render.arrange.arrange import arrange
from gradviz.render.folds.fold import fold
from gradviz.render.pages.page import draw
from gradviz.render.scene.scene import scene_of_folded
from gradviz.render.status.gather import Gathering
from gradviz.render.status.status import Status, statuses
from gradviz.render.theme import theme_named
from gradviz.render.write.svg import svg
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.workspace import Workspace
from tests.benchmarks.models import DEEP, loss_of

T = TypeVar("T", bound=QWidget)
SIZE = (1280, 800)
LIGHT = theme_named("light")
COLUMNS, ROWS = 50, 100
PATIENCE = 120.0
"""Seconds after which a window is not waited for any more."""


class Loss(nn.Module):
    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return loss_of(output, target)


@cache
def workspace_of(name: str) -> Workspace:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, x, y = DEEP[name]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    session = gradviz.Session(model, Loss(), optimizer, [(x, y)] * 9)
    session.run_iteration()
    workspace = Workspace()
    workspace.began(session)
    return workspace


@cache
def wide() -> Picture:
    """5,000 nodes side by side and below one another, so that all can be in view."""
    application()
    nodes, edges = [], []
    for column in range(COLUMNS):
        for row in range(ROWS):
            id = column * ROWS + row
            nodes.append(GraphNode(id, "AddmmBackward0", f"{column}", "linear", (8, 16)))
            if row:
                edges.append(GraphEdge(id - 1, id, 0))
    root = len(nodes)
    nodes.append(GraphNode(root, "SumBackward0", "", "sum", ()))
    edges += [GraphEdge(column * ROWS + ROWS - 1, root, column) for column in range(COLUMNS)]
    folded = fold(AutogradGraph(tuple(nodes), tuple(edges), root))
    return Picture(folded, arrange(scene_of_folded(folded)))


def halfway(picture: Picture) -> dict[int, Status]:
    return {
        item.number: Status(stage="passed", grad=0.5, sent={0: 0.5}, current=item.number == 2500)
        if item.number >= len(picture.nodes) / 2
        else Status(stage="made")
        for item in picture.nodes
    }


def as_svg(picture: Picture, statuses: dict[int, Status]) -> bytes:
    by_id = {item.place.card.id: statuses[item.number] for item in picture.nodes}
    return svg(draw(picture.layout, by_id, LIGHT)).encode()


@pytest.fixture
def ours() -> Iterator[GraphView]:
    """An empty view of ours, of the size of a window."""
    application()
    workspace = Workspace()
    runner = Runner(workspace)
    view = GraphView(workspace, runner, LIGHT)
    yield shown(view)
    view.close()
    runner.stop()


@pytest.fixture
def peer() -> Iterator[QGraphicsView]:
    """An empty view of Qt's."""
    application()
    view = QGraphicsView()
    view.setScene(QGraphicsScene(view))
    yield shown(view)
    view.close()


def shown(view: T) -> T:
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    return view


def put_ours(view: GraphView, picture: Picture, statuses: dict[int, Status]) -> None:
    painting = Painting(picture, LIGHT)
    painting.show(painting.news(statuses))
    view._canvas.put(painting)
    view._set_area(view._canvas.boundingRect())
    view.fit()
    QApplication.processEvents()


def put_svg(view: QGraphicsView, data: bytes) -> None:
    item = QGraphicsSvgItem()
    renderer = QSvgRenderer(data, item)
    item.setSharedRenderer(renderer)
    view.scene().clear()
    view.scene().addItem(item)
    box = item.boundingRect()
    scale = min(SIZE[0] / box.width(), SIZE[1] / box.height())
    view.resetTransform()
    view.scale(scale, scale)
    QApplication.processEvents()


@pytest.mark.parametrize("move", ["pan", "zoom"])
@pytest.mark.parametrize("way", ["ours", "svg"])
def test_a_frame_of_5000_nodes(
    way: str, move: str, benchmark: Any, ours: GraphView, peer: QGraphicsView
) -> None:
    benchmark.group = f"one frame of {move}, 5,000 nodes in view"
    picture = wide()
    statuses = halfway(picture)
    view: QGraphicsView = ours if way == "ours" else peer
    if way == "ours":
        put_ours(ours, picture, statuses)
        assert len(picture.cards_in(area_of(ours))) > 4900
    else:
        put_svg(peer, as_svg(picture, statuses))
    view.setSceneRect(view.sceneRect().adjusted(0, -3000, 0, 3000))
    bar, turns = view.verticalScrollBar(), [0]

    def frame() -> None:
        turns[0] += 1
        there = turns[0] % 2
        if move == "zoom":
            factor = 1.02 if there else 1 / 1.02
            view.scale(factor, factor)
        else:
            bar.setValue(bar.value() + (6 if there else -6))
        QApplication.processEvents()

    benchmark.pedantic(frame, rounds=30 if way == "ours" else 3, warmup_rounds=2)


def area_of(view: GraphView) -> tuple[float, float, float, float]:
    seen = view.seen()
    return seen.left(), seen.top(), seen.right(), seen.bottom()


@pytest.mark.parametrize("way", ["ours", "svg"])
def test_a_step_is_lit(way: str, benchmark: Any, ours: GraphView, peer: QGraphicsView) -> None:
    """ResNet-152, unfolded: 985 nodes; two neighbouring steps of backward, to and fro. Ours is what
    the worker does, what the window does, and the painting.
    """
    benchmark.group = "the highlight of a step at 1,000 nodes"
    workspace = workspace_of("resnet152")
    graph, trace = workspace.graph, workspace.require_session().trace
    assert graph is not None
    folded = fold(graph)
    picture = Picture(folded, arrange(scene_of_folded(folded)))
    first = trace.index_at("backward:half")
    turns = [0]

    def following() -> int:
        turns[0] += 1
        return first + turns[0] % 2

    put_ours(ours, picture, {})
    painting = ours._canvas.painting
    assert painting is not None
    lighting = Lighting(painting, folded, Gathering)

    def light() -> None:
        moment = Moment(trace, len(trace.events), following())
        ours._canvas.tell(lighting.news(moment))
        lighting.told(moment)
        QApplication.processEvents()

    def light_svg() -> None:
        known = statuses(trace, graph, following())
        put_svg(peer, as_svg(picture, {item.number: known[id_of(item)] for item in picture.nodes}))

    light()
    ours._zoom_to(1.0)
    ours.centerOn(picture.nodes[painting.current[0]].card.center())
    ways: dict[str, Callable[[], None]] = {"ours": light, "svg": light_svg}
    benchmark.pedantic(ways[way], rounds=50 if way == "ours" else 2, warmup_rounds=2)


def id_of(item: NodeItem) -> int:
    return item.place.card.id


def test_a_step_is_lit_among_5000(benchmark: Any, ours: GraphView) -> None:
    """All of them in view, so each a plain box."""
    benchmark.group = "the highlight of a step at 5,000 nodes in view"
    picture = wide()
    put_ours(ours, picture, halfway(picture))
    painting = ours._canvas.painting
    assert painting is not None
    turns = [2500]

    def light() -> None:
        turns[0] -= 1
        last, here = turns[0] + 1, turns[0]
        statuses = {
            last: Status(stage="passed", grad=0.5, sent={0: 0.5}),
            here: Status(stage="passed", grad=0.5, sent={0: 0.5}, current=True),
        }
        ours._canvas.tell(painting.news(statuses))
        QApplication.processEvents()

    benchmark.pedantic(light, rounds=50, warmup_rounds=2)


DEEDS: dict[str, Callable[[MainWindow], None]] = {
    "unfolded": lambda window: window.fold("none"),
    "a step": lambda window: window.runner.do(commands.step),
    "half of backward": lambda window: window.runner.do(commands.goto, "backward:half"),
    "folded": lambda window: window.fold("auto"),
    "an iteration": lambda window: window.runner.do(commands.step_iteration),
}


@pytest.mark.parametrize("name", ["resnet152", "gpt12", "resnet20k"])
def test_the_event_loop_goes_on(name: str, benchmark: Any) -> None:
    benchmark.group = "the longest gap of the event loop"
    application()
    workspace = workspace_of(name)
    commands.goto(workspace, "start")
    window = MainWindow(workspace)
    pauses = Pauses(workspace, window.runner, lambda: window.idle)
    window.resize(1280, 720)
    window.show()
    waited(window)
    try:
        for what, deed in DEEDS.items():
            gaps = waited(window, lambda deed=deed: deed(window))  # type: ignore[misc]
            benchmark.extra_info[what] = gaps
        benchmark.pedantic(lambda: waited(window, lambda: window.fold("none")), rounds=1)
    finally:
        pauses.end()
        window.close()


def waited(window: MainWindow, deed: Callable[[], None] = lambda: None) -> dict[str, float]:
    """The longest gaps of the event loop, in ms, until the window has shown what was done."""
    loop, beat, begun = QEventLoop(), QTimer(), time.perf_counter()
    longest = {"gap_ms": 0.0, "gui_ms": 0.0}
    last = [begun, time.thread_time()]
    quiet = [0]

    def tick() -> None:
        now, computed = time.perf_counter(), time.thread_time()
        longest["gap_ms"] = max(longest["gap_ms"], 1000 * (now - last[0]))
        longest["gui_ms"] = max(longest["gui_ms"], 1000 * (computed - last[1]))
        last[:] = now, computed
        quiet[0] = quiet[0] + 1 if window.idle else 0
        if quiet[0] > 20 or now - begun > PATIENCE:
            loop.quit()

    beat.setInterval(1)
    beat.timeout.connect(tick)
    beat.start()
    deed()
    loop.exec()
    beat.stop()
    return {name: round(value, 1) for name, value in longest.items()}
