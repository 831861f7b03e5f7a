"""Colours of previews: levels of signed numbers, and classes side by side."""

from __future__ import annotations

from functools import cache

from gradviz.data.previews.kinds import BAD_LEVEL, ZERO_LEVEL
from gradviz.render.theme import LIGHT, Theme

_OKABE_ITO = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7"),
    *("#56b4e9", "#d55e00", "#f0e442", "#8a8f98"),
)
_BRIGHT = (
    *("#56b4e9", "#e69f00", "#1fbf90", "#e08bbb"),
    *("#a5d5f5", "#f08a3c", "#f0e442", "#9aa5b4"),
)
_GREYS = ("#111111", "#bbbbbb", "#666666", "#dddddd", "#333333", "#999999", "#e8e8e8", "#4d4d4d")

COLOURS = 8
"""How many classes have a colour that no other one has."""


def class_colour(place: int, theme: Theme) -> str:
    """The colour of a class, by its place: those of Okabe and Ito, which people with any colour
    vision tell apart; greys for print.
    """
    colours = _GREYS if theme.name == "print" else _BRIGHT if theme.dark else _OKABE_ITO
    return colours[place % len(colours)]


def of_pixels(theme: Theme) -> Theme:
    """The theme itself, or the light one where only the reader's system knows the colours."""
    return theme if theme.positive.startswith("#") else LIGHT


def rgb_of(levels: bytes, theme: Theme) -> bytes:
    """Levels as pixels: white at 0, as in every signed heatmap of gradviz."""
    made = bytearray(3 * len(levels))
    known = of_pixels(theme)
    for channel, table in enumerate(_tables(known.positive, known.negative, known.bad_fill)):
        made[channel::3] = levels.translate(table)
    return bytes(made)


@cache
def _tables(positive: str, negative: str, bad: str) -> tuple[bytes, bytes, bytes]:
    """The red, green and blue of each level."""
    tables = []
    for channel in range(3):
        place = 1 + 2 * channel
        low, high, none = (int(each[place : place + 2], 16) for each in (negative, positive, bad))
        table = bytearray(256)
        for level in range(2 * ZERO_LEVEL + 1):
            part = abs(level - ZERO_LEVEL) / ZERO_LEVEL
            end = high if level >= ZERO_LEVEL else low
            table[level] = round(255 + (end - 255) * part)
        table[BAD_LEVEL] = none
        tables.append(bytes(table))
    return tables[0], tables[1], tables[2]
