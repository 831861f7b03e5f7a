"""Transforms: numbers, labels and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gradviz.data.catalogue import TRANSFORMS
from gradviz.data.loading import build_samples
from gradviz.errors import DataError
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Choice


def made(name: str, **settings: Any) -> Any:
    values = settings.pop("values", None)
    given = {} if values is None else {"values": values}
    return TRANSFORMS.made(name, settings, where="", **given)


def test_images_become_tensors_from_0_to_1() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    wanted = torch.from_numpy(pixels).permute(2, 0, 1).float().div(255)
    for image in (pixels, Image.fromarray(pixels)):
        assert made("ToTensor")(image).equal(wanted)
    assert made("ToTensor")(pixels[:, :, 0]).equal(wanted[:1])


def test_channels_and_whole_numbers_that_cannot_be_normalised_are_refused() -> None:
    normalize = made("Normalize", mean=[0.0, 1.0], std=[1.0, 2.0])
    assert normalize(torch.ones(2, 3)).tolist() == [[1.0] * 3, [0.0] * 3]
    with pytest.raises(ValueError, match="2 channels"):
        normalize(torch.ones(1, 3))
    with pytest.raises(TypeError, match="uint8"):
        normalize(torch.ones(2, 3, dtype=torch.uint8))


@pytest.mark.parametrize(
    ("by", "text", "tokens"),
    [
        ("words", "Not good, no!", ["not", "good", ",", "no", "!"]),
        ("spaces", "Not good, no!", ["not", "good,", "no!"]),
        ("letters", "ab c", ["a", "b", " ", "c"]),
        ("words", "영화가 좋다.", ["영화가", "좋다", "."]),
        ("letters", "좋다", ["좋", "다"]),
        ("jamo", "다", ["\u1103", "\u1161"]),
    ],
)
def test_texts_are_cut_into_tokens(by: str, text: str, tokens: list[str]) -> None:
    tokenize = made("Tokenize", by=by, values=[text])
    assert tokenize.tokens(text) == tokens
    numbers = tokenize(text)
    assert numbers.dtype is torch.int64
    assert [tokenize.vocabulary[number] for number in numbers] == tokens


def test_the_vocabulary_begins_with_padding_and_what_is_unknown() -> None:
    tokenize = made("Tokenize", values=["b a b", "c a b"])
    assert tokenize.vocabulary == ("", "<unk>", "b", "a", "c")
    assert tokenize("a z").tolist() == [3, 1]
    assert tokenize("").tolist() == []
    assert made("Tokenize", values=["b a b"], size=3).vocabulary == ("", "<unk>", "b")
    named = TRANSFORMS.made("Tokenize", {"vocabulary": ["yes", "no"]}, where="")
    assert named("no YES").tolist() == [3, 2]


def test_only_samples_for_training_are_learned_of() -> None:
    data = Data(
        Choice("Sentences"),
        split=Split(0.5),
        transforms=(Choice("Tokenize"), Choice("PadTo", {"length": 6})),
        target_transforms=(Choice("ToNumber"),),
        inputs=("Text",),
        target="Class",
    )
    parts = [build_samples(data, part=part) for part in ("train", "validation")]
    words = [part.transform.transforms[0].vocabulary for part in parts]  # type: ignore[attr-defined]
    assert words[0] == words[1]
    known = {
        token
        for sample in parts[0].samples  # type: ignore[attr-defined]
        for token in made("Tokenize", values=()).tokens(sample["Text"])
    }
    assert set(words[0]) == {"", "<unk>", *known}


def test_sequences_get_one_length() -> None:
    pad = made("PadTo", length=3, value=9)
    assert pad(torch.tensor([1])).tolist() == [1, 9, 9]
    assert pad(torch.tensor([1, 2, 3, 4])).tolist() == [1, 2, 3]
    assert pad(torch.ones(1, 2)).tolist() == [[1, 1], [9, 9], [9, 9]]


def test_labels_become_numbers() -> None:
    number = made("ToNumber", values=["Positive", "Negative", "Positive"])
    assert (number("Positive"), number("Negative")) == (1, 0)
    with pytest.raises(ValueError, match="'Odd' is none of the classes Negative, Positive"):
        number("Odd")
    assert made("ToNumber", values=torch.tensor([3, 5]))(torch.tensor(5)) == 1
    assert made("OneHot", classes=3)(1).tolist() == [0.0, 1.0, 0.0]
    assert made("Cast", dtype="int64")(2.0).dtype is torch.int64
    assert made("Scale", factor=2.0, offset=1.0)(torch.ones(2)).tolist() == [3.0, 3.0]


def test_a_key_that_no_sample_has_is_told() -> None:
    data = Data(
        Choice("Sentences"), transforms=(Choice("Tokenize"),), inputs=("Txt",), target="Class"
    )
    with pytest.raises(DataError, match=r"has no part “Txt”.*Text, Class"):
        build_samples(data)
