"""A node's card as a display list: who it is, its shape, and what is known of its gradient."""

from __future__ import annotations

import math
from functools import lru_cache

from msgspec.structs import replace

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.draw.ghostcards import draw_ghost, draw_inside
from gradviz.render.drawing import Box, Curve, Item, Symbol, Text
from gradviz.render.layout.layout import Place, polygon
from gradviz.render.scene.scene import PADDING, TEXT_SIZE, TITLE_SIZE, Card
from gradviz.render.status.status import Saved, Status
from gradviz.render.theme import Theme

ROUND = 10.0
CORNER = 4.0
SHEET = 4.0
"""Pixels by which like module calls that are drawn as one lie one behind the other."""
TITLE_BASE = 22.0
NAME_BASE = 41.0
VALUE_TOP = 47.0
VALUE_HEIGHT = 19.0
VALUE_BASE = 61.0
INSET = 6.0
CHIP_LEFT = 10.0
CHIP_TOP = -10.0
LOW = 6.0
"""Pixels by which a chip on the lower border hangs lower than one on the upper one."""
CHIP_HEIGHT = 17.0
CHIP_BASE = 3.0
CHIP_PADDING = 6.0
OUTLINE = 5.0
"""Pixels between a card and the outline that marks the cursor."""


def draw_node(place: Place, status: Status | None, theme: Theme) -> tuple[Item, ...]:
    """The card of one node. Without a status it is fully lit and tells no gradient."""
    if place.card.ghost is not None:
        return draw_ghost(place, place.card.ghost, theme)
    items = _ground(place, status, theme)
    items += _texts(place, status, theme)
    if status is not None:
        items += _gradient(place, status, theme)
        if status.current:  # under the chips, which lie on the borders
            items += _cursor(place, theme)
        if status.saved is not None:
            items += _saved(place, status, status.saved, theme)
        if status.edited:
            items += _edited(place, theme)
        if status.stage == "updated":
            items.append(_updated_mark(place, theme))
    items += draw_inside(place, theme)
    return tuple(items)


def draw_symbol(place: Place, status: Status | None, theme: Theme) -> Symbol:
    """The same as one item. Most nodes of a large graph look like others, and share what is drawn
    while nothing else is known of them.
    """
    look = replace(place.card, id=0, name="", module="")
    at_origin = Place(look, 0.0, 0.0)
    items = draw_node(at_origin, status, theme) if status else _lit(look, theme)
    return Symbol(x=place.x, y=place.y, node=place.card.id, items=items)


@lru_cache(maxsize=4096)
def _lit(look: Card, theme: Theme) -> tuple[Item, ...]:
    return draw_node(Place(look, 0.0, 0.0), None, theme)


def number(value: complex) -> str:
    """A number as every picture writes it: four significant digits."""
    return f"{value:.4g}"


def _ground(place: Place, status: Status | None, theme: Theme) -> list[Item]:
    card = place.card
    fill, line = {
        "leaf": (theme.leaf_fill, theme.leaf_line),
        "function": (theme.function_fill, theme.function_line),
        "output": (theme.output_fill, theme.output_line),
        "module": (theme.frame_tab, theme.frame_line),
        "value": (theme.background, theme.edge),
    }[card.kind]
    ahead = status is not None and status.stage == "ahead"
    width = 2.5 if card.kind == "output" or (status and status.stage == "updated") else 1.5
    sheets = 2 if card.calls > 1 else 0
    items: list[Item] = [
        Box(
            x=place.x + SHEET * behind,
            y=place.y + SHEET * behind,
            width=card.width,
            height=card.height,
            fill=theme.ahead_fill if ahead else fill,
            stroke=theme.ahead_line if ahead else line,
            stroke_width=width,
            radius=_corner(card),
            dashed=ahead,
            node=card.id,
        )
        for behind in range(sheets, -1, -1)
    ]
    if card.kind == "module" and card.calls:
        items += _plus(place, theme.ahead_line if ahead else theme.frame_text, theme)
    if card.kind == "leaf":
        items += _pin(place, theme.ahead_line if ahead else line, theme)
    return items


def _corner(card: Card) -> float:
    """A leaf has sharp corners, an op round ones; what enters or leaves a model has round ends."""
    if card.kind == "value":
        return 20.0
    return {"leaf": 0.0, "module": CORNER}.get(card.kind, ROUND)


