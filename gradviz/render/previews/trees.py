"""The parts of a batch as an indented list."""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.data.previews.kinds import Tree, TreeRow
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Curve, Item, Text, placed
from gradviz.render.previews.stack import LINE, SMALL, TEXT, Piece, family_of, paragraph, stacked
from gradviz.render.previews.words import shape_text
from gradviz.render.theme import Theme

INDENT = 18.0
BETWEEN = 16.0
WIDE = 560.0
"""From this width on the first values stand beside what a part is, else below."""
STEP = TEXT * LINE + 4


def draw_tree(tree: Tree, *, width: float, theme: Theme) -> Piece:
    """A line for each part: how one writes it, what it is, and its first values."""
    more = _("and more parts") if tree.more else ""
    return stacked((_rows(tree, width, theme), paragraph(more, width, colour=theme.text)))


def what_text(row: TreeRow) -> str:
    """What a part is: its type, shape and dtype, or how many parts it has."""
    if row.kind == "…":
        return _("and {count} more").format(count=row.length)
    parts = [row.kind]
    if row.shape is not None:
        parts.append(shape_text(row.shape))
    if row.dtype:
        parts.append(row.dtype)
    if row.length is not None and row.shape is None:
        parts.append(f"({row.length})")
    return " ".join(parts)


def _rows(tree: Tree, width: float, theme: Theme) -> Piece:
    names = [row.name or _("batch") for row in tree.rows]
    indent = min(INDENT, width / 3 / (1 + max((row.depth for row in tree.rows), default=0)))
    reach = max(
        (
            row.depth * indent + fonts.width(name, family=family_of(name), size=TEXT, bold=True)
            for row, name in zip(tree.rows, names, strict=True)
            if len(name) < 200
        ),
        default=0.0,
    )
    first = min(reach + BETWEEN, width * 0.4)
    wide = width >= WIDE
    whats = [fonts.width(what_text(row), size=TEXT) for row in tree.rows]
    second = min(first + max(whats, default=0.0) + BETWEEN, width * 0.7) if wide else width
    items: list[Item] = []
    top = 0.0
    for row, name in zip(tree.rows, names, strict=True):
        high = STEP if wide or not row.values else 2 * STEP
        drawn = _row(row, name, (indent, first, second, width), wide, theme)
        items += [placed(item, 0.0, top) for item in drawn]
        top += high
    return tuple(items), top


def _row(
    row: TreeRow,
    name: str,
    stops: tuple[float, float, float, float],
    wide: bool,
    theme: Theme,
) -> Iterator[Item]:
    indent, first, second, width = stops
    left = row.depth * indent
    if row.depth:
        yield _elbow(left - indent + 5, left - 3, theme)
    family = family_of(name)
    room = max(24.0, first - left - 8)
    yield Text(
        x=left,
        y=TEXT + 2,
        text=fonts.elided(name, room, family=family, size=TEXT),
        size=TEXT,
        colour=theme.text,
        font=family,
        hint=row.path,
    )
    what = what_text(row)
    yield Text(
        x=max(first, left + room),
        y=TEXT + 2,
        text=fonts.elided(what, max(24.0, second - first - 8), size=TEXT),
        size=TEXT,
        colour=theme.text,
        hint=what,
    )
    if row.values:
        x, y = (second, TEXT + 2) if wide else (max(first, left + room), TEXT + 2 + STEP)
        values = " ".join(row.values.split())
        family = family_of(values)
        yield Text(
            x=x,
            y=y,
            text=fonts.elided(values, width - x, family=family, size=SMALL),
            size=SMALL,
            colour=theme.muted,
            font=family,
            hint=values,
        )


def _elbow(x: float, right: float, theme: Theme) -> Curve:
    """The line from what holds a part to the part."""
    middle, top = TEXT - 3, -6.0
    corner = (x, middle)
    points = ((x, top), (x, top), corner, corner, corner, (right, middle), (right, middle))
    return Curve(points=points, stroke=theme.border, stroke_width=1.0)
