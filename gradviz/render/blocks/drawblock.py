"""A block's card as a display list, around its upper left corner."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from gradviz.render import fonts
from gradviz.render.blocks.blockcard import (
    LEFT,
    LOW,
    NAMES,
    PADDING,
    TEXT,
    TITLE,
    BlockCard,
    Side,
    count_text,
    room_for_settings,
)
from gradviz.render.blocks.groupsigns import SIDE, group_sign
from gradviz.render.blocks.settingsline import fitted
from gradviz.render.draw.glyphs import links, snowflake
from gradviz.render.drawing import Box, Curve, Item, Text
from gradviz.render.layout.layout import polygon
from gradviz.render.theme import Theme

PORT = 5.0
"""The radius of a port."""
SHEET = 4.0
LABEL = 12
"""Pixel size of the shape beside a wire and of a port's name."""
BELOW = 16.0
"""From a card's lower border to the base of the shape under it."""
BADGE = 9.0
BUBBLE, WIDEST, MOST = 9.0, 230.0, 4
"""Pixels around the words about a problem, how wide their lines are, and how many there are."""


class Condition(Struct, frozen=True):
    """What is known of a block where it stands: which of its ports have wires, by their places, the
    ``shapes`` that leave it, and what is wrong with it in ``words``.
    """

    wired_in: tuple[int, ...] = ()
    wired_out: tuple[int, ...] = ()
    shapes: tuple[str, ...] = ()
    problem: bool = False
    words: str = ""


@lru_cache(maxsize=4096)
def draw_block(card: BlockCard, condition: Condition, theme: Theme) -> tuple[Item, ...]:
    """Everything of a block but the marks of selection."""
    items = [*_ground(card, condition, theme), *_texts(card, theme), *_port_names(card, theme)]
    items += _ports(card, condition, theme)
    items += _shapes(card, condition, theme)
    if condition.problem:
        items += _bubble(card, condition.words, theme) if condition.words else []
        items += badge(card.width - 6, 2.0, theme)
    return tuple(items)


def badge(x: float, y: float, theme: Theme) -> list[Item]:
    """An octagon with an exclamation mark, around a middle: something is wrong here."""
    far, near = BADGE, BADGE * 0.414
    corners = polygon(
        (x - near, y - far), (x + near, y - far), (x + far, y - near), (x + far, y + near),
        (x + near, y + far), (x - near, y + far), (x - far, y + near), (x - far, y - near),
    )  # fmt: skip
    return [
        Curve(
            points=corners, stroke=theme.background, stroke_width=1.5, fill=theme.error, closed=True
        ),
        Box(x=x - 1.1, y=y - 5, width=2.2, height=6, radius=1, fill=theme.background),
        Box(x=x - 1.3, y=y + 2.4, width=2.6, height=2.6, radius=1.3, fill=theme.background),
    ]


def bubble_size(words: str) -> tuple[float, float]:
    """How much room the words take beside a card."""
    lines = _lines_of(words)
    width = max((fonts.width(line, size=LABEL + 1) for line in lines), default=0.0)
    return width + 2 * BUBBLE, 17.0 * len(lines) + BUBBLE


