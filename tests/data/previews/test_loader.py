"""What is told of a loader, and that nobody notices."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from gradviz.data.letters import Letters
from gradviz.data.previews.anything import told_of
from gradviz.data.previews.context import context_of
from gradviz.data.previews.kinds import ImageGrid, Points, Scalars, Slices, TextTable
from gradviz.data.previews.leaves import previews_of
from gradviz.data.previews.loader import loader_told
from gradviz.errors import DataError


class Normalise:
    """As torchvision's."""

    mean, std = (0.5,), (0.25,)

    def __call__(self, image: Tensor) -> Tensor:
        return (image - 0.5) / 0.25


class Flip:
    """Half of the images, by chance."""

    def __call__(self, image: Tensor) -> Tensor:
        return image.flip(-1) if torch.rand(()) < 0.5 else image


class Composed:
    def __init__(self, *transforms: Any) -> None:
        self.transforms = list(transforms)

    def __call__(self, value: Any) -> Any:
        for transform in self.transforms:
            value = transform(value)
        return value


class Changed(Dataset[Any]):
    """Letters through transforms."""

    def __init__(self, *transforms: Any) -> None:
        self.dataset = Letters()
        self.transform = Composed(*transforms)

    def __len__(self) -> int:
        return 50

    def __getitem__(self, index: int) -> Any:
        image, label = self.dataset[index]
        return self.transform(image), label


class Notes(Dataset[Any]):
    """The dict samples of texts that no model takes."""

    texts = ("Happy", "Amazing", "Sad", "Unhapy", "Glum")
    labels = ("Positive", "Positive", "Negative", "Negative", "Negative")

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, str]:
        return {"Text": self.texts[index], "Class": self.labels[index]}


class Endless(IterableDataset[Any]):
    def __init__(self) -> None:
        self.asked = 0

    def __iter__(self) -> Iterator[Any]:
        for number in itertools.count():
            self.asked += 1
            yield torch.full((3,), float(number)), number % 2


def loader(dataset: Any, **options: Any) -> DataLoader[Any]:
    generator = torch.Generator().manual_seed(3)
    return DataLoader(dataset, generator=generator, **options)


def test_batches_are_those_of_the_loader_and_nothing_is_drawn() -> None:
    told = loader(Changed(Flip(), Normalise()), batch_size=8, shuffle=True, drop_last=True)
    plain = loader(Changed(Flip(), Normalise()), batch_size=8, shuffle=True, drop_last=True)
    torch.manual_seed(1)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[union-attr]
    page = loader_told(told, batches=2)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before[1:]  # type: ignore[union-attr]
    assert [len(each.indices) for each in page.batches] == [8, 8]
    torch.manual_seed(1)
    ours = list(told)
    torch.manual_seed(1)
    theirs = list(plain)
    for (image, label), (image_, label_) in zip(ours, theirs, strict=True):
        assert torch.equal(image, image_)
        assert torch.equal(label, label_)
    (part,) = page.batches[0].parts
    assert isinstance(part.preview, ImageGrid)
    assert part.path == "[0]"
    classes = [tile.sample.caption for tile in part.preview.tiles]
    assert classes == ["ABCDEFGHIJ"[label] for label in theirs[0][1]]
    assert [tile.sample.index for tile in part.preview.tiles] == list(page.batches[0].indices)


def test_the_epoch_is_told() -> None:
    page = loader_told(loader(Changed(), batch_size=8, shuffle=True, drop_last=True))
    epoch = page.epoch
    assert epoch.whole
    assert (len(epoch.batches), epoch.batches_known, epoch.samples) == (6, 6, 50)
    assert sum(epoch.visits) == 48
    assert sorted(map(int, epoch.dropped)) == [i for i, n in enumerate(epoch.visits) if not n]
    assert epoch.missed == ()
    assert epoch.classes == tuple("ABCDEFGHIJ")
    assert (page.dataset, page.count, page.batch_size) == ("LetterImages", 50, 8)
    assert len(page.skipped) == 2


def test_transforms_are_shown_one_by_one_with_their_values() -> None:
    dataset = Changed(Normalise())
    page = loader_told(loader(dataset, batch_size=4), batches=1)
    assert [sample.index for sample in page.samples] == ["0", "1", "2"]
    for sample in page.samples:
        assert [step.name for step in sample.steps] == ["", "Normalise"]
        before, after = (step.preview for step in sample.steps)
        assert isinstance(before, ImageGrid)
        assert isinstance(after, ImageGrid)
        image = dataset.dataset[int(sample.index)][0]
        assert before.numbers is not None
        assert after.numbers is not None
        assert before.numbers.low == image.min().item()
        assert after.numbers.high == Normalise()(image).max().item()
        assert after.numbers.shape == (1, 28, 28)
    assert page.draws is None


