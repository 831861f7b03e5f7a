"""Given names, and where they are usual: what a network over letters learns from."""

from __future__ import annotations

from typing import Annotated

import torch
from msgspec import Meta

from gradviz.data.labelled import LabelledTensors, LabelledTexts
from gradviz.data.tables import DATASETS
from gradviz.resources import assets

Length = Annotated[int, Meta(ge=1, le=64)]


@DATASETS.add("texts")
def Names(letters: bool = False, length: Length = 12) -> LabelledTensors | LabelledTexts:
    """400 given names of eight languages in Latin letters: each a dictionary {"Text": "Minjun",
    "Class": 5}. With ``letters`` the numbers of its letters (length,), a = 1 and 0 for none, and
    its class.
    """
    lines = (assets() / "texts" / "names.tsv").read_text("utf-8").splitlines()
    classes = tuple(line.split("\t")[0] for line in lines)
    spoken = [line.split("\t")[1].split() for line in lines]
    names = [name for together in zip(*spoken, strict=True) for name in together]
    labels = [place % len(classes) for place in range(len(names))]
    if not letters:
        return LabelledTexts(names, labels, classes)
    vocabulary = ("", *"abcdefghijklmnopqrstuvwxyz")
    numbers = torch.zeros(len(names), length, dtype=torch.long)
    for row, name in zip(numbers, names, strict=True):
        told = [vocabulary.index(letter) for letter in name.lower()[:length]]
        row[: len(told)] = torch.tensor(told)
    return LabelledTensors(numbers, torch.tensor(labels), classes=classes, vocabulary=vocabulary)