@lru_cache(maxsize=256)
def _lines_of(words: str) -> tuple[str, ...]:
    """The words in lines that are not too long; what is more than a few is left out."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and fonts.width(longer, size=LABEL + 1) > WIDEST:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], f"{lines[MOST - 1]} …"]
    return tuple(fonts.elided(line, WIDEST + 40, size=LABEL + 1) for line in lines)


def _bubble(card: BlockCard, words: str, theme: Theme) -> list[Item]:
    """What is wrong, at the right of the card."""
    lines = _lines_of(words)
    width, height = bubble_size(words)
    x, y, middle = card.width + 14, (card.height - height) / 2, card.height / 2
    items: list[Item] = [
        Box(
            x=x,
            y=y,
            width=width,
            height=height,
            radius=6.0,
            fill=theme.background,
            stroke=theme.error,
            stroke_width=1.5,
        ),
        Curve(
            points=polygon((x - 8, middle), (x + 1, middle - 6), (x + 1, middle + 6)),
            stroke=theme.error,
            stroke_width=0.0,
            fill=theme.error,
            closed=True,
        ),
    ]
    for place, line in enumerate(lines):
        base = y + BUBBLE / 2 + 13 + 17 * place
        items.append(Text(x=x + BUBBLE, y=base, text=line, size=LABEL + 1, colour=theme.error))
    return items


def _ground(card: BlockCard, condition: Condition, theme: Theme) -> list[Item]:
    fill, line = {
        "input": (theme.background, theme.edge),
        "output": (theme.output_fill, theme.output_line),
        "composite": (theme.frame_tab, theme.frame_text),
        "unknown": (theme.background, theme.error),
    }.get(card.sort, (theme.background, theme.function_line))
    if card.sort == "source" and card.learns:
        fill, line = theme.leaf_fill, theme.leaf_line
    if card.sort == "operation":
        fill = theme.function_fill
    if condition.problem:
        line = theme.error
    items: list[Item] = [
        Box(
            x=SHEET * behind,
            y=SHEET * behind,
            width=card.width,
            height=card.height,
            fill=fill,
            stroke=line,
            stroke_width=2.5 if condition.problem and not behind else 1.5,
            radius=_corner(card),
            dashed=card.sort == "unknown",
        )
        for behind in range(2 if card.many else 0, -1, -1)
    ]
    if card.sort == "composite":
        items += _plus(card, line, theme)
    return items


def _corner(card: BlockCard) -> float:
    """What enters or leaves a model has round ends, what it is made of sharp corners."""
    if card.sort in ("input", "output"):
        return LOW / 2
    if card.sort == "source" and card.learns:
        return 0.0
    return 4.0 if card.sort == "composite" else 8.0


def _plus(card: BlockCard, line: str, theme: Theme) -> list[Item]:
    """There is something in it."""
    x, y = card.width - 30, -8.0
    return [
        Box(x=x, y=y, width=16, height=16, radius=3, fill=theme.background, stroke=line),
        Box(x=x + 4, y=y + 7, width=8, height=2, fill=line),
        Box(x=x + 7, y=y + 4, width=2, height=8, fill=line),
    ]


def _texts(card: BlockCard, theme: Theme) -> list[Item]:
    top = NAMES if len(card.inputs) > 1 else 0.0
    base = top + LOW / 2 + TITLE * 0.36
    items: list[Item] = group_sign(card.group, PADDING - 5, top + (LOW - SIDE) / 2, theme)
    right = card.width - PADDING
    if card.frozen:
        items += snowflake(right - 6, top + LOW / 2, 7.0, theme.leaf_line)
        right -= 20
    if card.shared:
        items += links(right - 8, top + LOW / 2, theme.frame_text)
        right -= 24
    for mark in card.marks:
        width = fonts.width(mark, size=TEXT, bold=True)
        items.append(
            Box(
                x=right - width - 10,
                y=top + 8,
                width=width + 10,
                height=18,
                radius=9,
                fill=theme.frame_text,
            )
        )
        items.append(
            Text(
                x=right - 5,
                y=top + 21.5,
                text=mark,
                size=TEXT,
                bold=True,
                colour=theme.background,
                anchor="end",
            )
        )
        right -= width + 16
    room = right - LEFT
    title = fonts.elided(card.kind, room, size=TITLE, bold=True)
    items.append(Text(x=LEFT, y=base, text=title, size=TITLE, bold=True, colour=theme.text))
    used = fonts.width(title, size=TITLE, bold=True) + 10
    if room - used > 24:
        name = fonts.elided(card.name, room - used, size=TEXT)
        items.append(Text(x=right, y=base, text=name, size=TEXT, colour=theme.muted, anchor="end"))
    return items + _second_line(card, top, theme)


def _second_line(card: BlockCard, top: float, theme: Theme) -> list[Item]:
    """What it is set to, and in a leaf's colours how many numbers it learns."""
    items: list[Item] = []
    base = top + LOW + 10
    if card.settings:
        text = fitted(card.settings, room_for_settings(card), size=TEXT)
        items.append(Text(x=LEFT, y=base, text=text, size=TEXT, colour=theme.muted))
    if card.count:
        text = count_text(card.count)
        width = fonts.width(text, size=TEXT) + 10
        items.append(
            Box(
                x=card.width - PADDING - width + 5,
                y=base - 14,
                width=width,
                height=18,
                fill=theme.leaf_fill,
                stroke=theme.leaf_line,
            )
        )
        items.append(
            Text(
                x=card.width - PADDING,
                y=base - 0.5,
                text=text,
                size=TEXT,
                colour=theme.text,
                anchor="end",
            )
        )
    return items


