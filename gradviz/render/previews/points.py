"""Points in the plane: a sign and a colour for each class."""

from __future__ import annotations

from gradviz.data.previews.kinds import Points
from gradviz.render import fonts
from gradviz.render.drawing import Item, Text
from gradviz.render.previews.colours import class_colour
from gradviz.render.previews.legend import class_legend
from gradviz.render.previews.plot import ROOM_BELOW, ends, frame, marker, part_of, sort_of
from gradviz.render.previews.stack import SMALL, Piece, stacked
from gradviz.render.previews.words import foot, more_text, number
from gradviz.render.theme import Theme

WIDE, HIGH = 420.0, 300.0
INSIDE = 10.0
MANY = 200
"""From so many points on their signs are small."""


def draw_points(points: Points, *, width: float, theme: Theme) -> Piece:
    """The points in a frame, what their signs mean, and the numbers."""
    named = {place: name for place, name in enumerate(points.groups) if name}
    legend = class_legend(named, theme, width=width, signs=True)
    said = foot(points.numbers, theme, width=width, more=more_text(points.more))
    return stacked((legend, _plot(points, min(WIDE, width), theme), said))


def _plot(points: Points, width: float, theme: Theme) -> Piece:
    x_low, x_high = _reach([dot.x for dot in points.dots])
    y_low, y_high = _reach([dot.y for dot in points.dots])
    texts = [number(y_high), number(y_low)]
    name = fonts.elided(points.axes[1], width / 4, size=SMALL)
    aside = max(fonts.width(each, size=SMALL) for each in (*texts, name)) + 8
    wide = width - aside
    items: list[Item] = [frame(aside, 0, wide, HIGH, theme)]
    for y, text in zip((SMALL, HIGH - 2), texts, strict=True):
        items.append(_beside(text, aside - 6, y, theme))
    items.append(_beside(name, aside - 6, HIGH / 2 + SMALL / 2, theme))
    size = 8.0 if len(points.dots) < MANY else 5.0
    for dot in points.dots:
        x = aside + INSIDE + (wide - 2 * INSIDE) * part_of(dot.x, x_low, x_high)
        y = INSIDE + (HIGH - 2 * INSIDE) * part_of(dot.y, y_high, y_low)
        items.append(
            marker(
                x, y, size, sort_of(dot.group), fill=class_colour(dot.group, theme),
                stroke=theme.background, node=dot.sample.place,
            )
        )  # fmt: skip
    below = [
        (aside, number(x_low)), (width, number(x_high)), (aside + wide / 2, points.axes[0]),
    ]  # fmt: skip
    items += ends(below, HIGH, theme, left=aside, right=width)
    return tuple(items), HIGH + ROOM_BELOW


def _beside(text: str, x: float, y: float, theme: Theme) -> Text:
    return Text(x=x, y=y, text=text, size=SMALL, colour=theme.muted, anchor="end")


def _reach(values: list[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=0.0)
    return (low, high) if low < high else (low - 1, high + 1)
