"""What the colours of a preview stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradviz.data.previews.kinds import ZERO_LEVEL
from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Item, Text, placed
from gradviz.render.previews.colours import COLOURS, class_colour, rgb_of
from gradviz.render.previews.plot import ROOM_BELOW, ends, marker, sort_of
from gradviz.render.previews.stack import LINE, NOTHING, SMALL, Piece
from gradviz.render.previews.words import number
from gradviz.render.theme import Theme

SCALE = 180.0
BAR = 10.0
SIGN = 10.0
BETWEEN = 18.0


def class_legend(
    names: Mapping[int, str],
    theme: Theme,
    *,
    width: float,
    signs: bool = False,
    hatched: bool = False,
) -> Piece:
    """The classes by their numbers, with their colours, in lines; with ``signs`` also with those of
    `marker`, else ``hatched`` where the colours begin again.
    """
    signed = []
    for place, name in names.items():
        fill, stroke = class_colour(place, theme), theme.border
        again = hatched and place >= COLOURS
        sign: Item = Box(
            x=-SIGN / 2,
            y=-SIGN / 2,
            width=SIGN,
            height=SIGN,
            fill=fill,
            stroke=theme.background if again else stroke,
            hatch=again,
        )
        if signs:
            sign = marker(0, 0, SIGN, sort_of(place), fill=fill, stroke=stroke)
        signed.append((sign, name or "–"))
    return _lined(signed, theme, width)


def swatches(colours: Sequence[tuple[str, str]], theme: Theme, *, width: float) -> Piece:
    """Colours, each with what it means, in lines."""
    signed: list[tuple[Item, str]] = [
        (marker(0, 0, SIGN, 1, fill=fill, stroke=theme.border), text) for fill, text in colours
    ]
    return _lined(signed, theme, width)


def _lined(signed: Sequence[tuple[Item, str]], theme: Theme, width: float) -> Piece:
    """Signs around (0, 0), each before its text, in lines."""
    items: list[Item] = []
    x = y = 0.0
    step = SMALL * LINE + 2
    for sign, words in signed:
        text = fonts.elided(words, width - SIGN - 6, size=SMALL)
        wide = SIGN + 6 + fonts.width(text, size=SMALL)
        if x and x + wide > width:
            x, y = 0.0, y + step
        middle = y + step / 2
        items.append(placed(sign, x + SIGN / 2, middle))
        items.append(
            Text(x=x + SIGN + 6, y=middle + SMALL * 0.35, text=text, size=SMALL, colour=theme.text)
        )
        x += wide + BETWEEN
    return (tuple(items), y + step) if items else NOTHING


def scale_legend(scale: float, theme: Theme, *, width: float) -> Piece:
    """The colours of signed numbers from one end of the scale to the other."""
    wide = min(SCALE, width)
    levels = bytes(range(2 * ZERO_LEVEL + 1))
    items: list[Item] = [
        Bitmap(
            x=0, y=0, width=wide, height=BAR, columns=len(levels), rows=1,
            rgb=rgb_of(levels, theme),
        ),
        Box(x=0, y=0, width=wide, height=BAR, stroke=theme.border),
    ]  # fmt: skip
    texts = [(0.0, number(-scale)), (wide, f"+{number(scale)}"), (wide / 2, "0")]
    items += ends(texts, BAR, theme, left=0.0, right=wide)
    return tuple(items), BAR + ROOM_BELOW
