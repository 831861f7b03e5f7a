"""From a project to torch's own DataLoader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from torch.utils.data import DataLoader, IterableDataset, random_split

from gradviz.data.catalogue import TABLES, Tables
from gradviz.data.counted import check_count, said
from gradviz.data.labels import labels_of, lengths_of
from gradviz.data.reconstruction import Reconstruction
from gradviz.data.room import check_room
from gradviz.data.tables import AUGMENTATION, LEARNED, Samples, Transform
from gradviz.data.transformed import Compose, Transformed
from gradviz.data.values import Values
from gradviz.errors import DataError, GradvizError
from gradviz.i18n import N_
from gradviz.spec.catalogue import Catalogue, Kind
from gradviz.spec.data import Data, Part
from gradviz.spec.model import Choice

Made = TypeVar("Made")

REFUSALS = (RuntimeError, MemoryError, ValueError, OverflowError, OSError, TypeError)
"""What our entries raise for settings that they cannot take; code of the user's may raise more."""
PARTS: tuple[Part, ...] = ("train", "validation", "test")


def build_dataset(data: Data, tables: Tables = TABLES) -> Samples | DataLoader[Any]:
    """The dataset that the project names, as it is. Raises `BuildError` or `DataError`."""
    kind = tables.datasets.kind(data.dataset.kind, where="$.data.dataset")
    if not kind.home:
        check_room(kind.name, kind.checked(data.dataset.settings, where="$.data.dataset"))
    return _made(tables.datasets, data.dataset, "$.data.dataset")


def build_samples(data: Data, tables: Tables = TABLES, *, part: Part = "train") -> Samples:
    """The samples of one part of the dataset, with the transforms that are for it.

    Raises `BuildError` or `DataError`.
    """
    samples = build_dataset(data, tables)
    if isinstance(samples, DataLoader):
        raise _whole_loader(data)
    return _prepared(samples, data, tables, part)


def build_loader(
    data: Data,
    *,
    seed: int,
    tables: Tables = TABLES,
    part: Part = "train",
    workers: int = 0,
) -> DataLoader[Any]:
    """A DataLoader whose order the seed decides. That of a part which is not for training has all
    of its samples, from the first to the last. Raises `BuildError` or `DataError`.
    """
    made = build_dataset(data, tables)
    if isinstance(made, DataLoader):
        if any((data.split, data.transforms, data.target_transforms, data.sampler, data.collate)):
            raise _whole_loader(data)
        return made
    samples = _prepared(made, data, tables, part)
    options = _options(samples, data, torch.Generator().manual_seed(seed), tables, part)
    if data.collate is not None:
        options["collate_fn"] = _made(tables.collates, data.collate, "$.data.collate")
    if workers:
        options["num_workers"] = workers
    try:
        loader: DataLoader[Any] = DataLoader(samples, **options)
    except ValueError as error:
        raise DataError(
            N_("torch makes no loader of this: {reason}"),
            where="$.data",
            mend=N_("change what it names"),
            reason=error,
        ) from error
    _check_batches(loader, samples, data)
    return loader


def _prepared(samples: Samples, data: Data, tables: Tables, part: Part) -> Samples:
    """The samples of a part, changed as the data say."""
    free = data.sampler is not None and data.split is None
    check_count(samples, kind=data.dataset.kind, needed=not free)
    parts = _parts(samples, data)
    training = parts.get("train", samples)
    input, target = keys_of(data)
    forward = _transforms(
        data.transforms, tables, part, learned=(training, input), where="$.data.transforms"
    )
    backward = _transforms(
        data.target_transforms,
        tables,
        part,
        learned=(training, target),
        where="$.data.target_transforms",
    )
    samples = _part(parts, data, part)
    if forward or backward:
        _check_no_stream(samples, "target_transforms" if not forward else "transforms")
        samples = Transformed(
            samples,
            Compose(forward) if forward else None,
            Compose(backward) if backward else None,
            input=input,
            target=target,
        )
    if data.reconstructs:
        _check_no_stream(samples, "target")
        samples = Reconstruction(samples)
    return samples


def _check_no_stream(samples: Samples, setting: str) -> None:
    if isinstance(samples, IterableDataset):
        raise DataError(
            N_("a stream gives its samples itself, so nothing can change them on their way"),
            where=f"$.data.{setting}",
            mend=N_("change them in its __iter__, or name a dataset with __getitem__"),
        )


def keys_of(data: Data) -> tuple[Any, Any]:
    """Where in a sample the input and the target are, that transforms change."""
    return (data.inputs[0], data.target or -1) if data.inputs else (0, -1)


def _parts(samples: Samples, data: Data) -> dict[Part, Samples]:
    """The parts of the samples that are not empty, as torch draws them."""
    split = data.split
    if split is None:
        return {"train": samples}
    if isinstance(samples, IterableDataset):
        raise DataError(
            N_("a stream of samples cannot be split: nobody knows which ones there will be"),
            where="$.data.split",
            mend=N_("take the split away, or name a dataset with a length"),
        )
    if split.validation + split.test >= 1:
        raise DataError(
            N_("validation and test take {share} of the samples, so none is left to train with"),
            where="$.data.split",
            mend=N_("let their sum be below 1"),
            share=f"{split.validation + split.test:g}",
        )
    counts = split.counts(len(samples))  # type: ignore[arg-type]
    sizes = {each: size for each, size in zip(PARTS, counts, strict=True) if size > 0}
    if sum(sizes.values()) != len(samples):  # type: ignore[arg-type]
        raise _none_left(samples, "train")
    generator = torch.Generator().manual_seed(split.seed)
    return dict(zip(sizes, random_split(samples, tuple(sizes.values()), generator), strict=True))


