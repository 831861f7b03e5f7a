"""The signs of a picture, each alone, for its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gradviz.render.draw.glyphs import scissors, snowflake
from gradviz.render.drawing import Box, Curve, Item, Text
from gradviz.render.layout.layout import straight
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.theme import Theme

WIDE, HIGH = 34.0, 18.0
"""Pixels of a sign."""

Sign: TypeAlias = Callable[[Theme], tuple[Item, ...]]
"""Draws a sign with its upper left corner at (0, 0)."""


def leaf(theme: Theme) -> tuple[Item, ...]:
    pin = Box(x=5, y=-4, width=8, height=8, radius=4, fill=theme.leaf_line)
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0), pin)


def function(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.function_fill, theme.function_line, radius=6),)


def output(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.output_fill, theme.output_line, radius=6, width=2.5),)


def module(theme: Theme) -> tuple[Item, ...]:
    arms = ((13, 8, 8, 2), (16, 5, 2, 8))
    plus = [Box(x=x, y=y, width=w, height=h, fill=theme.frame_text) for x, y, w, h in arms]
    return (_box(theme.frame_tab, theme.frame_line, radius=3), *plus)


def tag(theme: Theme) -> tuple[Item, ...]:
    pin = Box(x=5, y=5, width=8, height=8, radius=4, fill=theme.background, stroke=theme.leaf_line)
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0, width=1.0), pin)


def ahead(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.ahead_fill, theme.ahead_line, radius=6, dashed=True),)


def none(theme: Theme) -> tuple[Item, ...]:
    return (Box(x=0, y=0, width=WIDE, height=HIGH, radius=5, stroke=theme.none, hatch=True),)


def thick(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.leaf_fill, theme.leaf_line, radius=0, width=2.5),)


def cursor(theme: Theme) -> tuple[Item, ...]:
    return (_box(None, theme.cursor, radius=6, width=4.0),)


def data(theme: Theme) -> tuple[Item, ...]:
    line = straight((0.0, HIGH / 2), (WIDE, HIGH / 2))
    return (Curve(points=line, stroke=theme.edge, stroke_width=1.6, arrow=True),)


def gradient(theme: Theme) -> tuple[Item, ...]:
    line = straight((WIDE, HIGH / 2), (0.0, HIGH / 2))
    return (Curve(points=line, stroke=theme.gradient_line, stroke_width=3.6, arrow=True),)


def chip(text: str, *, dashed: bool) -> Sign:
    def draw(theme: Theme) -> tuple[Item, ...]:
        fill = theme.background if dashed else theme.saved_fill
        line = theme.none if dashed else theme.saved_line
        return (_box(fill, line, radius=HIGH / 2, width=1.0, dashed=dashed), *word(text)(theme))

    return draw


def word(text: str) -> Sign:
    def draw(theme: Theme) -> tuple[Item, ...]:
        return _text(text, theme.text)

    return draw


def value(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.background, theme.edge, radius=HIGH / 2),)


def frame(theme: Theme) -> tuple[Item, ...]:
    tab = Box(x=0, y=0, width=15, height=8, radius=2, fill=theme.frame_tab, stroke=theme.frame_line)
    return (_box(theme.frame_fill, theme.frame_line, radius=3, width=1.2), tab)


def sheets(theme: Theme) -> tuple[Item, ...]:
    return tuple(
        Box(
            x=3 * behind, y=3 * behind, width=WIDE - 6, height=HIGH - 6, radius=3,
            fill=theme.frame_tab, stroke=theme.frame_line, stroke_width=1.2,
        )
        for behind in (2, 1, 0)
    )  # fmt: skip


def changed(theme: Theme) -> tuple[Item, ...]:
    ground = _box(theme.background, theme.error, radius=HIGH / 2, width=1.0)
    return (ground, *_text("v1", theme.error))


def zero(theme: Theme) -> tuple[Item, ...]:
    return (
        Box(x=0, y=0, width=WIDE, height=HIGH, radius=5, fill=theme.zero),
        *_text("0", theme.zero_text),
    )


def bad(theme: Theme) -> tuple[Item, ...]:
    ground = Box(x=0, y=0, width=WIDE, height=HIGH, radius=5, fill=theme.bad_fill)
    return (ground, *_text("nan", theme.bad_text))


def edited(theme: Theme) -> tuple[Item, ...]:
    ground = _box(theme.background, theme.gradient, radius=HIGH / 2, width=1.0)
    return (ground, *_text("g", theme.gradient))


def frozen(theme: Theme) -> tuple[Item, ...]:
    return (
        _box(theme.zero, theme.muted, radius=0),
        *snowflake(WIDE / 2, HIGH / 2, 7.0, theme.text),
    )


def ghost(theme: Theme) -> tuple[Item, ...]:
    return (_box(theme.background, theme.muted, radius=6, dashed=True),)


def cut(theme: Theme) -> tuple[Item, ...]:
    ground = _box(theme.background, theme.text, radius=HIGH / 2, width=1.3)
    return (ground, *scissors(WIDE / 2, HIGH / 2, theme.text))


def _text(text: str, ink: str) -> tuple[Item, ...]:
    return (
        Text(
            x=WIDE / 2, y=13.5, text=text, size=TEXT_SIZE, font="mono", bold=True,
            anchor="middle", colour=ink,
        ),
    )  # fmt: skip


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
