"""A DataLoader whose every step can be looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader, IterableDataset

from gradviz.arguments import check_type, whole
from gradviz.data.pipeline.blame import loader_error
from gradviz.data.pipeline.epoch import Epoch
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.wiring import Wiring
from gradviz.errors import DataError, GradvizError
from gradviz.i18n import N_

KEPT = 4
"""How many batches are kept with their samples, if nothing else is said."""


def watch_loader(loader: DataLoader[Any], *, keep: int = KEPT) -> Pipeline:
    """The same batches as the loader's, bit for bit, and what happened on the way to each.

    The samples of the last ``keep`` batches are held; of each epoch the indices. With workers, what
    the dataset and collate do happens in other processes and is left alone there: the indices, the
    batch and its worker are known, the samples are not. Raises `UsageError` for what is no
    `DataLoader`.
    """
    check_type(loader, DataLoader, where="loader", mend=N_("give a torch.utils.data.DataLoader"))
    return Pipeline(loader, keep=whole(keep, where="keep", least=1))


class Pipeline:
    """A loader to iterate over, which keeps the steps of its batches.

    ``batches`` are the last ones that were delivered, the newest last; ``epochs`` what the samplers
    chose, the last two; ``failed`` the batch that could not be delivered. Everything else is the
    loader's.
    """

    def __init__(self, loader: DataLoader[Any], *, keep: int = KEPT) -> None:
        self.loader = loader
        self.batches: deque[BatchSteps] = deque(maxlen=keep)
        self.epochs: deque[Epoch] = deque(maxlen=2)
        self.failed: BatchSteps | None = None
        self._begun = 0
        self._wiring: Wiring | None = None

    def __getattr__(self, name: str) -> Any:
        if name == "loader":
            raise AttributeError(name)
        return getattr(self.loader, name)

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        """The next epoch. Raises `DataError` that names the sample, the key and what to write
        instead, where torch raises what the user's code or torch's own did.
        """
        loader = self.loader
        persistent = loader.persistent_workers and loader.num_workers > 0
        wiring = self._wiring if persistent and self._wiring else Wiring(loader)
        self._wiring = wiring if persistent else None
        chooser = loader.sampler if loader.batch_sampler is None else loader.batch_sampler
        epoch = Epoch(
            self._begun,
            sampler=type(loader.sampler).__name__,
            batch_sampler=type(chooser).__name__,
        )
        self._begun += 1
        self.epochs.append(epoch)
        wiring.epoch = epoch
        try:
            return _Reading(self, epoch, iter(wiring.loader))
        except GradvizError:
            raise
        except (Exception, SystemExit) as error:
            raise loader_error(error, loader, None) from error

    @property
    def batch(self) -> BatchSteps:
        """The batch that was delivered last. Raises `DataError` if there is none yet."""
        if not self.batches:
            raise DataError(
                N_("no batch was fetched yet"),
                where="loader",
                mend=N_("take one first: next(iter(pipeline))"),
            )
        return self.batches[-1]


class _Reading:
    """One epoch of a pipeline."""

    def __init__(self, pipeline: Pipeline, epoch: Epoch, batches: Iterator[Any]) -> None:
        self._pipeline = pipeline
        self._epoch = epoch
        self._batches = batches

    def __iter__(self) -> _Reading:
        return self

    def __len__(self) -> int:
        return len(self._batches)  # type: ignore[arg-type]

    def __next__(self) -> Any:
        pipeline, epoch = self._pipeline, self._epoch
        loader = pipeline.loader
        try:
            batch = next(self._batches)
        except StopIteration:
            epoch.finished = True
            raise
        except GradvizError:
            raise
        except (Exception, SystemExit) as error:
            raise self._failure(error) from error
        numbered = getattr(loader, "in_order", True)
        numbered = numbered and not isinstance(loader.dataset, IterableDataset)
        raw = epoch.deliver(batch, workers=loader.num_workers, in_order=numbered)
        pipeline.batches.append(BatchSteps(raw, epoch, loader))
        return batch

    def _failure(self, error: Exception | SystemExit) -> DataError:
        pipeline, epoch = self._pipeline, self._epoch
        raw = epoch.failed
        if raw is not None:
            pipeline.failed = BatchSteps(raw, epoch, pipeline.loader)
        told = loader_error(error, pipeline.loader, epoch)
        told.steps = pipeline.failed if raw is not None else None
        return told
