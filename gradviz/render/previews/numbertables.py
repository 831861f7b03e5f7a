"""What previews show, as tables of texts: for readers who see no picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradviz.data.previews.kinds import (
    Audio,
    ImageGrid,
    Points,
    Preview,
    Sample,
    Scalars,
    Signals,
    Slices,
    Table,
    TextTable,
    Tree,
    TreeRow,
    Word,
)
from gradviz.data.previews.told import EpochTold
from gradviz.i18n import gettext as _
from gradviz.render.previews.trees import what_text
from gradviz.render.previews.words import number

MOST = 200
"""Rows of a table."""


class NumberTable(NamedTuple):
    """Heads and rows of texts; a row for each sample, part or bar."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(preview: Preview) -> NumberTable | None:
    """The texts and numbers of a preview; None where they would say nothing."""
    heads, rows = _columns(preview)
    if isinstance(preview, Tree | Slices):
        return _table(heads, rows)
    return _table(("#", _("class or target"), *heads), rows)


def _columns(preview: Preview) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The heads behind those of the sample, and the rows."""
    match preview:
        case Tree(rows=parts):
            return (_("part"), _("what"), _("first values")), [
                (_written(row), what_text(row), row.values) for row in parts
            ]
        case Slices(bars=bars):
            return (_("from"), _("to"), _("how many")), [
                (number(bar.low), number(bar.high), str(bar.count)) for bar in bars
            ]
        case ImageGrid(tiles=tiles):
            return (_("pixels"),), [
                (*_named(tile.sample), f"{tile.width} × {tile.height}") for tile in tiles
            ]
        case TextTable(rows=lines):
            return (_("text"), _("length")), [
                (*_named(row.sample), " ".join(map(_word, row.words)), str(row.length))
                for row in lines
            ]
        case Table(heads=names, rows=cells):
            return names, [(*_named(row.sample), *row.cells) for row in cells]
        case Scalars(scalars=scalars):
            return (_("number"),), [
                (each.sample.index, each.name or each.sample.caption, each.text) for each in scalars
            ]
        case Points(dots=dots, axes=axes):
            return axes, [(*_named(dot.sample), number(dot.x), number(dot.y)) for dot in dots]
        case Signals(signals=curves) | Audio(signals=curves):
            return (_("values"),), [(*_named(each.sample), str(each.length)) for each in curves]


def _written(row: TreeRow) -> str:
    return f"batch{row.path}{row.name if row.kind == '…' else ''}"


def _word(word: Word) -> str:
    return word.text if word.number is None else f"{word.text} {word.number}".strip()


def balance_table(epoch: EpochTold) -> NumberTable:
    """How many samples of each class each batch has."""
    seen = [name for name in epoch.classes if any(name in each.classes for each in epoch.batches)]
    heads = (_("batch"), *seen)
    rows = [
        (str(each.number), *(str(each.classes.get(name, 0)) for name in seen))
        for each in epoch.batches
    ]
    return NumberTable(heads, tuple(rows[:MOST]))


def _named(sample: Sample) -> tuple[str, str]:
    return sample.index, sample.caption


def _table(heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> NumberTable | None:
    """The table without columns that are empty; None if nothing is left."""
    kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
    if not kept:
        return None
    shown = tuple(tuple(row[at] for at in kept) for row in rows[:MOST])
    return NumberTable(tuple(heads[at] for at in kept), shown)