def _port_names(card: BlockCard, theme: Theme) -> list[Item]:
    """Where there are several."""
    items: list[Item] = []
    sides: tuple[tuple[Side, tuple[str, ...], float], ...] = (
        ("in", card.inputs, 15.0),
        ("out", card.outputs, card.height - 8.0),
    )
    for side, names, base in sides:
        if len(names) > 1:
            room = card.width / len(names) - 6
            for place, name in enumerate(names):
                free = card.variadic and side == "in" and place == len(names) - 1
                items.append(
                    Text(
                        x=card.port(side, place)[0],
                        y=base,
                        text=fonts.elided("+" if free else name, room, size=LABEL),
                        size=LABEL,
                        colour=theme.muted,
                        anchor="middle",
                    )
                )
    return items


def _ports(card: BlockCard, condition: Condition, theme: Theme) -> list[Item]:
    items: list[Item] = []
    for place in range(len(card.inputs)):
        wired = place in condition.wired_in
        free = card.variadic and place == len(card.inputs) - 1
        line = theme.edge if wired else theme.muted if free and place else theme.saved_line
        items.append(_port(card, "in", place, line, wired, theme))
    for place in range(len(card.outputs)):
        wired = place in condition.wired_out
        items.append(_port(card, "out", place, theme.edge, wired, theme))
    return items


def _port(card: BlockCard, side: Side, place: int, line: str, wired: bool, theme: Theme) -> Item:
    """A filled disk if it has a wire, else a ring."""
    x, y = card.port(side, place)
    return Box(
        x=x - PORT,
        y=y - PORT,
        width=2 * PORT,
        height=2 * PORT,
        radius=PORT,
        fill=line if wired else theme.background,
        stroke=line,
        stroke_width=1.8,
    )


def _shapes(card: BlockCard, condition: Condition, theme: Theme) -> list[Item]:
    """The shapes that leave it, right of where their wires begin; of several one below the other,
    the first one lowest, so that no wire runs through two.
    """
    items: list[Item] = []
    several = len(condition.shapes) > 1
    for place, shape in enumerate(condition.shapes):
        x = card.port("out", place)[0] + 8
        y = card.height + BELOW + (2 * SHEET - 2 if card.many else 0.0)
        if several:
            y += 15 * (len(condition.shapes) - 1 - place)
            items.append(
                Box(
                    x=x - 2,
                    y=y - 11,
                    width=fonts.width(shape, family="mono", size=LABEL) + 4,
                    height=15,
                    radius=3,
                    fill=theme.frame_fill,
                    opacity=0.85,
                )
            )
        items.append(Text(x=x, y=y, text=shape, size=LABEL, font="mono", colour=theme.text))
    return items


def reach_below(count: int) -> float:
    """Pixels below a card that the shapes of so many outputs take."""
    return BELOW + 4 + 15 * max(count - 1, 0)