def _part(parts: dict[Part, Samples], data: Data, part: Part) -> Samples:
    if part in parts:
        return parts[part]
    if data.split is None:
        raise DataError(
            N_("all samples are for training: there is no {part} part"),
            where="$.data",
            mend=N_('say which share is kept out: "split": {example}'),
            part=part,
            example='{"validation": 0.2}',
        )
    raise _none_left(parts, part)


def _transforms(
    choices: Sequence[Choice],
    tables: Tables,
    part: Part,
    *,
    learned: tuple[Samples, Any],
    where: str,
) -> list[Transform]:
    """The transforms that are for a part. ``learned`` are the samples for training, and where in
    each is what is changed: some find their words or classes there.
    """
    table = tables.transforms
    made: list[Transform] = []
    always: list[Transform] = []
    for place, choice in enumerate(choices):
        kind = table.kind(choice.kind, where=f"{where}[{place}]")
        for_training = kind.group == AUGMENTATION
        if for_training and part != "train":
            continue
        given = {"values": Values(*learned, always)} if learns(kind, choice) else {}
        made.append(_made(table, choice, f"{where}[{place}]", **given))
        if not for_training:
            always.append(made[-1])
    return made


def learns(kind: Kind[Transform], choice: Choice) -> bool:
    """Whether a transform must look at the samples: nothing says what it can find there."""
    return "values" in kind.given and not any(choice.settings.get(name) for name in LEARNED)


def _options(
    samples: Samples, data: Data, generator: torch.Generator, tables: Tables, part: Part
) -> dict[str, Any]:
    """What the DataLoader is told of the order and the size of batches."""
    if part != "train":
        return {"batch_size": data.batch_size}
    if isinstance(samples, IterableDataset) and (data.shuffle or data.sampler):
        raise DataError(
            N_("a stream of samples cannot be shuffled: it gives them in its own order"),
            where="$.data.sampler" if data.sampler else "$.data.shuffle",
            mend=N_("take the sampler away") if data.sampler else N_('set "shuffle" to false'),
        )
    if data.sampler is None:
        order: dict[str, Any] = {"shuffle": True} if data.shuffle else {}
    elif data.shuffle:
        raise DataError(
            N_("a sampler decides the order, and so does shuffle"),
            where="$.data.sampler",
            mend=N_('set "shuffle" to false, or take the sampler away'),
        )
    else:
        input, target = keys_of(data)
        given: dict[str, Callable[[], Any]] = {
            "samples": lambda: samples,
            "labels": lambda: labels_of(samples, target),
            "lengths": lambda: lengths_of(samples, input),
            "generator": lambda: generator,
            "batch_size": lambda: data.batch_size,
            "drop_last": lambda: data.drop_last,
        }
        asked = tables.samplers.kind(data.sampler.kind, where="$.data.sampler").given
        if "labels" in asked or "lengths" in asked:
            check_count(samples, kind=data.dataset.kind)
        known = {name: given[name]() for name in asked}
        sampler = _made(tables.samplers, data.sampler, "$.data.sampler", **known)
        if "batch_size" in asked:
            return {"batch_sampler": sampler, "generator": generator}
        order = {"sampler": sampler}
    return {
        **order,
        "batch_size": data.batch_size,
        "drop_last": data.drop_last,
        "generator": generator,
    }


def _made(table: Catalogue[Made], choice: Choice, where: str, **given: object) -> Made:
    """An entry, made with its settings. Raises `DataError` for what it refuses."""
    kind = table.kind(choice.kind, where=where)
    refusals: tuple[type[BaseException], ...] = (*kind.raised(*REFUSALS), SystemExit)
    try:
        return table.made(choice.kind, choice.settings, where=where, **given)
    except GradvizError:
        raise
    except refusals as error:
        raise DataError(
            N_("{kind} cannot be made: {reason}"),
            where=where,
            mend=N_("change its settings"),
            kind=choice.kind,
            reason=said(error),
        ) from error


def _check_batches(loader: DataLoader[Any], samples: Samples, data: Data) -> None:
    if isinstance(samples, IterableDataset) or len(loader):
        return
    raise DataError(
        N_("the loader has no batch: {count} samples, batch_size {size}, drop_last"),
        where="$.data",
        mend=N_("make the batch smaller or turn drop_last off"),
        count=len(samples),  # type: ignore[arg-type]
        size=data.batch_size,
    )


def _none_left(parts: Any, part: Part) -> DataError:
    return DataError(
        N_("of {count} samples the {part} part gets none"),
        where="$.data.split",
        mend=N_("give it a larger share, or take more samples"),
        count=sum(map(len, parts.values())) if isinstance(parts, dict) else len(parts),
        part=part,
    )


def _whole_loader(data: Data) -> DataError:
    return DataError(
        N_("{kind} gives whole batches, so nothing here can change its samples"),
        where="$.data",
        mend=N_("take split, transforms, sampler and collate away, or name a dataset"),
        kind=data.dataset.kind,
    )
