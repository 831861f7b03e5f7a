"""What an iteration was fed, to feed it again: the same numbers, whatever was done to them."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from gradviz.engine.batch import mapped
from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.trace.store import ValueStore


class Fed:
    """A batch as it was when it was fetched.

    It holds the batch itself, since a loader cannot be asked for it again, and the value of each
    tensor, which the program may change in place.
    """

    def __init__(self, batch: tuple[Any, ...], store: ValueStore) -> None:
        self._batch = mapped(batch, Tensor, lambda tensor: _Kept(tensor, store))

    def again(self) -> tuple[Any, ...]:
        """The batch once more. Raises `TraceError` if its numbers are no more."""
        batch: tuple[Any, ...] = mapped(self._batch, _Kept, _Kept.again)
        return batch


class _Kept:
    """A tensor of a batch, and the reference to its value."""

    def __init__(self, tensor: Tensor, store: ValueStore) -> None:
        self._store = store
        self._ref = store.keep(tensor)
        self._alias = tensor.detach()
        self._version = _version(self._alias)
        self._requires_grad = tensor.requires_grad

    def again(self) -> Tensor:
        """The tensor, with memory of its own: what is done to it has no effect here."""
        return self._value().detach().clone().requires_grad_(self._requires_grad)

    def _value(self) -> Tensor:
        if self._store.holds(self._ref):
            return self._store.get(self._ref)
        if self._version is None or _version(self._alias) != self._version:
            raise TraceError(
                N_("a batch was changed in place, and what it was has been dropped"),
                mend=N_("raise the memory budget of the trace, or change a clone of the batch"),
            )
        return self._alias


def _version(tensor: Tensor) -> int | None:
    return None if tensor.is_inference() else tensor._version
