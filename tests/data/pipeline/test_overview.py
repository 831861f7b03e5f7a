"""An epoch at a glance."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

from gradviz.data.pipeline.overview import epoch_overview
from tests.data.pipeline.corpus import LOADERS, Rows, padded


def labels(count: int, classes: int) -> TensorDataset:
    return TensorDataset(torch.randn(count, 2), torch.arange(count) * classes // count)


def test_sorted_classes_are_seen() -> None:
    overview = epoch_overview(DataLoader(labels(40, 2), batch_size=8))
    assert [each.classes for each in overview.batches] == [
        {"0": 8}, {"0": 8}, {"0": 4, "1": 4}, {"1": 8}, {"1": 8},
    ]  # fmt: skip
    assert overview.one_class == 0.8
    assert overview.classes == {"0": 20, "1": 20}
    torch.manual_seed(0)
    assert epoch_overview(DataLoader(labels(40, 2), batch_size=8, shuffle=True)).one_class == 0


def test_what_was_visited_missed_and_dropped() -> None:
    torch.manual_seed(0)
    rows = labels(10, 2)
    dropping = epoch_overview(DataLoader(rows, batch_size=4, shuffle=True, drop_last=True))
    assert len(dropping.dropped) == 2
    assert not dropping.missed
    assert set(dropping.visits) | set(dropping.dropped) == set(range(10))
    sampler = WeightedRandomSampler([1.0] + [0.0] * 9, 6)
    weighted = epoch_overview(DataLoader(rows, batch_size=4, sampler=sampler))
    assert weighted.visits == {0: 6}
    assert weighted.missed == tuple(range(1, 10))
    assert epoch_overview(DataLoader(rows, batch_size=20, drop_last=True)).batches == ()


def test_lengths_of_texts_and_sequences() -> None:
    words = ["Happy", "Amazing", "Sad", "Unhapy", "Glum"]
    texts = DataLoader(Rows(lambda i: {"Text": words[i], "Class": "a"}, 5), batch_size=3)
    overview = epoch_overview(texts)
    assert [each.lengths for each in overview.batches] == [(5, 7, 3), (6, 4)]
    assert overview.classes == {"a": 5}
    ragged = DataLoader(
        Rows(lambda i: (torch.ones(i + 1), i)), batch_size=4, collate_fn=padded
    )  # fmt: skip
    assert epoch_overview(ragged).batches[1].lengths == (5, 6, 7, 8)
    assert epoch_overview(ragged, label="label").batches[2].classes == {"8": 1, "9": 1}


def test_a_look_changes_nothing_that_is_drawn_later() -> None:
    def batches(look: bool, **options: Any) -> list[Any]:
        torch.manual_seed(1)
        loader = LOADERS["shuffled"](**options)
        if look:
            epoch_overview(loader, limit=2)
        return [batch[1].tolist() for batch in loader]

    assert batches(True) == batches(False)
    generator = torch.Generator().manual_seed(5)
    first = batches(True, generator=generator)
    assert first == batches(False, generator=torch.Generator().manual_seed(5))
