"""What an iteration was fed, to feed it again: the same numbers, whatever was done to them."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from gradviz.engine.loop.batch import mapped
from gradviz.trace.store import ValueStore


class Fed:
    """A batch as it was when it was fetched.

    A loader cannot be asked for it again, so its tensors go to disk when the memory for values is
    used up; what else is in it is held.
    """

    def __init__(self, batch: tuple[Any, ...], store: ValueStore) -> None:
        self._batch = mapped(batch, Tensor, lambda tensor: _Kept(tensor, store))

    def again(self) -> tuple[Any, ...]:
        """The batch once more. Raises `TraceError` if it was overwritten unseen."""
        batch: tuple[Any, ...] = mapped(self._batch, _Kept, _Kept.again)
        return batch


class _Kept:
    """A tensor of a batch, by the reference to its value."""

    def __init__(self, tensor: Tensor, store: ValueStore) -> None:
        self._store = store
        self._ref = store.keep(tensor)
        self._requires_grad = tensor.requires_grad
        store.shelve(self._ref)

    def again(self) -> Tensor:
        """The tensor, with memory of its own: what is done to it has no effect here."""
        return self._store.get(self._ref).detach().clone().requires_grad_(self._requires_grad)
