"""The error of a loader that cannot deliver a batch, with what is known of that batch."""

from __future__ import annotations

from gradviz.data.pipeline.steps import BatchSteps
from gradviz.errors import DataError


class LoaderError(DataError):
    """``steps`` is what happened on the way to the batch before it failed, where that is known."""

    steps: BatchSteps | None = None