def _plus(place: Place, colour: str, theme: Theme) -> list[Item]:
    """A plus on the upper border: there is something in it."""
    x, y = place.x + 10, place.y - 8
    arms = ((x + 4, y + 7, 8.0, 2.0), (x + 7, y + 4, 2.0, 8.0))
    id = place.card.id
    ground = Box(
        x=x, y=y, width=16.0, height=16.0, radius=3.0, fill=theme.background, stroke=colour, node=id
    )
    return [
        ground,
        *(Box(x=x, y=y, width=w, height=h, fill=colour, node=id) for x, y, w, h in arms),
    ]


def _pin(place: Place, colour: str, theme: Theme) -> list[Item]:
    """The head of a pin: a leaf holds still while ops come and go."""
    x, y = place.x + 14, place.y
    return [
        Box(
            x=x - size,
            y=y - size,
            width=2 * size,
            height=2 * size,
            radius=size,
            fill=fill,
            node=place.card.id,
        )
        for size, fill in ((5.0, colour), (2.0, theme.background))
    ]


def _texts(place: Place, status: Status | None, theme: Theme) -> list[Item]:
    """Title and torch's name; at the right the shape, of the loss its value once it is known."""
    card = place.card
    pale = theme.ahead_text if status is not None and status.stage == "ahead" else ""
    left, right = place.x + PADDING, place.x + card.width - PADDING
    items: list[Item] = [
        Text(
            x=left,
            y=place.y + TITLE_BASE,
            text=card.title,
            size=TITLE_SIZE,
            bold=True,
            colour=pale or theme.text,
            node=card.id,
        ),
        Text(
            x=left,
            y=place.y + NAME_BASE,
            text=card.subtitle,
            size=TEXT_SIZE,
            colour=pale or theme.muted,
            node=card.id,
        ),
    ]
    value = status.value if status is not None else None
    right_text = card.shape if value is None else "?" if value == "lost" else number(value)
    if right_text:
        items.append(
            Text(
                x=right,
                y=place.y + TITLE_BASE,
                text=right_text,
                size=TEXT_SIZE if value is None else TITLE_SIZE,
                font="mono",
                anchor="end",
                colour=pale or theme.text,
                node=card.id,
            )
        )
    return items


def _gradient(place: Place, status: Status, theme: Theme) -> list[Item]:
    """The line at the bottom: hatched where ``.grad`` is None, grey at 0, black at NaN."""
    card = place.card
    leaf = card.kind == "leaf"
    match status.grad:
        case None:
            return []
        case "none":
            return _none(place, "grad None" if leaf else "g None", status, theme)
        case "lost":
            value, fill, ink = "?", theme.gradient_fill, theme.gradient
        case 0.0:
            value, fill, ink = "0", theme.zero, theme.zero_text
        case norm if not math.isfinite(norm):
            value, fill, ink = number(norm), theme.bad_fill, theme.bad_text
        case norm:
            value, fill, ink = number(norm), theme.gradient_fill, theme.gradient
    label = "‖grad‖" if leaf else "‖g‖"
    items: list[Item] = [_value_box(place, place.x + INSET, fill=fill)]
    items += _value(place, place.x + PADDING, label, value, ink)
    if status.inside is not None:
        text = "?" if status.inside == "lost" else number(status.inside)
        wide = fonts.width("‖grad‖ ", size=TEXT_SIZE) + fonts.width(
            text, family="mono", size=TEXT_SIZE
        )
        items += _value(place, place.x + card.width - PADDING - wide - 2, "‖grad‖", text, ink)
    if status.added:
        items.append(
            Text(
                x=place.x + card.width - PADDING,
                y=place.y + VALUE_BASE,
                text="+=",
                size=TEXT_SIZE,
                font="mono",
                bold=True,
                anchor="end",
                colour=ink,
                node=card.id,
            )
        )
    return items


def _value(place: Place, x: float, label: str, value: str, ink: str) -> list[Item]:
    beside = x + fonts.width(label + " ", size=TEXT_SIZE) + 2
    y, id = place.y + VALUE_BASE, place.card.id
    return [
        Text(x=x, y=y, text=label, size=TEXT_SIZE, colour=ink, node=id),
        Text(x=beside, y=y, text=value, size=TEXT_SIZE, font="mono", colour=ink, node=id),
    ]


