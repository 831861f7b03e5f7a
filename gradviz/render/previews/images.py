"""Images side by side, each with its class below."""

from __future__ import annotations

from gradviz.data.previews.kinds import ImageGrid, Sample, Tile
from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Item, Text, placed
from gradviz.render.previews.stack import GAP, LINE, SMALL, TEXT, Piece, stacked
from gradviz.render.previews.words import foot, more_text, spread_text
from gradviz.render.theme import Theme

CELL, LARGE = 128.0, 224.0
"""How wide a small image is drawn about, and one of few."""
FEW = 4
NARROWEST = 64.0
"""Pixels that a caption has at least."""


def draw_images(grid: ImageGrid, *, width: float, theme: Theme) -> Piece:
    """The grid and what is to be known of it."""
    said = foot(grid.numbers, theme, width=width, more=more_text(grid.more), said=spread_text(grid))
    return stacked((_grid(grid.tiles, width, theme), said))


def columns_for(count: int, wide: float, room: float) -> int:
    """As many columns as there is room for, but no more than fill the rows evenly."""
    most = max(1, int((room + GAP) // (wide + GAP)))
    rows = max(1, -(-count // most))
    return max(1, -(-count // rows))


def _grid(tiles: tuple[Tile, ...], width: float, theme: Theme) -> Piece:
    if not tiles:
        return (), 0.0
    sizes = [_drawn(tile, len(tiles), width) for tile in tiles]
    wide = min(width, max(NARROWEST, *(size[0] for size in sizes)))
    high = max(size[1] for size in sizes)
    several = len({(tile.width, tile.height) for tile in tiles}) > 1
    lines = [_lines(tile, several=several) for tile in tiles]
    below = max(map(len, lines)) * TEXT * LINE
    columns = columns_for(len(tiles), wide, width)
    items: list[Item] = []
    for place, (tile, size, texts) in enumerate(zip(tiles, sizes, lines, strict=True)):
        left = place % columns * (wide + GAP)
        top = place // columns * (high + below + GAP)
        drawn = _tile(tile, size, texts, wide, high, theme)
        items += [placed(item, left, top) for item in drawn]
    rows = -(-len(tiles) // columns)
    return tuple(items), rows * (high + below + GAP) - GAP


def _drawn(tile: Tile, count: int, room: float) -> tuple[float, float]:
    """How large a tile is drawn: whole pixels for each of its own, if there is room."""
    longer = max(tile.columns, tile.rows)
    cell = LARGE if count <= FEW else min(CELL, (room - 3 * GAP) / 4)
    factor = float(max(1, int(cell // longer)))
    factor = min(factor, room / tile.columns)
    return max(3.0, tile.columns * factor), max(3.0, tile.rows * factor)


def _lines(tile: Tile, *, several: bool) -> list[tuple[str, bool]]:
    """What stands below a tile, and whether it is the caption."""
    sample = tile.sample
    texts = [(sample.caption, True)] if sample.caption else []
    if sample.index:
        texts.append((f"#{sample.index}", False))
    if several:
        texts.append((f"{tile.width} × {tile.height}", False))
    return texts


def _tile(
    tile: Tile,
    size: tuple[float, float],
    texts: list[tuple[str, bool]],
    wide: float,
    high: float,
    theme: Theme,
) -> list[Item]:
    x, y = (wide - size[0]) / 2, high - size[1]
    sample: Sample = tile.sample
    items: list[Item] = [
        Bitmap(
            x=x,
            y=y,
            width=size[0],
            height=size[1],
            columns=tile.columns,
            rows=tile.rows,
            rgb=tile.rgb,
        ),
        Box(
            x=x,
            y=y,
            width=size[0],
            height=size[1],
            stroke=theme.border,
            node=sample.place,
            hint=sample.caption,
        ),
    ]
    for line, (text, strong) in enumerate(texts):
        pixels = TEXT if strong else SMALL
        items.append(
            Text(
                x=wide / 2,
                y=high + TEXT + line * TEXT * LINE + 2,
                text=fonts.elided(text, wide, size=pixels),
                size=pixels,
                colour=theme.text if strong else theme.muted,
                anchor="middle",
                node=sample.place,
                hint=text,
            )
        )
    return items
