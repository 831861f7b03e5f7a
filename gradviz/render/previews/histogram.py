"""Histograms: how many numbers lie where, in the colours of their signs."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.data.previews.kinds import Bar
from gradviz.i18n import gettext as _
from gradviz.render.drawing import Box, Item
from gradviz.render.previews.plot import ROOM_BELOW, ends, frame
from gradviz.render.previews.stack import NOTHING, Piece, paragraph
from gradviz.render.previews.words import number
from gradviz.render.theme import Theme

WIDE, HIGH = 360.0, 80.0
WIDEST = 40.0
"""Pixels of a bar, at most."""


def draw_bars(bars: Sequence[Bar], *, width: float, theme: Theme) -> Piece:
    """The bars over their axis; above them, how high the highest is."""
    if not bars:
        return NOTHING
    wide = min(WIDE, width, WIDEST * len(bars) + 80)
    most = max(bar.count for bar in bars)
    title = _("histogram; highest bar: {count}").format(count=most)
    words, top = paragraph(title, width, colour=theme.muted)
    items: list[Item] = [*words, frame(0, top, wide, HIGH, theme)]
    step = min(WIDEST, (wide - 8) / len(bars))
    left = (wide - step * len(bars)) / 2
    for place, bar in enumerate(bars):
        if not bar.count:
            continue
        high = max(1.0, (HIGH - 6) * bar.count / most)
        items.append(
            Box(
                x=left + place * step, y=top + HIGH - high, width=max(1.0, step - 1), height=high,
                fill=_colour(bar, theme), hint=_hint(bar),
            )
        )  # fmt: skip
    items += ends(_texts(bars, left, step), top + HIGH, theme, left=0.0, right=wide)
    return tuple(items), top + HIGH + ROOM_BELOW


def _texts(bars: Sequence[Bar], left: float, step: float) -> list[tuple[float, str]]:
    """What stands below: each number where the bars are numbers, else the ends and zero."""
    if bars[0].low == bars[0].high:
        middles = [(left + (place + 0.5) * step, number(bar.low)) for place, bar in enumerate(bars)]
        return [middles[0], middles[-1], *middles[1:-1]] if len(bars) > 1 else middles
    low, high = bars[0].low, bars[-1].high
    right = left + step * len(bars)
    found = [(left, number(low)), (right, number(high))]
    if low < 0 < high:
        found.append((left + (right - left) * -low / (high - low), "0"))
    return found


def _colour(bar: Bar, theme: Theme) -> str:
    middle = (bar.low + bar.high) / 2
    if middle == 0:
        return theme.none
    return theme.positive if middle > 0 else theme.negative


def _hint(bar: Bar) -> str:
    if bar.low == bar.high:
        return f"{number(bar.low)}: {bar.count}"
    return f"{number(bar.low)} … {number(bar.high)}: {bar.count}"
