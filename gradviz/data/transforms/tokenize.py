"""Texts as numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import torch
from torch import Tensor

from gradviz.data.tables import TRANSFORMS
from gradviz.spec.model import Size


@TRANSFORMS.add("texts", given=("values",))
class Tokenize:
    """A text as the numbers of its tokens: words and punctuation marks, what stands between spaces,
    letters (in Korean, syllables) or jamo. The vocabulary begins with "", which fills up, and the
    ``unknown`` word; then come the words that are named, or those of the samples for training, the
    most frequent first, ``size`` in all at most.
    """

    def __init__(
        self,
        values: Iterable[Any] = (),
        vocabulary: tuple[str, ...] = (),
        by: Literal["words", "spaces", "letters", "jamo"] = "words",
        lower: bool = True,
        unknown: str = "<unk>",
        size: Size | None = None,
    ) -> None:
        self.by = by
        self.lower = lower
        known = vocabulary
        if not known:
            found = Counter(token for text in values for token in self.tokens(text))
            known = tuple(sorted(found, key=lambda token: (-found[token], token)))
        self.vocabulary = tuple(dict.fromkeys(("", unknown, *known)))[:size]
        self.numbers = {token: number for number, token in enumerate(self.vocabulary)}
        self.unknown = self.numbers.get(unknown, 0)

    def tokens(self, text: Any) -> list[str]:
        """The pieces of a text; a list of words is in pieces already."""
        if not isinstance(text, str):
            return [word.lower() if self.lower else word for word in text]
        text = unicodedata.normalize("NFD" if self.by == "jamo" else "NFC", text)
        text = text.lower() if self.lower else text
        if self.by == "words":
            return re.findall(r"\w+|[^\w\s]", text)
        return text.split() if self.by == "spaces" else list(text)

    def __call__(self, text: Any) -> Tensor:
        numbers = [self.numbers.get(token, self.unknown) for token in self.tokens(text)]
        return torch.tensor(numbers, dtype=torch.int64)
