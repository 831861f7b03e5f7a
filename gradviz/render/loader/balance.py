"""The classes of each batch as bars: how many samples of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradviz.i18n import gettext as _
from gradviz.render.drawing import Box, Item, Text
from gradviz.render.theme import Theme, text_on

BAR, GAP, HIGH = 22.0, 3.0, 120.0
SIZE = 12.0
_SHADES = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#a3a8ae")


def draw_balance(
    counts: Sequence[Mapping[str, int]], *, theme: Theme
) -> tuple[tuple[Item, ...], float, float]:
    """A bar a batch, with a part for each class that has its name in it; width and height."""
    names = sorted({name for each in counts for name in each}, key=_order)
    most = max((sum(each.values()) for each in counts), default=1)
    items: list[Item] = []
    for batch, each in enumerate(counts):
        x, y = batch * (BAR + GAP), HIGH
        for place, name in enumerate(names):
            count = each.get(name, 0)
            if not count:
                continue
            high = count / most * HIGH
            y -= high
            fill = _SHADES[place % len(_SHADES)]
            hint = _("batch {batch}: {count} of class {name}")
            items.append(
                Box(
                    x=x,
                    y=y,
                    width=BAR,
                    height=high,
                    fill=fill,
                    stroke=theme.panel,
                    hint=hint.format(batch=batch, count=count, name=name),
                    node=batch,
                )
            )
            if high >= SIZE and len(name) <= 2:
                items.append(
                    Text(
                        x=x + BAR / 2,
                        y=y + high / 2 + SIZE / 3,
                        text=name,
                        size=SIZE - 1,
                        colour=text_on(fill),
                        anchor="middle",
                        node=batch,
                    )
                )
        if batch % 5 == 0:
            items.append(
                Text(
                    x=x + BAR / 2,
                    y=HIGH + SIZE + 3,
                    text=str(batch),
                    size=SIZE,
                    colour=theme.muted,
                    anchor="middle",
                )
            )
    return tuple(items), max(1, len(counts)) * (BAR + GAP), HIGH + 2 * SIZE


def _order(name: str) -> tuple[int, int, str]:
    """Numbers by their size, before words."""
    return (0, int(name), "") if name.isdecimal() else (1, 0, name)
