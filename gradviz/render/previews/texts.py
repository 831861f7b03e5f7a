"""Texts and tokens, a row a sample: the words as chips with their numbers, padding grey."""

from __future__ import annotations

from gradviz.data.previews.kinds import Sample, TextRow, TextTable, Word
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text, placed
from gradviz.render.previews.rows import rows_of
from gradviz.render.previews.stack import LINE, SMALL, TEXT, Piece, paragraph, stacked
from gradviz.render.previews.words import foot, more_text
from gradviz.render.theme import Theme

CHIP = TEXT * LINE + 6
NUMBER = SMALL * LINE
PADDING = 7.0
BETWEEN = 4.0
DOWN = 3.0
"""Pixels that a text is further down, to stand in the line of its caption."""


def draw_texts(table: TextTable, *, width: float, theme: Theme) -> Piece:
    """The rows, and what is to be known of them."""
    samples = [row.sample for row in table.rows]
    drawn = rows_of(
        samples,
        lambda place, room: _words(table, table.rows[place], room, theme),
        width=width,
        theme=theme,
    )
    return stacked((drawn, foot(None, theme, width=width, more=more_text(table.more),
                                said=_said(table))))  # fmt: skip


def _said(table: TextTable) -> str:
    lengths = [row.length for row in table.rows]
    if not lengths:
        return _("empty: it has no elements")
    low, high = min(lengths), max(lengths)
    count = str(low) if low == high else _("{low} to {high}").format(low=low, high=high)
    if not table.tokens:
        return _("words a row: {count}").format(count=count)
    parts = [_("tokens a row: {count}").format(count=count)]
    if table.vocabulary is not None:
        parts.append(_("words in the vocabulary: {count}").format(count=table.vocabulary))
    if any(word.padding for row in table.rows for word in row.words):
        parts.append(_("dashed: padding, not counted"))
    return " · ".join(parts)


def _words(table: TextTable, row: TextRow, room: float, theme: Theme) -> Piece:
    left = _("… {count} more").format(count=row.more) if row.more else ""
    if not table.tokens:
        text = " ".join(word.text for word in row.words)
        text = f"{text} {left}".strip() or _("(no words)")
        colour = theme.text if row.words else theme.muted
        lines, high = paragraph(text, room, colour=colour, size=TEXT, most=6, node=row.sample.place)
        return tuple(placed(line, 0.0, DOWN) for line in lines), high + DOWN
    items: list[Item] = []
    x = y = 0.0
    named = any(word.text for word in row.words)
    high = CHIP + (NUMBER if named else 0.0)
    for word in row.words:
        wide = _wide(word, room)
        if x and x + wide > room:
            x, y = 0.0, y + high + BETWEEN
        items += [placed(item, x, y) for item in _chip(word, wide, row.sample, theme, named=named)]
        x += wide + BETWEEN
    if left:
        wide = fonts.width(left, size=SMALL)
        if x + wide > room:
            x, y = 0.0, y + high + BETWEEN
        items.append(Text(x=x, y=y + TEXT + 4, text=left, size=SMALL, colour=theme.muted))
    return tuple(items), y + high


def _wide(word: Word, room: float) -> float:
    inside = fonts.width(word.text[:200], size=TEXT)
    number = fonts.width(str(word.number), size=SMALL)
    return min(room, max(22.0, inside + 2 * PADDING, number + 2 * PADDING))


def _chip(
    word: Word, wide: float, sample: Sample, theme: Theme, *, named: bool
) -> tuple[Item, ...]:
    colour = theme.ahead_text if word.padding else theme.text
    box = Box(
        x=0,
        y=0,
        width=wide,
        height=CHIP,
        fill=None if word.padding else theme.frame_fill,
        stroke=theme.border,
        dashed=word.padding,
        radius=5,
        node=sample.place,
    )
    shown = word.text if named else str(word.number)
    text = Text(
        x=wide / 2,
        y=TEXT + 4,
        text=fonts.elided(shown, wide - 6, size=TEXT),
        size=TEXT,
        colour=colour,
        anchor="middle",
        node=sample.place,
        hint=shown,
    )
    if not named:
        return box, text
    number = Text(
        x=wide / 2,
        y=CHIP + SMALL,
        text=str(word.number),
        size=SMALL,
        colour=theme.ahead_text if word.padding else theme.muted,
        anchor="middle",
        node=sample.place,
    )
    return box, text, number
