"""Short sentences, made from a seed."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta

from gradviz.data.labelled import LabelledTensors
from gradviz.data.tables import DATASETS
from gradviz.spec.data import Seed


@DATASETS.add("texts")
def Reviews(
    count: Annotated[int, Meta(ge=1, le=1_000_000)] = 256, seed: Seed = 0
) -> LabelledTensors:
    """Sentences such as “the film was not good” as the numbers of their words (count, 5), of 12 and
    0 for none; class 1 for praise. A word alone does not say it, for “not” turns it round.
    """
    nouns, adjectives = ["film", "food", "music", "book"], ["good", "great", "bad", "dull"]
    words = ["", "the", "was", "not", *nouns, *adjectives]
    number = {word: place for place, word in enumerate(words)}
    generator = torch.Generator().manual_seed(seed)
    sentences: list[list[int]] = []
    praise: list[int] = []
    for noun, adjective, negated in torch.randint(4, (count, 3), generator=generator).tolist():
        verb = ["was", "not"] if negated % 2 else ["was"]
        sentence = ["the", nouns[noun], *verb, adjectives[adjective]]
        sentences.append([number[word] for word in [*sentence, ""][:5]])
        praise.append(int((adjective < 2) != bool(negated % 2)))
    return LabelledTensors(
        torch.tensor(sentences),
        torch.tensor(praise),
        classes=("complaint", "praise"),
        vocabulary=tuple(words),
    )
