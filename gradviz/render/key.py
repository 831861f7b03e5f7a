"""The key to a picture: what its signs mean, and only those that are in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.drawing import Box, Curve, Item, Text, placed
from gradviz.render.layout import Layout, straight
from gradviz.render.scene import TEXT_SIZE
from gradviz.render.status import Status
from gradviz.render.theme import Theme

WIDE, HIGH = 34.0, 18.0
"""Pixels of a sign."""
LINE = 28.0
BETWEEN = 26.0
"""Pixels between one sign's words and the next sign."""

Sign: TypeAlias = Callable[[Theme], tuple[Item, ...]]
"""Draws a sign with its upper left corner at (0, 0)."""


def draw_key(
    layout: Layout, statuses: Mapping[int, Status] | None, theme: Theme, *, room: float
) -> tuple[tuple[Item, ...], float]:
    """The signs with their words in rows no wider than ``room``, from (0, 0), and their height."""
    items: list[Item] = []
    x, y = 0.0, 0.0
    for sign, words in _entries(layout, statuses):
        wide = WIDE + 8 + fonts.width(words, size=TEXT_SIZE)
        if x and x + wide > room:
            x, y = 0.0, y + LINE
        items += [placed(item, x, y) for item in sign(theme)]
        items.append(
            Text(x=x + WIDE + 8, y=y + 13.5, text=words, size=TEXT_SIZE, colour=theme.text)
        )
        x += wide + BETWEEN
    return tuple(items), y + LINE if items else 0.0


def _entries(layout: Layout, statuses: Mapping[int, Status] | None) -> Iterator[tuple[Sign, str]]:
    kinds = {place.card.kind for place in layout.places if place.card.ghost is None}
    seen = [(place.card, (statuses or {}).get(place.card.id)) for place in layout.places]
    known = [status for _, status in seen if status is not None]
    moved = [card for card, status in seen if status is not None and status.stage == "updated"]
    if "leaf" in kinds:
        yield _leaf, gettext("leaf: its .grad is kept")
    if "function" in kinds:
        yield _function, gettext("op: a node of backward")
    if "output" in kinds:
        yield _output, gettext("where backward starts")
    if "module" in kinds:
        yield _module, gettext("folded: what is in it is not drawn")
    if layout.copies:
        yield _tag, gettext("a shared parameter once more")
    if any(status.stage == "ahead" for status in known):
        yield _ahead, gettext("not reached yet")
    if layout.routes:
        yield _data, gettext("value, forward")
    if any(status.sent for status in known):
        yield _gradient, gettext("gradient, back: thicker is larger")
    saved = [status.saved for status in known if status.saved is not None]
    if any(not each.freed for each in saved):
        yield _chip("1", dashed=False), gettext("tensors saved for backward")
    if any(each.freed for each in saved):
        yield _chip("1", dashed=True), gettext("saved tensors, freed again")
    if any(status.grad == "none" for status in known):
        yield _none, gettext("there is no gradient: None, not zero")
    if any(status.added for status in known):
        yield _word("+="), gettext("added to the .grad that was there")
    if moved:
        yield _thick, gettext("moved by the optimizer")
    if any(status.current for status in known):
        yield _cursor, gettext("this event")


def _leaf(theme: Theme) -> tuple[Item, ...]:
    pin = Box(x=5, y=-4, width=8, height=8, radius=4, fill=theme.leaf_line)
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0), pin)


def _function(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.function_fill, theme.function_line, radius=6),)


def _output(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.output_fill, theme.output_line, radius=6, width=2.5),)


def _module(theme: Theme) -> tuple[Item, ...]:
    arms = ((13, 8, 8, 2), (16, 5, 2, 8))
    plus = [Box(x=x, y=y, width=w, height=h, fill=theme.frame_text) for x, y, w, h in arms]
    return (_box(theme.frame_tab, theme.frame_line, radius=3), *plus)


def _tag(theme: Theme) -> tuple[Item, ...]:
    pin = Box(x=5, y=5, width=8, height=8, radius=4, fill=theme.background, stroke=theme.leaf_line)
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0, width=1.0), pin)


def _ahead(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.ahead_fill, theme.ahead_line, radius=6, dashed=True),)


def _none(theme: Theme) -> tuple[Item, ...]:
    return (Box(x=0, y=0, width=WIDE, height=HIGH, radius=5, stroke=theme.none, hatch=True),)


def _thick(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0, width=2.5),)


def _cursor(theme: Theme) -> tuple[Item, ...]:
    return (_box(None, theme.cursor, radius=6, width=4.0),)


def _data(theme: Theme) -> tuple[Item, ...]:
    line = straight((0.0, HIGH / 2), (WIDE, HIGH / 2))
    return (Curve(points=line, stroke=theme.edge, stroke_width=1.6, arrow=True),)


def _gradient(theme: Theme) -> tuple[Item, ...]:
    line = straight((WIDE, HIGH / 2), (0.0, HIGH / 2))
    return (Curve(points=line, stroke=theme.gradient_line, stroke_width=3.6, arrow=True),)


def _chip(text: str, *, dashed: bool) -> Sign:
    def draw(theme: Theme) -> tuple[Item, ...]:
        fill = theme.background if dashed else theme.saved_fill
        line = theme.none if dashed else theme.saved_line
        return (_box(fill, line, radius=HIGH / 2, width=1.0, dashed=dashed), *_word(text)(theme))

    return draw


def _word(text: str) -> Sign:
    def draw(theme: Theme) -> tuple[Item, ...]:
        middle = WIDE / 2
        return (
            Text(
                x=middle, y=13.5, text=text, size=TEXT_SIZE, font="mono", bold=True,
                anchor="middle", colour=theme.text,
            ),
        )  # fmt: skip

    return draw


def _box(
    fill: str | None, line: str, *, radius: float, width: float = 1.5, dashed: bool = False
) -> Box:
    return Box(
        x=0,
        y=0,
        width=WIDE,
        height=HIGH,
        fill=fill,
        stroke=line,
        stroke_width=width,
        radius=radius,
        dashed=dashed,
    )
