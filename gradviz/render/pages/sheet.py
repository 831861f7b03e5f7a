"""Contact sheets: the samples of a batch side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradviz.data.tile import Tile
from gradviz.render.drawing import Bitmap, Drawing, Item, Text
from gradviz.render.theme import Theme

_GAP = 12.0
_CAPTION = 22.0


def sheet(tiles: Sequence[Tile], theme: Theme, *, title: str = "", side: float = 84.0) -> Drawing:
    """A page of tiles, about twice as wide as high, each with its caption below."""
    columns = _columns(len(tiles))
    rows = math.ceil(len(tiles) / columns)
    top = _GAP + (28.0 if title else 0.0)
    items: list[Item] = []
    if title:
        items.append(Text(x=_GAP, y=_GAP + 16, text=title, size=16, colour=theme.text, bold=True))
    for i, tile in enumerate(tiles):
        x = _GAP + (i % columns) * (side + _GAP)
        y = top + (i // columns) * (side + _CAPTION + _GAP)
        scale = side / max(tile.columns, tile.rows)
        items.append(
            Bitmap(
                x=x + (side - tile.columns * scale) / 2,
                y=y + (side - tile.rows * scale) / 2,
                width=tile.columns * scale,
                height=tile.rows * scale,
                columns=tile.columns,
                rows=tile.rows,
                rgb=tile.rgb,
            )
        )
        items.append(
            Text(
                x=x + side / 2,
                y=y + side + 16,
                text=tile.caption,
                size=14,
                colour=theme.text,
                anchor="middle",
            )
        )
    width = _GAP + columns * (side + _GAP)
    height = top + rows * (side + _CAPTION + _GAP)
    return Drawing(width, height, theme.background, tuple(items), title=title)


def _columns(count: int) -> int:
    """About twice as many columns as rows; a number that leaves no gap, if one is near."""
    wanted = max(1, math.ceil(math.sqrt(2 * count)))
    return next((n for n in range(wanted, wanted * 3 // 2 + 1) if count % n == 0), wanted)