def _none(place: Place, text: str, status: Status, theme: Theme) -> list[Item]:
    beside = place.x + PADDING + fonts.width(text, size=TEXT_SIZE) + 8
    ink = theme.ahead_text if status.stage == "ahead" else theme.muted
    return [
        Text(
            x=place.x + PADDING,
            y=place.y + VALUE_BASE,
            text=text,
            size=TEXT_SIZE,
            colour=ink,
            node=place.card.id,
        ),
        _value_box(place, beside, stroke=theme.none, hatch=True),
    ]


def _value_box(
    place: Place,
    x: float,
    *,
    fill: str | None = None,
    stroke: str | None = None,
    hatch: bool = False,
) -> Box:
    return Box(
        x=x,
        y=place.y + VALUE_TOP,
        width=place.x + place.card.width - INSET - x,
        height=VALUE_HEIGHT,
        radius=5.0,
        fill=fill,
        stroke=stroke,
        hatch=hatch,
        node=place.card.id,
    )


def _updated_mark(place: Place, theme: Theme) -> Text:
    return Text(
        x=place.x + place.card.width - PADDING,
        y=place.y + NAME_BASE,
        text=gettext("updated"),
        size=TEXT_SIZE,
        bold=True,
        anchor="end",
        colour=theme.updated,
        node=place.card.id,
    )


def _saved(place: Place, status: Status, saved: Saved, theme: Theme) -> list[Item]:
    """How many tensors the node holds for backward, and a ghost of that when they are freed. Of one
    that was changed in place, its versions, in the line where no gradient will come.
    """
    if saved.changed is not None:
        text = saved.changed.versions
        if status.grad is not None:
            return _chip(place, text, ink=theme.error, line=theme.error, fill=theme.background)
        box = _value_box(place, place.x + INSET, stroke=theme.error, fill=theme.background)
        return [
            box,
            Text(
                x=place.x + PADDING,
                y=place.y + VALUE_BASE,
                text=text,
                size=TEXT_SIZE,
                bold=True,
                colour=theme.error,
                node=place.card.id,
            ),
        ]
    if saved.freed:
        text = gettext("{count} freed").format(count=saved.count)
        ground = theme.background
        return _chip(place, text, ink=theme.muted, line=theme.none, fill=ground, dashed=True)
    text = gettext("{count} saved").format(count=saved.count)
    return _chip(place, text, ink=theme.text, line=theme.saved_line, fill=theme.saved_fill)


def _edited(place: Place, theme: Theme) -> list[Item]:
    """On the lower border: the gradient that comes in there was changed by hand."""
    text, ink = gettext("edited"), theme.gradient
    return _chip(place, text, ink=ink, line=ink, fill=theme.background, low=True)


def _chip(
    place: Place,
    text: str,
    *,
    ink: str,
    line: str,
    fill: str,
    dashed: bool = False,
    low: bool = False,
) -> list[Item]:
    """A small label on the upper or the lower border."""
    x = place.x + CHIP_LEFT
    down = place.card.height + LOW if low else 0.0
    ground = Box(
        x=x,
        y=place.y + down + CHIP_TOP,
        width=fonts.width(text, size=TEXT_SIZE) + 2 * CHIP_PADDING,
        height=CHIP_HEIGHT,
        radius=CHIP_HEIGHT / 2,
        fill=fill,
        stroke=line,
        dashed=dashed,
        node=place.card.id,
    )
    y = place.y + down + CHIP_BASE
    word = Text(x=x + CHIP_PADDING, y=y, text=text, size=TEXT_SIZE, colour=ink, node=place.card.id)
    return [ground, word]


def _cursor(place: Place, theme: Theme) -> list[Item]:
    """A thick outline, and a chip with a pointer on its upper right corner."""
    card = place.card
    x, y = place.x + card.width - 28, place.y - OUTLINE - 8
    return [
        Box(
            x=place.x - OUTLINE,
            y=place.y - OUTLINE,
            width=card.width + 2 * OUTLINE,
            height=card.height + 2 * OUTLINE,
            radius=3.0 if card.kind == "leaf" else ROUND + 4,
            stroke=theme.cursor,
            stroke_width=4.0,
            node=card.id,
        ),
        Box(x=x, y=y, width=26.0, height=16.0, radius=5.0, fill=theme.cursor, node=card.id),
        Curve(
            points=polygon((x + 9, y + 3), (x + 19, y + 8), (x + 9, y + 13)),
            stroke=theme.cursor,
            stroke_width=0.0,
            fill=theme.background,
            closed=True,
            node=card.id,
        ),
    ]
