"""Samplers and collate functions of a project, watched and plain."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import gradviz
from gradviz.data.catalogue import COLLATES
from gradviz.data.labels import labels_of
from gradviz.data.loading import build_loader
from gradviz.errors import DataError
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Choice

MOONS = Choice("Moons", {"count": 40})
TEXTS = Data(
    Choice("Sentences"),
    transforms=(Choice("Tokenize"),),
    target_transforms=(Choice("ToNumber"),),
    inputs=("Text",),
    target="Class",
    batch_size=4,
    collate=Choice("Pad"),
)
NOISY = (Choice("Normalize"), Choice("GaussianNoise"))
LOADERS: dict[str, Data] = {
    "weighted": Data(MOONS, sampler=Choice("Weighted"), shuffle=False, transforms=NOISY),
    "subset": Data(MOONS, sampler=Choice("SubsetRandom", {"share": 0.4}), shuffle=False),
    "random": Data(MOONS, sampler=Choice("Random", {"replacement": True}), shuffle=False),
    "split": Data(MOONS, split=Split(0.3), transforms=NOISY, batch_size=5),
    "pad": TEXTS,
    "like length": Data(
        **{f: getattr(TEXTS, f) for f in TEXTS.__struct_fields__}
        | {"sampler": Choice("LikeLength"), "shuffle": False}
    ),
    "lengths": Data(
        **{f: getattr(TEXTS, f) for f in TEXTS.__struct_fields__}
        | {"collate": Choice("PadWithLengths", {"key": "Text"})}
    ),
}


def leaves(batch: Any) -> list[Any]:
    return list(batch.values()) if isinstance(batch, dict) else list(batch)


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.parametrize("name", LOADERS)
def test_watched_batches_are_the_plain_ones(name: str, workers: int) -> None:
    plain = build_loader(LOADERS[name], seed=5, workers=workers)
    watched = gradviz.watch_loader(build_loader(LOADERS[name], seed=5, workers=workers))
    for _ in range(2):
        torch.manual_seed(1)
        wanted = list(plain)
        torch.manual_seed(1)
        for batch, other in zip(watched, wanted, strict=True):
            for one, two in zip(leaves(batch), leaves(other), strict=True):
                assert one.equal(two) if isinstance(one, torch.Tensor) else one == two


def test_weights_are_those_of_classes() -> None:
    def loader(**settings: Any) -> Any:
        data = Data(MOONS, sampler=Choice("Weighted", settings), shuffle=False, batch_size=40)
        return build_loader(data, seed=0)

    _, labels = next(iter(loader(weights=[0.0, 1.0])))
    assert labels.eq(1).all()
    assert labels_of(loader().dataset) == [0] * 20 + [1] * 20
    with pytest.raises(DataError, match="1 weights and 2 classes"):
        loader(weights=[1.0])
    with pytest.raises(DataError, match="without replacement"):
        loader(weights=[0.0, 1.0], replacement=False)
    with pytest.raises(DataError, match="weight 0"):
        loader(weights=[0.0, 0.0])
    data = Data(Choice("Line"), sampler=Choice("Weighted"), shuffle=False)
    with pytest.raises(DataError, match="which is no class"):
        build_loader(data, seed=0)


def test_indices_are_of_samples_that_there_are() -> None:
    choice = Choice("SubsetRandom", {"indices": [3, 40]})
    with pytest.raises(DataError, match="no sample 40: there are 40, from 0 to 39"):
        build_loader(Data(MOONS, sampler=choice, shuffle=False), seed=0)


def test_padding_leaves_what_does_not_match_for_torch() -> None:
    pad: Any = COLLATES.made("Pad", {"value": 7}, where="")
    joined = pad([{"ids": [1, 2], "text": "a", "n": 1}, {"ids": [3], "text": "b", "n": 2}])
    assert joined["ids"].tolist() == [[1, 2], [3, 7]]
    assert joined["text"] == ["a", "b"]
    assert joined["n"].tolist() == [1, 2]
    with pytest.raises(KeyError):
        pad([{"ids": [1]}, {"other": [1]}])
    ids, label = pad([(torch.ones(1), 0), (torch.ones(3), 1)])
    assert ids.tolist() == [[1, 7, 7], [1, 1, 1]]
    assert label.tolist() == [0, 1]


def test_lengths_come_with_the_padded() -> None:
    pad: Any = COLLATES.made("PadWithLengths", {}, where="")
    ids, lengths, label = pad([(torch.ones(1), 0), (torch.ones(3), 1)])
    assert ids.shape == (2, 3)
    assert lengths.tolist() == [1, 3]
    assert label.tolist() == [0, 1]
