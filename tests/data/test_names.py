"""Given names, as texts and as the numbers of their letters."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import torch

from gradviz.data.labelled import LabelledTensors, LabelledTexts
from gradviz.data.names import Names


def test_each_language_has_fifty_of_its_own() -> None:
    names = Names()
    assert isinstance(names, LabelledTexts)
    assert names.classes == (
        *("English", "Finnish", "German", "Italian"),
        *("Japanese", "Korean", "Russian", "Turkish"),
    )
    assert Counter(names.labels) == dict.fromkeys(range(8), 50)
    assert len(set(names.data)) == 400
    assert all(re.fullmatch("[A-Z][a-z]+", name) for name in names.data)
    assert {"Text": "Minjun", "Class": 5} in [names[i] for i in range(len(names))]


@pytest.mark.parametrize("length", [3, 12])
def test_letters_are_numbers_of_the_vocabulary(length: int) -> None:
    texts, names = Names(), Names(letters=True, length=length)
    assert isinstance(texts, LabelledTexts)
    assert isinstance(names, LabelledTensors)
    assert names.tensors[0].shape == (400, length)
    assert names.tensors[1].tolist() == texts.labels
    assert len(names.vocabulary) == 27
    for row, name in zip(names.tensors[0], texts.data, strict=True):
        assert "".join(names.vocabulary[number] for number in row) == name.lower()[:length]
        assert torch.equal(row.ne(0), torch.arange(length) < len(name))
