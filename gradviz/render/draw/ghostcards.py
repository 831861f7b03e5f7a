"""Ghosts as display lists: frozen leaves with a snowflake, cut edges with scissors."""

from __future__ import annotations

from gradviz.render import fonts
from gradviz.render.draw.glyphs import SCISSORS, scissors, snowflake
from gradviz.render.drawing import Box, Curve, Item, Point, Text
from gradviz.render.layout.layout import Place, Route
from gradviz.render.scene.ghost import Ghost, Stub
from gradviz.render.scene.scene import PADDING, TEXT_LINE, TEXT_SIZE, TITLE_LINE, TITLE_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

CHIP = 20.0
"""Pixels that the sign of a chip takes beside its word."""
CHIP_HEIGHT = 20.0
BESIDE = 16.0
"""Pixels that a chip may stick out beside the way of its edge."""
ROUND = 10.0
TITLE_BASE = 22.0


def draw_ghost(place: Place, ghost: Ghost, theme: Theme) -> tuple[Item, ...]:
    """The card of what the graph does not have."""
    card = place.card
    frozen = ghost.kind == "frozen"
    ink = theme.zero_text if frozen else theme.text
    items: list[Item] = [
        Box(
            x=place.x,
            y=place.y,
            width=card.width,
            height=card.height,
            fill=theme.zero if frozen else theme.background,
            stroke=theme.muted,
            stroke_width=1.5,
            radius=0.0 if ghost.leaf else ROUND,
            dashed=not (frozen and ghost.leaf),
            node=card.id,
        )
    ]
    if frozen:
        items += _badge(place.x + 14, place.y - 4, theme, card.id)
    items += _texts(place, ghost, ink)
    return tuple(items)


def draw_stub(route: Route, stub: Stub, consumer: Status | None, theme: Theme) -> tuple[Item, ...]:
    """An edge that no gradient takes: dashed if it is cut, with scissors on its way."""
    ahead = consumer is not None and consumer.stage == "ahead"
    items: list[Item] = [
        Curve(
            points=route.points,
            stroke=theme.ahead_line if ahead else theme.edge,
            stroke_width=1.6,
            arrow=True,
            dashed=bool(stub.word),
            edge=(stub.producer, stub.consumer, stub.slot),
        )
    ]
    if stub.word:
        items += chip(_chip_place(route, stub), stub.word, theme)
    return tuple(items)


def draw_inside(place: Place, theme: Theme) -> list[Item]:
    """How many frozen leaves and cut edges are in a card, on its lower border."""
    card = place.card
    items: list[Item] = []
    x = place.x + card.width - 10
    for count, sign in ((card.frozen, "frozen"), (card.cut, "cut")):
        if not count:
            continue
        width = fonts.width(str(count), size=TEXT_SIZE, bold=True) + CHIP + 12
        x -= width
        y = place.y + card.height
        items.append(_ground(x, y, width, theme, card.id))
        at = (x + 14, y)
        items += (
            snowflake(*at, 7.0, theme.text, node=card.id)
            if sign == "frozen"
            else scissors(*at, theme.text, node=card.id)
        )
        items.append(_word(x + CHIP + 6, y, str(count), theme, card.id))
        x -= 6
    return items


def chip(middle: Point, word: str, theme: Theme, *, node: int | None = None) -> list[Item]:
    """Scissors and what cut the edge, around a point of it."""
    width = chip_width(word)
    x, y = middle[0] - width / 2, middle[1]
    return [
        _ground(x, y, width, theme, node),
        *scissors(x + 6 + SCISSORS / 2, y, theme.text, node=node),
        _word(x + CHIP + 6, y, word, theme, node),
    ]


def chip_width(word: str) -> float:
    """How wide the chip of a word is."""
    return fonts.width(word, size=TEXT_SIZE, bold=True) + CHIP + 14


def middle_of(points: tuple[Point, ...]) -> Point:
    """The point halfway along a curve, by the time of its segments."""
    segments = (len(points) - 1) // 3
    place, rest = divmod(segments / 2, 1)
    if place >= segments:
        return points[-1]
    first, second, third, fourth = points[int(place) * 3 : int(place) * 3 + 4]
    weights = ((1 - rest) ** 3, 3 * (1 - rest) ** 2 * rest, 3 * (1 - rest) * rest**2, rest**3)
    corners = (first, second, third, fourth)
    return (
        sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
        sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
    )


def _chip_place(route: Route, stub: Stub) -> Point:
    """The middle of a chip: close to a card that is only there for it, else where there is room, or
    halfway; not further beside the way than it must, or it would leave the page.
    """
    if route.value is not None:
        return (route.value.x + route.value.width / 2, route.value.y + route.value.height / 2)
    (x, y), (x1, y1) = route.points[0], route.points[-1]
    half = chip_width(stub.word) / 2
    if stub.ghost and route.level[0]:
        return (x, y + (CHIP_HEIGHT / 2 + 1) * (1 if y1 >= y else -1))
    if stub.ghost:
        return (x + (half + 2) * (1 if x1 >= x else -1), y)
    across, down = middle_of(route.points)
    most = max(place[0] for place in route.points) - half + BESIDE
    beside = across + half - BESIDE  # the scissors on the edge, the word beside it
    wide = max(place[0] for place in route.points) - min(place[0] for place in route.points)
    return (min(beside, most) if wide > half else beside, down)


def _ground(x: float, y: float, width: float, theme: Theme, node: int | None) -> Box:
    return Box(
        x=x,
        y=y - CHIP_HEIGHT / 2,
        width=width,
        height=CHIP_HEIGHT,
        radius=CHIP_HEIGHT / 2,
        fill=theme.background,
        stroke=theme.text,
        stroke_width=1.3,
        node=node,
    )


def _word(x: float, y: float, word: str, theme: Theme, node: int | None) -> Text:
    return Text(x=x, y=y + 4.5, text=word, size=TEXT_SIZE, bold=True, colour=theme.text, node=node)


def _badge(x: float, y: float, theme: Theme, node: int) -> list[Item]:
    """A snowflake in a ring, where a leaf that learns has the head of a pin."""
    size = 10.0
    ring = Box(
        x=x - size,
        y=y - size,
        width=2 * size,
        height=2 * size,
        radius=size,
        fill=theme.background,
        stroke=theme.muted,
        node=node,
    )
    return [ring, *snowflake(x, y, 7.0, theme.text, node=node)]


def _texts(place: Place, ghost: Ghost, ink: str) -> list[Item]:
    card = place.card
    left, right = place.x + PADDING, place.x + card.width - PADDING
    y = place.y + TITLE_BASE
    items: list[Item] = [
        Text(x=left, y=y, text=card.title, size=TITLE_SIZE, bold=True, colour=ink, node=card.id)
    ]
    if card.shape:
        items.append(
            Text(
                x=right,
                y=y,
                text=card.shape,
                size=TEXT_SIZE,
                font="mono",
                anchor="end",
                colour=ink,
                node=card.id,
            )
        )
    for place_of_line, line in enumerate(ghost.lines):
        items.append(
            Text(
                x=left,
                y=y + TITLE_LINE - 2 + TEXT_LINE * place_of_line,
                text=line,
                size=TEXT_SIZE,
                colour=ink,
                node=card.id,
            )
        )
    return items
