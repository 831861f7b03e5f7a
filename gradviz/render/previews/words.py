"""What is said below a preview."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.data.previews.kinds import ImageGrid, Normalised, Numbers, Spread
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text
from gradviz.render.previews.stack import LINE, NOTHING, SMALL, Piece, paragraph, stacked
from gradviz.render.theme import Theme

SPREADS: dict[Spread, str] = {
    "unit": N_("black is 0, white is 1"),
    "bytes": N_("black is 0, white is 255"),
    "normalised": N_("shown as before {name}: × {std} + {mean}"),
    "stretched": N_("black is the smallest number, {low}, and white the largest, {high}"),
    "values": "",
}
MOST = 4
"""Numbers of a normalisation that are written."""


def shape_text(shape: Sequence[int]) -> str:
    """As torch prints a shape: ``(16, 1, 28, 28)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def number(value: float | None) -> str:
    """Four significant digits."""
    return "–" if value is None else f"{value:.4g}"


def numbers_text(numbers: Numbers) -> str:
    """The dtype, the shape and what the numbers are."""
    parts = [f"{numbers.dtype} {shape_text(numbers.shape)}"]
    if not numbers.count:
        parts.append(_("empty: it has no elements"))
    elif numbers.low is not None:
        parts.append(
            _("from {low} to {high}").format(low=number(numbers.low), high=number(numbers.high))
        )
        if numbers.dtype != "bool":
            parts.append(_("mean {mean}").format(mean=number(numbers.mean)))
            parts.append(_("std {std}").format(std=number(numbers.std)))
    if numbers.dtype.startswith("complex"):
        parts.append(_("magnitudes of complex numbers"))
    return " · ".join(parts)


def bad_text(numbers: Numbers) -> str:
    """How many numbers are none that one can compute with."""
    parts = []
    if numbers.nan:
        parts.append(_("NaN: {count}").format(count=numbers.nan))
    if numbers.infinite:
        parts.append(_("infinite: {count}").format(count=numbers.infinite))
    return " · ".join(parts)


def spread_text(grid: ImageGrid) -> str:
    """How the numbers became pixels."""
    numbers, undone = grid.numbers, grid.normalised
    told = {} if undone is None else normalised_facts(undone)
    low, high = (None, None) if numbers is None else (numbers.low, numbers.high)
    if grid.spread == "stretched" and numbers is None:
        return _("black is the smallest number of all, and white the largest")
    text = _(SPREADS[grid.spread]).format(low=number(low), high=number(high), **told)
    if any(tile.bad for tile in grid.tiles):
        bad = _("NaN and infinite numbers are magenta")
        text = f"{text} · {bad}" if text else bad
    return text


def normalised_facts(undone: Normalised) -> dict[str, str]:
    """A normalisation in words."""
    return {"name": undone.name, "mean": _tuple(undone.mean), "std": _tuple(undone.std)}


def foot(
    numbers: Numbers | None, theme: Theme, *, width: float, more: str = "", said: str = ""
) -> Piece:
    """What stands below a preview: what is left out, how to read it, and its numbers."""
    told = "" if numbers is None else numbers_text(numbers)
    bad = "" if numbers is None else bad_text(numbers)
    return stacked(
        (
            paragraph(more, width, colour=theme.text),
            paragraph(said, width, colour=theme.muted),
            paragraph(told, width, colour=theme.muted),
            _pill(bad, theme, width) if bad else NOTHING,
        ),
        gap=2.0,
    )


def more_text(count: int) -> str:
    """That there are more samples."""
    return _("and {count} more").format(count=count) if count else ""


def _pill(text: str, theme: Theme, width: float) -> Piece:
    """White on black, as NaN and infinite are marked everywhere."""
    text = fonts.elided(text, width - 16, size=SMALL, bold=True)
    wide = fonts.width(text, size=SMALL, bold=True) + 16
    high = SMALL * LINE + 4
    items: tuple[Item, ...] = (
        Box(x=0, y=0, width=wide, height=high, fill=theme.bad_fill, stroke=theme.border, radius=4),
        Text(x=8, y=SMALL + 4, text=text, size=SMALL, colour=theme.bad_text, bold=True),
    )
    return items, high


def _tuple(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.4g}"
    more = ", …" if len(values) > MOST else ""
    return f"({', '.join(f'{value:.4g}' for value in values[:MOST])}{more})"
