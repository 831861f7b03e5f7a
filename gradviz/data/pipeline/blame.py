"""Who it was that a loader failed by: from what torch raised to the error that a user reads."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data._utils.collate import default_collate
from torch.utils.data._utils.fetch import _MapDatasetFetcher

from gradviz.data.pipeline.causes import UNPICKLED, Failure
from gradviz.data.pipeline.collating import Collated
from gradviz.data.pipeline.contents import again
from gradviz.data.pipeline.epoch import Epoch
from gradviz.data.pipeline.failures import rule_of
from gradviz.data.pipeline.lines import line_of_error, line_of_function
from gradviz.data.pipeline.loadererror import LoaderError
from gradviz.data.pipeline.randomness import random_kept
from gradviz.data.pipeline.raw import RAISED, RawBatch
from gradviz.data.pipeline.samples import lowest
from gradviz.data.pipeline.transforms import name_of
from gradviz.data.pipeline.wiring import Fetcher
from gradviz.trace.events import Source


def loader_error(error: BaseException, loader: DataLoader[Any], epoch: Epoch | None) -> LoaderError:
    """The error to raise for one of a loader's; ``epoch`` is None if it had not begun.

    Its ``fields`` hold the sample's ``index`` and ``place``, the ``batch``, and the ``path`` of the
    key, where these are known; ``fields["rule"]`` is the name of the rule.
    """
    failure = _failure(error, loader, epoch)
    rule, facts = rule_of(failure)
    source = failure.source
    where = f"{source.file}:{source.line}" if source else "loader"
    return LoaderError(rule.what, where=where, mend=rule.mend, rule=rule.name, **facts)


def _failure(error: BaseException, loader: DataLoader[Any], epoch: Epoch | None) -> Failure:
    if epoch is not None and epoch.failed is not None:
        return _fetching(error, loader, epoch.failed)
    if loader.num_workers:
        return _working(error, loader, epoch)
    if isinstance(loader.dataset, IterableDataset):
        return Failure(
            "stream", error, name=type(loader.dataset).__name__, source=line_of_error(error)
        )
    sampler = loader.batch_sampler if loader.batch_sampler is not None else loader.sampler
    return Failure(
        "sampler",
        error,
        batch=epoch.delivered if epoch else 0,
        name=type(sampler).__name__,
        source=line_of_error(error),
    )


def _fetching(error: BaseException, loader: DataLoader[Any], raw: RawBatch) -> Failure:
    """A failure in this process, in the dataset or in the collate function."""
    known = Failure(
        "getitem",
        error,
        indices=raw.indices or (),
        batch=raw.number,
        place=raw.place,
        length=_length(loader.dataset),
        source=line_of_error(error),
    )
    if raw.collate is None:
        applied = raw.applied[-1] if raw.applied else None
        if applied is not None and applied.made is RAISED:
            return known._replace(
                stage="transform", name=applied.told.name, given=again(applied.before)
            )
        if known.place == 0 and len(known.indices) > 1:
            return known._replace(place=_failing(loader.dataset, known.indices, error))
        return known
    known = known._replace(source=known.source or line_of_samples(loader.dataset))
    call = _deepest(raw.calls)
    if call is not None:
        return known._replace(stage="collate", call=call, place=-1)
    if raw.collate is default_collate:
        return known._replace(stage="collate", place=-1)
    return known._replace(stage="own_collate", name=name_of(raw.collate), place=-1)


def _working(error: BaseException, loader: DataLoader[Any], epoch: Epoch | None) -> Failure:
    """A failure of the workers: what they were asked for fails here too, or the processes did."""
    if epoch is None or not epoch.chosen:
        name = _unpicklable(loader)
        if name:
            return Failure("workers", error, name=name, place=UNPICKLED)
    known = Failure("workers", error, batch=epoch.delivered if epoch else 0)
    if epoch is None or epoch.delivered >= len(epoch.chosen):
        return known
    indices = epoch.chosen[epoch.delivered]
    if isinstance(loader.dataset, IterableDataset) or not getattr(loader, "in_order", True):
        return known
    if isinstance(error, RuntimeError) and not str(error).startswith("Caught "):
        return known._replace(indices=indices)
    again = _again(loader, indices, epoch.delivered)
    return again or known._replace(indices=indices)


def _again(loader: DataLoader[Any], indices: Sequence[Any], number: int) -> Failure | None:
    """The failure of a batch that a worker could not make, had once more in this process."""
    epoch = Epoch(0, sampler="", batch_sampler="")
    epoch.choose(indices)
    auto = loader.batch_sampler is not None
    real = _MapDatasetFetcher(loader.dataset, auto, loader.collate_fn, loader.drop_last)
    with random_kept():
        try:
            Fetcher(real, epoch).fetch(indices if auto else indices[0])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's own code may raise anything
            assert epoch.failed is not None
            return _fetching(error, loader, epoch.failed)._replace(batch=number)
    return None


def _failing(dataset: Any, indices: Sequence[Any], error: BaseException) -> int:
    """The place of the sample that a dataset which was asked for all at once cannot give."""
    with random_kept():
        for place, index in enumerate(indices):
            try:
                dataset[index]
            except (Exception, SystemExit) as again:  # noqa: BLE001 - the user's own code may raise anything
                if type(again) is type(error):
                    return place
    return 0


def _deepest(calls: Sequence[Collated]) -> Collated | None:
    """The innermost call of ``collate`` that failed."""
    for call in reversed(calls):
        if call.failed:
            return _deepest(call.parts) or call
    return None


def _unpicklable(loader: DataLoader[Any]) -> str:
    """The part of a loader that cannot be sent to another process."""
    for name in ("dataset", "collate_fn", "worker_init_fn"):
        part = getattr(loader, name)
        try:
            pickle.dumps(part)
        except Exception:  # noqa: BLE001 - the user's own code may raise anything
            kind = type(part).__name__ if name == "dataset" else name_of(part)
            return f"{name} {kind}"
    return ""


def line_of_samples(dataset: Any) -> Source | None:
    """Where the user's code begins that makes the samples."""
    for each in lowest(dataset):
        for name in ("__getitem__", "__iter__"):
            function = getattr(type(each), name, None)
            line = line_of_function(function) if function is not None else None
            if line is not None:
                return line
    return None


def _length(dataset: Any) -> int | None:
    try:
        return len(dataset)
    except (TypeError, NotImplementedError, AttributeError):
        return None