def test_random_transforms_are_drawn_again() -> None:
    torch.manual_seed(0)
    page = loader_told(loader(Changed(Flip()), batch_size=4), batches=1)
    assert page.draws is not None
    (grid,) = page.draws.previews
    assert isinstance(grid, ImageGrid)
    assert [tile.sample.caption for tile in grid.tiles] == list("12345678")
    assert len({tile.rgb for tile in grid.tiles}) == 2
    assert page == loader_told(loader(Changed(Flip()), batch_size=4), batches=1)


def test_dicts_of_texts_are_shown() -> None:
    page = loader_told(loader(Notes(), batch_size=2))
    (part,) = page.batches[0].parts
    assert part.path == "['Text']"
    assert isinstance(part.preview, TextTable)
    assert [row.sample.caption for row in part.preview.rows] == ["Positive", "Positive"]
    assert page.epoch.classes == ("Negative", "Positive")
    assert [each.size for each in page.epoch.batches] == [2, 2, 1]


def test_the_endless_is_read_as_far_as_asked() -> None:
    dataset = Endless()
    page = loader_told(DataLoader(dataset, batch_size=4), batches=3)
    assert dataset.asked == 12
    assert not page.epoch.whole
    assert len(page.epoch.batches) == 3
    assert (page.count, page.sampler, page.epoch.visits) == (None, "", ())


def test_a_long_epoch_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradviz.data.previews import loader as module

    monkeypatch.setattr(module, "NUMBERS", 100)
    page = loader_told(loader(TensorDataset(torch.rand(90, 10)), batch_size=5), batches=1)
    assert (len(page.epoch.batches), page.epoch.batches_known, page.epoch.whole) == (3, 18, False)
    assert page.epoch.missed == ()


def test_a_loader_that_fails_says_which_sample() -> None:
    class Bad(Notes):
        def __getitem__(self, index: int) -> Any:
            if index == 3:
                raise OSError("gone")
            return super().__getitem__(index)

    with pytest.raises(DataError, match=r"sample 3 .*gone"):
        loader_told(loader(Bad(), batch_size=2))
    with pytest.raises(DataError, match="no batch"):
        loader_told(loader(TensorDataset(torch.rand(1, 2)), batch_size=2, drop_last=True))


def test_batches_of_lists_and_of_parts_are_told_apart() -> None:
    pair = [torch.ones(8, 16, dtype=torch.long), torch.ones(8, 16, dtype=torch.long)]
    assert [part.path for part in previews_of(pair)] == ["[0]", "[1]"]
    ragged = ([torch.arange(2), torch.arange(3)], [0, 1])
    (part,) = previews_of(ragged)
    assert isinstance(part.preview, TextTable)
    assert [row.sample.caption for row in part.preview.rows] == ["0", "1"]
    masks = (torch.rand(2, 1, 8, 8), torch.zeros(2, 8, 8))
    first, second = previews_of(masks)
    assert (type(first.preview), type(second.preview)) == (ImageGrid, Slices)
    (alone,) = previews_of(torch.rand(5, 2))
    assert (alone.path, type(alone.preview)) == ("", Points)
    (numbers,) = previews_of([torch.tensor([1, 2])])
    assert isinstance(numbers.preview, Scalars)


def test_a_dataset_or_a_batch_will_do() -> None:
    assert len(told_of(Letters(), batches=1).batches[0].indices) == 16
    assert told_of({"x": torch.rand(4, 2), "y": torch.arange(4)}).epoch.batches == ()
    assert told_of(loader(Notes(), batch_size=None)).batches[0].indices == ("0",)


def test_what_a_dataset_says_of_itself_is_found_below_its_wrappers() -> None:
    context = context_of(torch.utils.data.Subset(Changed(Flip(), Normalise()), [0, 1]))
    assert context.classes == tuple("ABCDEFGHIJ")
    assert context.normalised is not None
    assert (context.normalised.mean, context.normalised.std) == ((0.5,), (0.25,))
    assert context_of(None) == context_of(object())


def test_classes_stand_in_the_order_of_their_numbers() -> None:
    labels = torch.tensor([10, -1, 2, 2])
    page = loader_told(DataLoader(TensorDataset(torch.rand(4, 2), labels), batch_size=2))
    assert page.epoch.classes == ("-1", "2", "10")
