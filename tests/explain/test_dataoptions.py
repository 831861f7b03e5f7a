"""Which choices of the data exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from msgspec.structs import replace
from torch.utils.data import DataLoader, Dataset, IterableDataset, Sampler, TensorDataset

from gradviz.data.tables import Tables
from gradviz.engine.catalogues.catalogues import CATALOGUES, Catalogues
from gradviz.explain.dataoptions import WHOLE, barred_of
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.data import Data
from gradviz.spec.model import Choice

PLAIN = Data(Choice("Letters"))


def with_own() -> Catalogues:
    datasets: Catalogue[Any] = Catalogue("dataset")
    samplers: Catalogue[Any] = Catalogue("sampler")

    @datasets.add()
    def Whole() -> DataLoader[Any]:
        """A loader."""
        return DataLoader(TensorDataset(torch.zeros(3)))

    @datasets.add()
    def Stream() -> IterableDataset[Any]:
        """A stream."""
        raise NotImplementedError

    @datasets.add()
    def Plain() -> Dataset[Any]:
        """Samples."""
        return TensorDataset(torch.zeros(3))

    @samplers.add(given=("samples", "batch_size"))
    def Batches(samples: Any, batch_size: int) -> Sampler[Any]:
        """Whole batches."""
        raise NotImplementedError

    @samplers.add(given=("samples",))
    def Order(samples: Any) -> Iterator[int]:
        """An order."""
        raise NotImplementedError

    return replace(CATALOGUES, data=Tables(datasets, samplers=samplers))


def test_nothing_is_barred_beside_a_plain_dataset() -> None:
    assert barred_of(PLAIN, CATALOGUES) == {}
    assert barred_of(Data(Choice("not there")), CATALOGUES) == {}


def test_a_sampler_bars_shuffle_but_never_itself() -> None:
    data = replace(PLAIN, sampler=Choice("Random"), shuffle=False)
    found = barred_of(data, CATALOGUES)
    assert set(found) == {"shuffle"}
    assert "sampler decides the order" in found["shuffle"]
    assert barred_of(replace(data, shuffle=True), CATALOGUES) == {}


def test_a_batch_sampler_bars_what_it_is_not_given() -> None:
    tables = with_own()
    data = Data(Choice("Plain"), sampler=Choice("Batches"), shuffle=False)
    assert set(barred_of(data, tables)) == {"shuffle", "drop_last"}
    assert set(barred_of(replace(data, sampler=Choice("Order")), tables)) == {"shuffle"}


def test_a_stream_has_its_own_order() -> None:
    data = Data(Choice("Stream"), shuffle=False)
    assert set(barred_of(data, with_own())) == {"shuffle", "sampler"}


def test_a_whole_loader_leaves_nothing_to_choose() -> None:
    found = barred_of(Data(Choice("Whole")), with_own())
    assert set(found.values()) == {WHOLE}
    assert {"split", "transforms", "sampler", "collate", "batch_size", "shuffle"} <= set(found)
