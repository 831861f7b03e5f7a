"""What an epoch of a session's loader holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.utils.data import DataLoader, IterableDataset

from gradviz.data.previews.loader import loader_told
from gradviz.data.previews.told import EpochTold
from gradviz.errors import DataError
from gradviz.i18n import N_

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session


def epoch_of(session: Session, *, label: str = "") -> EpochTold:
    """An epoch as far as it is looked at, the session's own left as it is. ``label`` is the key of
    the classes, if it is known.

    Raises `DataError` for a loader that fails, or that cannot be read aside.
    """
    loader = session.loader
    if not isinstance(loader, DataLoader) or isinstance(loader.dataset, IterableDataset):
        raise DataError(N_("A stream is not read a second time while it is trained with."))
    return loader_told(loader, batches=1, label=label).epoch
