"""Shared parameters: a small card that names one stands at each further use of it.

A line from a weight to its fifty uses hides the picture, and Graphviz takes minutes for it. The
first use keeps its line, and so does one that is near in the same module call.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.draw.tags import HEIGHT, PIN_ROOM
from gradviz.render.folds.calls import without_numbers
from gradviz.render.layout.layout import Copy, Layout, Route
from gradviz.render.scene.ranks import ranks_of
from gradviz.render.scene.scene import PADDING, TEXT_SIZE, WIDEST, Card, Scene, one_line, shape_text
from gradviz.trace.graph import GraphEdge, GraphNode

FARTHEST = 3
"""Ranks between a leaf and a use of it that has a line of its own."""

UNOWNED = "leaf#"
"""How the name of a leaf begins that no module owns."""
FEW = 4
"""Uses of such a leaf that are drawn as lines: they may be what skips a block."""


class Copied(Struct, frozen=True):
    """A scene with the copies as cards of its own, and whose each is: by its id, which no node
    has, that of the card which it copies. ``ways`` has for each edge of the scene itself the place
    of the edge that is laid out for it.
    """

    scene: Scene
    originals: Mapping[int, int]
    ways: tuple[int, ...]


def with_copies(scene: Scene) -> Copied:
    """The scene to lay out. A folded box gets one copy for all that it shares."""
    groups = {group.id for group in scene.folded.groups}
    found = _copied(scene)
    tags: dict[int, list[int]] = {}
    for place in found:
        consumer = scene.edges[place].consumer
        tags.setdefault(consumer if consumer in groups else -1 - place, []).append(place)
    cards = {card.id: card for card in scene.cards}
    at: dict[int, list[Card]] = {}
    originals: dict[int, int] = {}
    copy_at: dict[int, int] = {}
    lowest = min([0, *cards])
    for number, places in enumerate(tags.values(), 1):
        first = scene.edges[places[0]]
        leaves = [leaf for place in places for leaf in found[place]]
        copy = _copy(lowest - number, leaves, cards[first.consumer].module)
        at.setdefault(first.consumer, []).append(copy)
        originals[copy.id] = first.producer
        copy_at.update(dict.fromkeys(places, copy.id))
    edges: list[GraphEdge] = []
    ways: list[int] = []
    drawn: dict[int, int] = {}
    for place, edge in enumerate(scene.folded.edges):
        if place not in copy_at:
            ways.append(len(edges))
            edges.append(edge)
            continue
        copied = copy_at[place]
        ways.append(drawn.setdefault(copied, len(edges)))
        if ways[-1] == len(edges):
            edges.append(replace(edge, producer=copied))
    ways += range(len(edges), len(edges) + len(scene.stubs))
    shown = [one for card in scene.cards for one in (*at.get(card.id, ()), card)]
    folded = replace(scene.folded, edges=tuple(edges))
    return Copied(replace(scene, cards=tuple(shown), folded=folded), originals, tuple(ways))


def without_copies(layout: Layout, scene: Scene, copied: Copied) -> Layout:
    """The layout as one of the scene itself: copies belong to their edges, and each edge is between
    the cards that it was between before.
    """
    originals = copied.originals
    if not originals:
        return layout
    places = {place.card.id: place for place in layout.places}
    routes = []
    drawn: set[int] = set()
    for edge, way in zip(scene.edges, copied.ways, strict=True):
        route = layout.routes[way]
        source, copy = route.edge.producer, None
        if source in originals and source not in drawn:
            drawn.add(source)
            copy = Copy(originals[source], places[source])
        routes.append(Route(edge, route.points, route.level, copy))
    return replace(
        layout,
        places=tuple(place for place in layout.places if place.card.id not in originals),
        routes=tuple(routes),
    )


def _copied(scene: Scene) -> dict[int, list[GraphNode]]:
    """The leaves behind each edge, by its place, that leads from a copy."""
    cards = {card.id: card for card in scene.cards}
    ranks: dict[int, int] = {}
    used: set[int] = set()
    found: dict[int, list[GraphNode]] = {}
    for place, (edge, behind) in enumerate(
        zip(scene.folded.edges, scene.folded.carried, strict=True)
    ):
        leaves = _leaves(scene, behind)
        if not leaves:
            continue
        source, target = cards[edge.producer], cards[edge.consumer]
        first = source.kind == "leaf" and source.id not in used
        used.add(source.id)
        if first:
            continue
        if source.kind == "leaf" and _is_input(scene, leaves[0]):
            continue
        if source.kind == "leaf" and source.module == target.module:
            ranks = ranks or ranks_of(scene)
            if ranks[target.id] - ranks[source.id] <= FARTHEST:
                continue
        found[place] = leaves
    return found


def _is_input(scene: Scene, leaf: GraphNode) -> bool:
    """Whether this is rather data than a weight: no module owns it, and not everything uses it."""
    uses = len(scene.folded.graph.consumers.get(leaf.id, ()))
    return (leaf.variable or "").startswith(UNOWNED) and uses <= FEW


def _leaves(scene: Scene, behind: tuple[GraphEdge, ...]) -> list[GraphNode]:
    """The leaves that an edge leads from; none if it leads from anything else, too, as from what is
    not in the scene.
    """
    nodes = {edge.producer: scene.folded.graph.by_id.get(edge.producer) for edge in behind}
    leaves = [
        node
        for node in nodes.values()
        if node is not None and node.variable is not None and not node.comes_from_outside
    ]
    return leaves if len(leaves) == len(nodes) else []


def _copy(id: int, leaves: list[GraphNode], module: str) -> Card:
    names = [one_line(leaf.variable or "") for leaf in leaves]
    modules = {without_numbers(leaf.module) for leaf in leaves}
    if len(names) == 1:
        name = names[0]
    elif len(modules) == 1 and (owner := modules.pop()):
        name = gettext("{count} parameters of {module}").format(count=len(names), module=owner)
    else:
        name = gettext("{count} parameters").format(count=len(names))
    title = fonts.elided(name, WIDEST, size=TEXT_SIZE)
    return Card(
        id=id,
        kind="leaf",
        title=title,
        subtitle="",
        shape=shape_text(leaves[0].shape),
        name=", ".join(names)[:300],
        module=module,
        helper=False,
        width=round(fonts.width(title, size=TEXT_SIZE)) + PADDING + PIN_ROOM,
        height=HEIGHT,
    )
