"""A sample on its way through the transforms, step beside step."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.data.previews.told import StepTold
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Item, Text, placed
from gradviz.render.previews.draw import draw_preview
from gradviz.render.previews.stack import LINE, TEXT, Piece
from gradviz.render.theme import Theme

LEAST = 150.0
"""Pixels of a step, at least."""
BETWEEN = 20.0
HEAD = TEXT * LINE + 6


def draw_steps(steps: Sequence[StepTold], width: float, theme: Theme) -> Piece:
    """The steps in rows, each under the name of its transform."""
    columns = max(1, min(len(steps), int((width + BETWEEN) // (LEAST + BETWEEN))))
    wide = (width - (columns - 1) * BETWEEN) / columns
    items: list[Item] = []
    top = high = 0.0
    for place, step in enumerate(steps):
        if place and place % columns == 0:
            top, high = top + high + BETWEEN, 0.0
        left = place % columns * (wide + BETWEEN)
        name = f"▸ {step.name}" if step.name else _("as it was")
        shown = fonts.elided(name, wide, size=TEXT, bold=True)
        items.append(
            Text(x=left, y=top + TEXT + 2, text=shown, size=TEXT, bold=True, colour=theme.text)
        )
        drawn, tall = draw_preview(step.preview, width=wide, theme=theme)
        items += [placed(item, left, top + HEAD) for item in drawn]
        high = max(high, HEAD + tall)
    return tuple(items), top + high
