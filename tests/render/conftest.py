"""Real recorded iterations, and a Qt that needs no screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from PySide6.QtWidgets import QApplication

import gradviz
from gradviz.render.scene.scene import Scene, scene_of
from gradviz.resources import assets
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace


@pytest.fixture(scope="session", autouse=True)
def application(qapp: QApplication) -> QApplication:
    """One application for all tests, before `fonts` would make its own."""
    return qapp


def recorded(name: str, iterations: int = 1) -> Trace:
    """A recorded run of an example project."""
    session = gradviz.Session.from_project(gradviz.load(assets() / "examples" / f"{name}.gradviz"))
    for _ in range(iterations):
        session.step_iteration()
    return session.trace


@pytest.fixture(scope="session")
def moons() -> Trace:
    return recorded("moons_mlp", 2)


@pytest.fixture(scope="session")
def letters() -> Trace:
    return recorded("letters_cnn")


@pytest.fixture
def scene(moons: Trace) -> Scene:
    return scene_of(moons.graphs[0])


@pytest.fixture
def residual() -> Trace:
    """A block with a skip connection, a call of one module twice, and a shared parameter."""

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.ReLU())
            self.relu = torch.nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.relu(self.inner(self.relu(self.inner(x))) + x)

    torch.manual_seed(0)
    model = Block()
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3, requires_grad=True)).sum().backward()
    return trace


@pytest.fixture
def chain() -> Callable[[int], AutogradGraph]:
    """Makes a graph of so many nodes in a line, with a leaf at its start."""

    def graph(count: int) -> AutogradGraph:
        nodes = [GraphNode(0, "AccumulateGrad", "", "", (2, 2), "weight")]
        nodes += [GraphNode(id, "TanhBackward0", "", "tanh", (2, 2)) for id in range(1, count)]
        edges = tuple(GraphEdge(id - 1, id, 0) for id in range(1, count))
        return AutogradGraph(tuple(nodes), edges, count - 1)

    return graph


ODD = [
    'quote " and \\ back',
    "line\nbreak\ttab\x00nul\x1b",
    "<b>&amp;</b> ]]>",
    "🔥 emoji",
    "합성곱 층",
    "x" * 10_000,
    ".".join("a" * 3_000),
    "",
    "...",
    "\ud800",
]


@pytest.fixture(params=ODD, ids=range(len(ODD)))
def odd(request: pytest.FixtureRequest) -> str:
    """A name that no sensible person would choose."""
    name: str = request.param
    return name
