"""A scene as DOT text. Pure text: the same scene gives the same text, nothing is run here.

Statements stand in the order of execution, which keeps pictures narrow. Each module call is a
cluster; the parameters of an op stand beside it, on its rank, so that data flows straight down.
"""

from __future__ import annotations

from graphviz import Digraph

from gradviz.render.scene.crowds import crowded
from gradviz.render.scene.ranks import longest, ranks_of
from gradviz.render.scene.rows import Row, rows_of
from gradviz.render.scene.scene import Card, Frame, Scene
from gradviz.render.scene.spine import spine

PIXELS_PER_INCH = 96.0
PIXELS_PER_POINT = 96.0 / 72.0
TITLE_ROOM = 5
"""Points that a cluster gets above its contents, besides its margins, for its title."""
STRAIGHT = "100"
"""How much more the way of the data from rank to rank is pulled straight than other edges."""

ACROSS, DOWN = 0.3, 0.32
"""Inches between cards side by side, and between one rank and the next."""

ATTRIBUTES = {
    "rankdir": "TB",
    "newrank": "true",
    "nodesep": f"{ACROSS:g}",
    "ranksep": f"{DOWN:g}",
    "splines": "spline",
}


def dot_of(scene: Scene) -> str:
    """The DOT text: nodes ``n0`` … and edges with ids ``e0`` …, both numbered as in the scene,
    and a cluster ``cluster_0`` … a frame. Arrows and texts are not in it: we draw them.
    """
    names = {card.id: f"n{place}" for place, card in enumerate(scene.cards)}
    rows = rows_of(scene)
    dot = Digraph(
        "gradviz",
        graph_attr=ATTRIBUTES,
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        edge_attr={"dir": "none"},
    )
    _add_cards(dot, scene, names, rows)
    _add_edges(dot, scene, names)
    return str(dot.source)


def far_edges(scene: Scene) -> frozenset[int]:
    """The places of the edges that are not for Graphviz."""
    return crowded([(edge.producer, edge.consumer) for edge in scene.edges], ranks_of(scene))


def turned_edges(scene: Scene) -> frozenset[int]:
    """The places of the edges that the text names from consumer to producer, so that Graphviz puts
    the producer at the right.
    """
    right = {id for row in rows_of(scene).values() for id in row.right}
    return frozenset(place for place, edge in enumerate(scene.edges) if edge.producer in right)


def _add_cards(dot: Digraph, scene: Scene, names: dict[int, str], rows: dict[int, Row]) -> None:
    inside = contents(scene)
    cards = {card.id: card for card in scene.cards}
    at_side = {id for row in rows.values() for id in (*row.left, *row.right)}
    clusters: dict[str, Digraph] = {}

    def fill(graph: Digraph, path: str) -> None:
        for thing in inside.get(path, {}):
            if isinstance(thing, str):
                graph.subgraph(clusters[thing])
            elif thing in rows:
                row = Digraph(graph_attr={"rank": "same"})
                for id in (*rows[thing].left, thing, *rows[thing].right):
                    _add_card(row, cards[id], names)
                graph.subgraph(row)
            elif thing not in at_side:
                _add_card(graph, cards[thing], names)

    for place, frame in reversed(list(enumerate(scene.frames))):
        clusters[frame.path] = _cluster(place, frame)
        fill(clusters[frame.path], frame.path)
    fill(dot, "")


def contents(scene: Scene) -> dict[str, dict[int | str, None]]:
    """What stands directly in each frame, by path: card ids and paths of frames, in order."""
    parents = {frame.path: frame.parent for frame in scene.frames}
    inside: dict[str, dict[int | str, None]] = {}
    for card in scene.cards:
        path = card.module
        inside.setdefault(path, {})[card.id] = None
        while path:
            inside.setdefault(parents[path], {})[path] = None
            path = parents[path]
    return inside


def _cluster(place: int, frame: Frame) -> Digraph:
    """A cluster with an empty table as its label: room for the title that we draw.

    It is twice as wide as the title, so that an arrow to the middle passes beside the title.
    """
    width = round(2 * (frame.width + 24) / PIXELS_PER_POINT)
    table = f'<table border="0" fixedsize="true" width="{width}" height="{TITLE_ROOM}">'
    return Digraph(
        f"cluster_{place}",
        graph_attr={
            "margin": "9",
            "labeljust": "l",
            "label": f"<{table}<tr><td></td></tr></table>>",
        },
    )


def _add_card(graph: Digraph, card: Card, names: dict[int, str]) -> None:
    graph.node(
        names[card.id],
        width=f"{card.width / PIXELS_PER_INCH:.4f}",
        height=f"{card.height / PIXELS_PER_INCH:.4f}",
    )


def _add_edges(dot: Digraph, scene: Scene, names: dict[int, str]) -> None:
    far, turned, straight = far_edges(scene), turned_edges(scene), _spine(scene)
    for place, edge in enumerate(scene.edges):
        if place in far:
            continue
        ends = (names[edge.producer], names[edge.consumer])
        weight = STRAIGHT if place in straight else "1"
        dot.edge(*(ends[::-1] if place in turned else ends), id=f"e{place}", weight=weight)


def _spine(scene: Scene) -> set[int]:
    """The places of the edges to be drawn straight down."""
    ranks = ranks_of(scene)
    leaves = {card.id for card in scene.cards if card.kind == "leaf"}
    ends = [(edge.producer, edge.consumer) for edge in scene.edges]
    near: dict[int, list[int]] = {}
    for place, (producer, consumer) in enumerate(ends):
        if ranks[consumer] - ranks[producer] == 1 and producer not in leaves:
            near.setdefault(consumer, []).append(place)
    return spine(ends, longest([card.id for card in scene.cards], ends), near)
