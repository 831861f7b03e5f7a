"""Rows of samples: at the left which one it is, beside it what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradviz.data.previews.kinds import Sample
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text, placed
from gradviz.render.previews.stack import LINE, SMALL, TEXT, Piece
from gradviz.render.theme import Theme

NARROW = 440.0
"""Below this width the sample is named above its row."""
BETWEEN = 14.0
PADDING = 6.0


def rows_of(
    samples: Sequence[Sample],
    inside: Callable[[int, float], Piece],
    *,
    width: float,
    theme: Theme,
) -> Piece:
    """A row for each sample, with what ``inside`` draws for its place in the room that is left."""
    aside = _aside(samples, width)
    items: list[Item] = []
    top = 0.0
    for place, sample in enumerate(samples):
        named, high = _named(sample, aside or width, theme, across=not aside)
        left = aside + BETWEEN if aside else 0.0
        down = 0.0 if aside else high
        drawn, tall = inside(place, width - left)
        if place:
            items.append(Box(x=0, y=top, width=width, height=1, fill=theme.border))
        top += PADDING
        items += [placed(item, 0.0, top) for item in named]
        items += [placed(item, left, top + down) for item in drawn]
        top += max(high, down + tall) + PADDING
    return tuple(items), top


def _aside(samples: Sequence[Sample], width: float) -> float:
    """How wide the names of the samples are, 0 if they stand above the rows or there are none."""
    if width < NARROW:
        return 0.0
    reach = max(
        (
            max(fonts.width(each.caption, size=TEXT, bold=True),
                fonts.width(f"#{each.index}", size=SMALL) if each.index else 0.0)
            for each in samples
        ),
        default=0.0,
    )  # fmt: skip
    return min(reach, width * 0.25)


def _named(sample: Sample, room: float, theme: Theme, *, across: bool) -> Piece:
    """The caption and the index of a sample: below each other, or ``across`` in one line."""
    items: list[Item] = []
    index = f"#{sample.index}" if sample.index else ""
    kept = fonts.width(index, size=SMALL) + BETWEEN if across and index else 0.0
    caption = fonts.elided(sample.caption, max(24.0, room - kept), size=TEXT, bold=True)
    x = y = 0.0
    if caption:
        items.append(
            Text(
                x=0, y=TEXT + 3, text=caption, size=TEXT, bold=True, colour=theme.text,
                node=sample.place, hint=sample.caption,
            )
        )  # fmt: skip
        reach = fonts.width(caption, size=TEXT, bold=True)
        x, y = (reach + BETWEEN, 0.0) if across else (0.0, TEXT * LINE)
    if index:
        items.append(
            Text(
                x=x, y=y + TEXT + 3, text=fonts.elided(index, room, size=SMALL), size=SMALL,
                colour=theme.muted, node=sample.place,
            )
        )  # fmt: skip
        y += TEXT * LINE if not across or not caption else 0.0
    if across and caption:
        y = TEXT * LINE
    return tuple(items), y + (4.0 if y else 0.0)
