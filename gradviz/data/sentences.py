"""Words and sentences of praise and complaint, as they are read: samples are dictionaries."""

from __future__ import annotations

from typing import Literal

from gradviz.data.labelled import LabelledTexts
from gradviz.data.tables import DATASETS
from gradviz.resources import assets


@DATASETS.add("texts")
def FiveWords() -> LabelledTexts:
    """Five words with their moods, each a dictionary {"Text": "Happy", "Class": "Positive"}: small
    enough to see all that a DataLoader does with it.
    """
    text = ["Happy", "Amazing", "Sad", "Unhapy", "Glum"]
    labels = ["Positive", "Positive", "Negative", "Negative", "Negative"]
    return LabelledTexts(text, labels, classes=("Negative", "Positive"))


@DATASETS.add("texts")
def Sentences(language: Literal["en", "ko", "both"] = "en", numbers: bool = False) -> LabelledTexts:
    """Short sentences about films, food, weather and more, in English or Korean or both: each a
    dictionary {"Text": …, "Class": "Positive" or "Negative"}, or 1 or 0 with ``numbers``.
    """
    classes = ("Negative", "Positive")
    text: list[str] = []
    labels: list[int | str] = []
    for line in (assets() / "texts" / "sentences.tsv").read_text("utf-8").splitlines():
        spoken, label, sentence = line.split("\t")
        if language in (spoken, "both"):
            text.append(sentence)
            labels.append(classes.index(label) if numbers else label)
    return LabelledTexts(text, labels, classes)
