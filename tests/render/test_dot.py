from __future__ import annotations

import re
from collections.abc import Callable

from gradviz.render.graphviz.dot import dot_of, far_edges, turned_edges
from gradviz.render.scene.crowds import LONGEST
from gradviz.render.scene.ranks import ranks_of
from gradviz.render.scene.rows import rows_of
from gradviz.render.scene.scene import Scene, scene_of
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.trace import Trace


def test_the_same_scene_gives_the_same_text(moons: Trace, scene: Scene) -> None:
    assert dot_of(scene) == dot_of(scene_of(moons.graphs[0]))


def test_every_card_frame_and_edge_is_in_the_text(letters: Trace) -> None:
    scene = scene_of(letters.graphs[0])
    text = dot_of(scene)
    assert len(re.findall(r"^\s*n\d+ \[height", text, re.M)) == len(scene.cards)
    assert len(re.findall(r"subgraph cluster_\d+", text)) == len(scene.frames)
    assert re.findall(r"id=e(\d+)", text) == [str(n) for n in range(len(scene.edges))]
    assert "newrank=true" in text
    assert "fixedsize=true" in text


def test_statements_stand_in_the_order_of_execution(letters: Trace) -> None:
    text = dot_of(scene_of(letters.graphs[0]))
    clusters = [int(number) for number in re.findall(r"cluster_(\d+)", text)]
    assert clusters == sorted(clusters)


def test_the_text_holds_no_names_at_all(odd: str) -> None:
    """So no name can break the quoting: we draw the texts ourselves."""
    nodes = (GraphNode(0, "AccumulateGrad", odd, odd, (1,), odd), GraphNode(1, odd, odd, odd, ()))
    text = dot_of(scene_of(AutogradGraph(nodes, (GraphEdge(0, 1, 0),), 1)))
    assert "\\" not in text
    assert "emoji" not in text
    assert "xxx" not in text


def test_parameters_stand_beside_their_op(scene: Scene) -> None:
    titles = {card.id: card.title for card in scene.cards}
    rows = {
        titles[op]: ([titles[id] for id in row.left], [titles[id] for id in row.right])
        for op, row in rows_of(scene).items()
    }
    assert rows == {"linear": (["fc2.weight", "t"], ["fc2.bias"])}
    assert len(rows_of(scene)) == 2
    turned = [scene.edges[place].producer for place in turned_edges(scene)]
    assert {titles[id] for id in turned} == {"fc1.bias", "fc2.bias"}


def test_a_shared_parameter_stands_beside_nothing(residual: Trace) -> None:
    scene = scene_of(residual.graphs[0])
    beside = {id for row in rows_of(scene).values() for id in (*row.left, *row.right)}
    titles = {card.title for card in scene.cards if card.id in beside}
    assert "inner.0.weight" not in titles
    assert "t" in titles


def test_ranks_rise_along_every_edge(residual: Trace) -> None:
    scene = scene_of(residual.graphs[0])
    ranks = ranks_of(scene)
    assert all(ranks[edge.producer] < ranks[edge.consumer] for edge in scene.edges)
    assert min(ranks.values()) == 0


def test_very_long_edges_are_left_out(chain: Callable[[int], AutogradGraph]) -> None:
    graph = chain(LONGEST + 5)
    long = GraphEdge(1, LONGEST + 3, 1)
    whole = AutogradGraph(graph.nodes, (*graph.edges, long), graph.root)
    scene = scene_of(whole, folding="none")
    assert far_edges(scene) == {len(graph.edges)}
    assert f"id=e{len(graph.edges)}" not in dot_of(scene)
