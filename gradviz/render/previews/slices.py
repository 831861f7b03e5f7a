"""Tensors of any rank: heatmaps of the last two dimensions, and a histogram."""

from __future__ import annotations

from gradviz.data.previews.kinds import Heatmap, Slices
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Item, Text, placed
from gradviz.render.previews.colours import rgb_of
from gradviz.render.previews.histogram import draw_bars
from gradviz.render.previews.images import columns_for
from gradviz.render.previews.legend import scale_legend
from gradviz.render.previews.stack import GAP, LINE, NOTHING, SMALL, Piece, paragraph, stacked
from gradviz.render.previews.words import foot
from gradviz.render.theme import Theme

CELL, LARGE = 112.0, 224.0
ROW = 448.0
"""How wide a vector is drawn about."""
FEW = 4
THIN = 14.0
"""Pixels that a heatmap has at least each way, if there is room."""


def draw_slices(slices: Slices, *, width: float, theme: Theme) -> Piece:
    """The heatmaps with their indices, their scale, the histogram, and the numbers."""
    more = _("and {count} more slices").format(count=slices.more) if slices.more else ""
    few = slices.heatmaps and slices.scale > 0
    return stacked(
        (
            _heatmaps(slices, width, theme),
            scale_legend(slices.scale, theme, width=width) if few else NOTHING,
            paragraph(more, width, colour=theme.text),
            draw_bars(slices.bars, width=width, theme=theme),
            foot(slices.numbers, theme, width=width, said=_said(slices)),
        )
    )


def _said(slices: Slices) -> str:
    shape = slices.numbers.shape
    if not slices.heatmaps or len(shape) < 2:
        return ""
    return _("a slice is {rows} × {columns}: the last two dimensions").format(
        rows=shape[-2], columns=shape[-1]
    )


def _heatmaps(slices: Slices, width: float, theme: Theme) -> Piece:
    heatmaps = slices.heatmaps
    if not heatmaps:
        return NOTHING
    sizes = [_drawn(each, len(heatmaps), width) for each in heatmaps]
    captions = [_caption(each, slices) for each in heatmaps]
    reach = max(fonts.width(text[:60], size=SMALL, family="mono") for text in captions)
    wide = min(width, max(min(reach, CELL), *(size[0] for size in sizes), THIN))
    high = max(size[1] for size in sizes)
    below = SMALL * LINE + 2 if any(captions) else 0.0
    columns = columns_for(len(heatmaps), wide, width)
    items: list[Item] = []
    for place, (each, size, text) in enumerate(zip(heatmaps, sizes, captions, strict=True)):
        left = place % columns * (wide + GAP)
        top = place // columns * (high + below + GAP)
        node = _node(each, slices)
        items += [
            placed(item, left, top) for item in _heatmap(each, size, text, wide, high, node, theme)
        ]
    rows = -(-len(heatmaps) // columns)
    return tuple(items), rows * (high + below + GAP) - GAP


def _drawn(heatmap: Heatmap, count: int, room: float) -> tuple[float, float]:
    cell = LARGE if count <= FEW else CELL
    longer = max(heatmap.columns, heatmap.rows)
    if heatmap.rows == 1 and heatmap.columns > 4 and count <= FEW:
        cell = min(ROW, room)
    factor = float(max(1, min(32, int(cell // longer))))
    factor = min(factor, room / heatmap.columns)
    return max(THIN, heatmap.columns * factor), max(THIN, heatmap.rows * factor)


def _caption(heatmap: Heatmap, slices: Slices) -> str:
    """The leading indices, and whose slice it is."""
    if not heatmap.indices:
        return ""
    place = heatmap.indices[0]
    known = slices.samples[place] if place < len(slices.samples) else None
    indices = f"[{', '.join(map(str, heatmap.indices))}]"
    return f"{indices} {known.caption}" if known is not None and known.caption else indices


def _node(heatmap: Heatmap, slices: Slices) -> int | None:
    return heatmap.indices[0] if heatmap.indices and slices.samples else None


def _heatmap(
    heatmap: Heatmap,
    size: tuple[float, float],
    text: str,
    wide: float,
    high: float,
    node: int | None,
    theme: Theme,
) -> list[Item]:
    x, y = (wide - size[0]) / 2, high - size[1]
    items: list[Item] = [
        Bitmap(
            x=x, y=y, width=size[0], height=size[1], columns=heatmap.columns, rows=heatmap.rows,
            rgb=rgb_of(heatmap.levels, theme),
        ),
        Box(x=x, y=y, width=size[0], height=size[1], stroke=theme.border, node=node, hint=text),
    ]  # fmt: skip
    if text:
        shown = fonts.elided(text, wide, size=SMALL)
        items.append(
            Text(
                x=wide / 2, y=high + SMALL + 3, text=shown, size=SMALL, colour=theme.muted,
                anchor="middle", node=node, hint=text,
            )
        )  # fmt: skip
    return items
