"""Texts as dictionaries, alone and in the batches of torch's loader."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gradviz.data.loading import build_loader
from gradviz.data.sentences import FiveWords, Sentences
from gradviz.spec.data import Data
from gradviz.spec.model import Choice

MOODS = {
    "Happy": "Positive",
    "Amazing": "Positive",
    "Sad": "Negative",
    "Unhapy": "Negative",
    "Glum": "Negative",
}


def batches(size: int, *, seed: int, drop_last: bool = False) -> list[Any]:
    data = Data(Choice("FiveWords"), batch_size=size, drop_last=drop_last)
    return list(build_loader(data, seed=seed))


def test_a_sample_is_a_dictionary() -> None:
    words = FiveWords()
    assert words[0] == {"Text": "Happy", "Class": "Positive"}
    assert [words[i]["Text"] for i in range(len(words))] == list(MOODS)


@pytest.mark.parametrize(("size", "sizes"), [(2, [2, 2, 1]), (3, [3, 2])])
def test_batches_are_lists_under_the_keys_of_the_samples(size: int, sizes: list[int]) -> None:
    found = batches(size, seed=0)
    assert [len(batch["Text"]) for batch in found] == sizes
    seen: list[str] = []
    for batch in found:
        assert list(batch) == ["Text", "Class"]
        assert batch["Class"] == [MOODS[word] for word in batch["Text"]]
        seen += batch["Text"]
    assert sorted(seen) == sorted(MOODS)


def test_a_pair_and_two_batches_print_as_in_a_lesson() -> None:
    first = {"Class": ["Negative", "Positive"], "Text": ["Glum", "Happy"]}
    assert any(batches(2, seed=seed)[0] == first for seed in range(200))
    both = [
        "{'Text': ['Unhapy', 'Glum', 'Sad'], 'Class': ['Negative', 'Negative', 'Negative']}",
        "{'Text': ['Happy', 'Amazing'], 'Class': ['Positive', 'Positive']}",
    ]
    assert any([str(each) for each in batches(3, seed=seed)] == both for seed in range(1000))


def test_an_incomplete_batch_is_dropped_if_that_is_asked() -> None:
    assert [len(each["Text"]) for each in batches(2, seed=0, drop_last=True)] == [2, 2]


@pytest.mark.parametrize(("language", "count"), [("en", 134), ("ko", 134), ("both", 268)])
def test_there_is_as_much_praise_as_complaint(language: Any, count: int) -> None:
    sentences = Sentences(language)
    samples = [sentences[i] for i in range(len(sentences))]
    assert Counter(each["Class"] for each in samples) == {
        "Positive": count // 2,
        "Negative": count // 2,
    }
    assert len({each["Text"] for each in samples}) == count
    assert all(each["Text"] == each["Text"].strip() for each in samples)
    numbered = Sentences(language, numbers=True)
    assert [numbered.classes[numbered[i]["Class"]] for i in range(count)] == [
        each["Class"] for each in samples
    ]


def test_each_language_has_its_own_letters() -> None:
    english, korean = Sentences("en"), Sentences("ko")
    assert "".join(english.data).isascii()
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean.data)
    assert Sentences("both").data == english.data + korean.data
