"""Rows of numbers under the names of their columns, and a number a sample."""

from __future__ import annotations

from gradviz.data.previews.kinds import ZERO_LEVEL, Scalar, Scalars, Table
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text, placed
from gradviz.render.previews.stack import LINE, SMALL, TEXT, Piece, paragraph, stacked
from gradviz.render.previews.words import foot, more_text
from gradviz.render.theme import Theme

ROW = TEXT * LINE + 6
PADDING = 8.0
WIDEST = 130.0
"""Pixels of a column, at most."""
SHADE = 0.3
"""How strong the shade of the largest number is."""
CHIP = 34.0


def draw_table(table: Table, *, width: float, theme: Theme) -> Piece:
    """As many columns as there is room for; shades say how large a number is in its column."""
    names = [_name(row.sample.caption, row.sample.index) for row in table.rows]
    first = 0.0
    if any(names):
        reach = max(fonts.width(name[:60], size=TEXT, bold=True) for name in names)
        first = min(reach + 2 * PADDING, width * 0.35)
    widths = _widths(table, width - first)
    hidden = table.more_columns + len(table.heads) - len(widths)
    left = _("and {count} more columns").format(count=hidden) if hidden else ""
    said = _("shades: how large a number is in its column; blue above 0, orange below")
    if theme.name == "print":
        said = ""
    return stacked(
        (
            _rows(table, names, first, widths, theme),
            paragraph(left, width, colour=theme.text),
            foot(table.numbers, theme, width=width, more=more_text(table.more), said=said),
        )
    )


def draw_scalars(scalars: Scalars, *, width: float, theme: Theme) -> Piece:
    """The number of each sample, below it its class and its index in the dataset."""
    lines = [_lines(each) for each in scalars.scalars]
    high = max((len(each) for each in lines), default=0) * TEXT * LINE + 6
    items: list[Item] = []
    x = y = 0.0
    for scalar, texts in zip(scalars.scalars, lines, strict=True):
        reach = max(fonts.width(text[:60], size=TEXT, bold=True) for text in texts)
        wide = min(width, max(CHIP, min(reach, WIDEST) + 2 * PADDING))
        if x and x + wide > width:
            x, y = 0.0, y + high + 4
        items += [placed(item, x, y) for item in _chip(scalar, texts, wide, high, theme)]
        x += wide + 4
    said = foot(scalars.numbers, theme, width=width, more=more_text(scalars.more))
    return stacked(((tuple(items), y + high if items else 0.0), said))


def _name(caption: str, index: str) -> str:
    return " ".join(part for part in (caption, f"#{index}" if index else "") if part)


def _widths(table: Table, room: float) -> list[float]:
    """The widths of the columns that there is room for."""
    widths: list[float] = []
    for place, head in enumerate(table.heads):
        texts = [row.cells[place] for row in table.rows]
        reach = max((fonts.width(text, size=TEXT) for text in texts), default=0.0)
        wide = max(reach, min(fonts.width(head[:60], size=TEXT, bold=True), WIDEST)) + 2 * PADDING
        if widths and sum(widths) + wide > room:
            break
        widths.append(min(wide, room))
    return widths


def _rows(table: Table, names: list[str], first: float, widths: list[float], theme: Theme) -> Piece:
    items: list[Item] = []
    lefts = [first + sum(widths[:place]) for place in range(len(widths))]
    right = first + sum(widths)
    for place, left in enumerate(lefts):
        head = fonts.elided(table.heads[place], widths[place] - PADDING, size=TEXT, bold=True)
        items.append(
            Text(
                x=left + widths[place] - PADDING,
                y=TEXT + 3,
                text=head,
                size=TEXT,
                bold=True,
                colour=theme.text,
                anchor="end",
                hint=table.heads[place],
            )
        )
    items.append(Box(x=0, y=ROW, width=right, height=1, fill=theme.muted))
    top = ROW + 2
    for name, row in zip(names, table.rows, strict=True):
        node = row.sample.place
        base = top + TEXT + 3
        if name:
            shown = fonts.elided(name, first - PADDING, size=TEXT, bold=True)
            items.append(
                Text(
                    x=0,
                    y=base,
                    text=shown,
                    size=TEXT,
                    bold=True,
                    colour=theme.text,
                    node=node,
                    hint=name,
                )
            )
        for left, wide, cell, level in zip(lefts, widths, row.cells, row.levels, strict=False):
            items += _cell(cell, level, (left, top, wide), node, theme)
        top += ROW
    return tuple(items), top


def _cell(
    text: str, level: int, place: tuple[float, float, float], node: int, theme: Theme
) -> list[Item]:
    left, top, wide = place
    bad = text in ("nan", "inf", "-inf")
    shade = min(1.0, abs(level - ZERO_LEVEL) / ZERO_LEVEL)
    items: list[Item] = []
    if bad or (shade and theme.name != "print"):
        fill = theme.positive if level > ZERO_LEVEL else theme.negative
        items.append(
            Box(
                x=left + 1, y=top + 1, width=wide - 2, height=ROW - 2, radius=3, node=node,
                fill=theme.bad_fill if bad else fill, opacity=1.0 if bad else SHADE * shade,
            )
        )  # fmt: skip
    items.append(
        Text(
            x=left + wide - PADDING, y=top + TEXT + 3, size=TEXT, anchor="end", node=node,
            text=fonts.elided(text, wide - PADDING, size=TEXT),
            colour=theme.bad_text if bad else theme.text,
        )
    )  # fmt: skip
    return items


def _lines(scalar: Scalar) -> list[str]:
    sample = scalar.sample
    name = scalar.name or (sample.caption if sample.caption != scalar.text else "")
    return [scalar.text, *([name] if name else []), *([f"#{sample.index}"] if sample.index else [])]


def _chip(scalar: Scalar, texts: list[str], wide: float, high: float, theme: Theme) -> list[Item]:
    bad = texts[0] in ("nan", "inf", "-inf")
    node = scalar.sample.place
    items: list[Item] = [
        Box(
            x=0,
            y=0,
            width=wide,
            height=high,
            radius=5,
            stroke=theme.border,
            node=node,
            fill=theme.bad_fill if bad else theme.frame_fill,
        )
    ]
    for place, text in enumerate(texts):
        size = TEXT if place == 0 else SMALL
        plain = theme.text if place == 0 else theme.muted
        items.append(
            Text(
                x=wide / 2, y=TEXT + 4 + place * TEXT * LINE, size=size, bold=place == 0,
                text=fonts.elided(text, wide - 6, size=size, bold=place == 0),
                colour=theme.bad_text if bad else plain, anchor="middle", node=node, hint=text,
            )
        )  # fmt: skip
    return items
