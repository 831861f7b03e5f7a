"""What is pointed out in a picture: what was found, with numbers, or a way. The rest is pale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Curve, Item, Symbol, Text
from gradviz.render.layout.layout import Place, Route
from gradviz.render.scene.scene import TEXT_SIZE, Scene
from gradviz.render.search.find import Match, find
from gradviz.render.search.follow import Followed, follow
from gradviz.render.theme import Theme
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace

PALE = 0.28
"""The opacity of what is not pointed out."""
APART = 7.0
"""Pixels between a card and the outline around it."""
CHIP = 20.0
UNDER = 9.0
"""How thick the band is that lies under an edge of a way."""


class Marks(Struct, frozen=True):
    """``cards`` that are pointed out, each with what stands on its chip, and ``edges``, by
    (producer, consumer, slot). ``told`` is what was asked for and what came of it.
    """

    cards: Mapping[int, str]
    edges: frozenset[tuple[int, int, int]]
    told: str
    matches: tuple[Match, ...] = ()


def marks_of(
    scene: Scene,
    graph: AutogradGraph | ModuleGraph,
    trace: Trace | None = None,
    *,
    at: int | None = None,
    sought: str = "",
    way: str = "",
) -> Marks | None:
    """What is to be pointed out of a scene: what a query finds after event ``at``, and a way, which
    only an autograd graph has; None if neither is asked for.

    Raises `UsageError` and `ExpressionError`.
    """
    if not sought and not way:
        return None
    cards: dict[int, str] = {}
    edges: frozenset[tuple[int, int, int]] = frozenset()
    told: list[str] = []
    matches: tuple[Match, ...] = ()
    if way and isinstance(graph, AutogradGraph):
        followed = follow(way, graph)
        cards, edges = _of_way(scene, followed)
        told.append(told_of_way(followed))
    if sought:
        matches = find(sought, graph, trace, at)
        cards = {**cards, **_of_matches(scene, matches)}
        told.append(told_of_matches(sought, matches, modules=isinstance(graph, ModuleGraph)))
    return Marks(cards, edges, " · ".join(told), matches)


def told_of_matches(sought: str, matches: Sequence[Match], *, modules: bool = False) -> str:
    """How much was found, in words."""
    text = _("“{query}”: {count} found in forward") if modules else _("“{query}”: {count} found")
    return text.format(query=" ".join(sought.split()), count=len(matches))


def told_of_way(followed: Followed) -> str:
    """Where a way leads, in words."""
    start, end = followed.start, followed.end
    count = len(followed.way.nodes)
    if start and end:
        text = _("from {start} to {end}: {count} nodes")
    elif start:
        text = _("from {start} to the loss: {count} nodes")
    else:
        text = _("the gradient at {end} reaches {count} nodes")
    return text.format(start=start, end=end, count=count)


def boxes_of(scene: Scene) -> dict[int | str, int]:
    """The card that stands for each node, by its id, and for each leaf that is cut off."""
    found: dict[int | str, int] = {
        id: members[-1] for members in scene.folded.boxes() for id in members
    }
    for card in scene.cards:
        if card.ghost is not None:
            found.update(dict.fromkeys(card.ghost.leaves, card.id))
    return found


def _of_matches(scene: Scene, matches: Sequence[Match]) -> dict[int, str]:
    boxes = boxes_of(scene)
    numbers: dict[int, list[int]] = {}
    for number, match in enumerate(matches, start=1):
        box = boxes.get(match.leaf or "" if match.node is None else match.node)
        if box is not None:
            numbers.setdefault(box, []).append(number)
    return {box: numbered(found) for box, found in numbers.items()}


def numbered(numbers: Sequence[int]) -> str:
    """``3``, ``3–5`` if nothing is between, else ``3 … 9``."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return str(first)
    return f"{first}–{last}" if last - first == len(numbers) - 1 else f"{first} … {last}"


def _of_way(
    scene: Scene, followed: Followed
) -> tuple[dict[int, str], frozenset[tuple[int, int, int]]]:
    boxes, wanted = boxes_of(scene), frozenset(followed.way.edges)
    cards = {boxes[id]: "" for id in followed.way.nodes}
    folded = scene.folded
    edges = frozenset(
        (edge.producer, edge.consumer, edge.slot)
        for edge, behind in zip(folded.edges, folded.carried, strict=True)
        if not wanted.isdisjoint(behind)
    )
    return cards, edges


def pale(items: Iterable[Item]) -> list[Item]:
    """The items as they look when something else is pointed out."""
    return [_paler(item) for item in items]


def _paler(item: Item) -> Item:
    """A symbol's items each, for what they cover shines through."""
    if isinstance(item, Symbol):
        return replace(item, items=tuple(map(_paler, item.items)))
    return replace(item, opacity=item.opacity * PALE)


def draw_band(route: Route, theme: Theme) -> Curve:
    """What lies under an edge of a way."""
    return Curve(points=route.points, stroke=theme.accent, stroke_width=UNDER, opacity=0.35)


def draw_mark(place: Place, text: str, theme: Theme, *, current: bool = False) -> list[Item]:
    """An outline around a card, and a chip with a number on its upper right corner; of a card that
    the cursor stands on, whose pointer is there, at the left of that.
    """
    card = place.card
    apart = APART + (5.0 if current else 0.0)
    items: list[Item] = [
        Box(
            x=place.x - apart,
            y=place.y - apart,
            width=card.width + 2 * apart,
            height=card.height + 2 * apart,
            radius=4.0 if card.kind == "leaf" else 12.0,
            stroke=theme.accent,
            stroke_width=3.0,
            node=card.id,
        )
    ]
    if not text:
        return items
    width = max(fonts.width(text, size=TEXT_SIZE, bold=True) + 10, CHIP)
    x = place.x + card.width + apart - width - (44.0 if current else 6.0)
    y = place.y - apart
    return [
        *items,
        Box(
            x=x,
            y=y - CHIP / 2,
            width=width,
            height=CHIP,
            radius=CHIP / 2,
            fill=theme.accent,
            stroke=theme.background,
            node=card.id,
        ),
        Text(
            x=x + width / 2,
            y=y + 4.5,
            text=text,
            size=TEXT_SIZE,
            bold=True,
            anchor="middle",
            colour=theme.accent_text,
            node=card.id,
        ),
    ]
