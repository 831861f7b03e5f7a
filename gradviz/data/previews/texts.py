"""Texts and token ids as rows of words."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from gradviz.data.previews.context import NOTHING_TOLD, Context
from gradviz.data.previews.kinds import Sample, TextRow, TextTable, Word
from gradviz.data.previews.numbers import dense

MOST = 32
WORDS = 48
LETTERS = 400
"""Letters of a text that are looked at: more than `WORDS` words have."""


def text_table(texts: Sequence[str], samples: Sequence[Sample], *, most: int = MOST) -> TextTable:
    """A row of words for each text."""
    rows = tuple(
        _text_row(text, sample) for text, sample in zip(texts[:most], samples, strict=False)
    )
    return TextTable(rows, more=max(0, len(texts) - most))


def token_table(
    tokens: Tensor | Sequence[Tensor],
    samples: Sequence[Sample],
    context: Context = NOTHING_TOLD,
    *,
    most: int = MOST,
) -> TextTable:
    """A row for each sample's token ids, with the words of the context's vocabulary.

    What a row ends in is padding where it is 0, and the vocabulary has no word for that.
    """
    known = context.vocabulary
    rows = []
    for each, sample in zip(tokens[:most], samples, strict=False):
        numbers = [int(number) for number in dense(each).reshape(-1).tolist()]
        rows.append(_token_row(numbers, sample, known))
    return TextTable(tuple(rows), len(known) or None, True, max(0, len(tokens) - most))


def _text_row(text: str, sample: Sample) -> TextRow:
    words = text.split()
    start = text[:LETTERS].split()[:WORDS]
    return TextRow(sample, tuple(map(Word, start)), len(words), max(0, len(words) - len(start)))


def _token_row(numbers: list[int], sample: Sample, known: Sequence[str]) -> TextRow:
    length = len(numbers)
    pads = bool(known) and known[0] in ("", "<pad>", "[PAD]")
    while pads and length and numbers[length - 1] == 0:
        length -= 1
    words = tuple(
        Word(_word(number, known), number, place >= length)
        for place, number in enumerate(numbers[:WORDS])
    )
    return TextRow(sample, words, length, max(0, len(numbers) - WORDS))


def _word(number: int, known: Sequence[str]) -> str:
    if not known:
        return ""
    return known[number] if 0 <= number < len(known) else "?"
