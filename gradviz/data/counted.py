"""What torch's loader asks of a dataset before it asks for a sample: how many there are."""

from __future__ import annotations

from typing import Any

from torch.utils.data import IterableDataset

from gradviz.errors import DataError
from gradviz.i18n import N_


def check_count(samples: Any, *, kind: str, needed: bool = True) -> None:
    """Raise `DataError` for what is no dataset, and for one that does not say how many samples it
    has, or has none. ``needed`` is whether it must have a length.
    """
    if isinstance(samples, IterableDataset):
        return
    if not hasattr(samples, "__getitem__"):
        raise DataError(
            N_("{kind} gave an object of type {got}, which is no dataset"),
            where="$.data.dataset",
            mend=N_("let it give a torch Dataset, with __len__ and __getitem__, or a DataLoader"),
            kind=kind,
            got=type(samples).__name__,
        )
    if not hasattr(samples, "__len__"):
        if needed:
            raise DataError(
                N_("{kind} does not say how many samples it has"),
                where="$.data.dataset",
                mend=N_("write def __len__(self), or make it an IterableDataset with __iter__"),
                kind=kind,
            )
        return
    try:
        count = len(samples)
    except (Exception, SystemExit) as error:
        raise DataError(
            N_("the __len__ of {kind} fails: {error}: {reason}"),
            where="$.data.dataset",
            mend=N_("let it return how many samples there are, a whole number"),
            kind=kind,
            error=type(error).__name__,
            reason=said(error),
        ) from error
    if not count:
        raise DataError(
            N_("{kind} has no sample"),
            where="$.data.dataset",
            mend=N_("let it find some: its __len__ returns 0"),
            kind=kind,
        )


def said(error: BaseException) -> str:
    """The first line of what an error says, else its name; its own ``__str__`` may fail too."""
    try:
        text = str(error).strip()
    except Exception:  # noqa: BLE001 - the user's own code may raise anything
        text = ""
    return text.partition("\n")[0] or type(error).__name__
