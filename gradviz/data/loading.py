"""From a project to torch's own DataLoader."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import DataLoader

from gradviz.data.catalogue import DATASETS
from gradviz.data.reconstruction import Reconstruction
from gradviz.data.room import check_room
from gradviz.data.tables import Samples
from gradviz.errors import DataError, GradvizError
from gradviz.i18n import N_
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.project import Data

REFUSALS = (RuntimeError, MemoryError, ValueError, OverflowError, OSError)
"""What our datasets raise for settings that they cannot take; code of the user's may raise more."""


def build_dataset(data: Data, datasets: Catalogue[Samples] = DATASETS) -> Samples:
    """The dataset that the project names. Raises `BuildError` or `DataError`."""
    choice, where = data.dataset, "$.data.dataset"
    kind = datasets.kind(choice.kind, where=where)
    if not kind.home:
        check_room(kind.name, kind.checked(choice.settings, where=where))
    try:
        return datasets.made(choice.kind, choice.settings, where=where)
    except GradvizError:
        raise
    except kind.raised(*REFUSALS) as error:
        raise DataError(
            N_("{kind} cannot be made: {reason}"),
            where="$.data.dataset",
            mend=N_("change its settings"),
            kind=choice.kind,
            reason=str(error).partition("\n")[0] or type(error).__name__,
        ) from error


def build_loader(
    data: Data, *, seed: int, datasets: Catalogue[Samples] = DATASETS
) -> DataLoader[Any]:
    """A DataLoader whose order the seed decides. Raises `BuildError` or `DataError`."""
    samples = build_dataset(data, datasets)
    if data.target == "input":
        samples = Reconstruction(samples)
    loader: DataLoader[Any] = DataLoader(
        samples,
        batch_size=data.batch_size,
        shuffle=data.shuffle,
        drop_last=data.drop_last,
        generator=torch.Generator().manual_seed(seed),
    )
    if len(loader) == 0:
        raise DataError(
            N_("the loader has no batch: {count} samples, batch_size {size}, drop_last"),
            where="$.data",
            mend=N_("make the batch smaller or turn drop_last off"),
            count=len(samples),  # type: ignore[arg-type]
            size=data.batch_size,
        )
    return loader
