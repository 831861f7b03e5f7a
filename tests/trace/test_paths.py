"""Ways through a graph, against what torch's own nodes lead to."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import gradviz
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.paths import between, reached, to_loss


class Branches(nn.Module):
    """Two ways from ``stem`` to the loss, and a shared layer."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(4, 4)
        self.left = nn.Linear(4, 4)
        self.shared = nn.Linear(4, 4)
        self.head = nn.Linear(4, 2)
        self.seen: dict[str, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        stem = self.stem(x).relu()
        left = self.shared(self.left(stem).tanh())
        self.seen = {"stem": stem, "left": left}
        return self.head(left * self.shared(stem).sigmoid())


def recorded() -> tuple[AutogradGraph, Branches]:
    model = Branches()
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    return trace.graphs[0], model


def names(graph: AutogradGraph, nodes: tuple[int, ...]) -> list[str]:
    found = [graph.by_id[id] for id in nodes]
    return sorted(node.variable or node.name for node in found)


def test_a_gradient_reaches_what_torch_would_walk() -> None:
    graph, model = recorded()
    left = [node.id for node in graph.nodes if (node.module, node.op) == ("shared", "linear")]
    last = next(id for id in left if graph.by_id[id].name == "AddmmBackward0")
    torchs = gradviz.autograd_graph(model.seen["left"], model)
    way = reached(graph, [last])
    assert names(graph, way.nodes) == names(torchs, tuple(node.id for node in torchs.nodes))
    assert len(way.edges) == len(torchs.edges)


def test_every_leaf_leads_to_the_loss() -> None:
    graph, _model = recorded()
    assert graph.root is not None
    for node in graph.nodes:
        way = to_loss(graph, [node.id])
        assert {node.id, graph.root} <= set(way.nodes)
        assert all(edge.producer in way.nodes and edge.consumer in way.nodes for edge in way.edges)
        assert way == between(graph, [node.id], [graph.root])


def test_a_way_has_all_branches_and_no_more() -> None:
    graph, _model = recorded()
    leaf = next(node.id for node in graph.nodes if node.variable == "left.bias")
    way = to_loss(graph, [leaf])
    told = names(graph, way.nodes)
    assert "TanhBackward0" in told
    assert "ReluBackward0" not in told
    assert "SigmoidBackward0" not in told
    stem = next(node.id for node in graph.nodes if node.variable == "stem.bias")
    both = names(graph, to_loss(graph, [stem]).nodes)
    assert {"TanhBackward0", "SigmoidBackward0"} <= set(both)
    assert between(graph, [graph.root or 0], [leaf]).nodes == ()


def test_a_deep_chain_is_no_recursion() -> None:
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y * 1.0
    graph = gradviz.autograd_graph(y)
    assert len(to_loss(graph, [graph.nodes[0].id]).nodes) == 5001
