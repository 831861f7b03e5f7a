"""Whose memory it is: parameters, gradients and buffers by the address of their storage."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor

from gradviz.engine.record.names import Names
from gradviz.trace.history import Room


class Owner(NamedTuple):
    """A tensor that has a name."""

    room: Room
    name: str
    tensor: Tensor


class Owners:
    """An index that is made anew when it is asked after something may have moved."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._by_address: dict[int, list[Owner]] | None = None
        self._leaves = 0

    def moved(self) -> None:
        """Something with a name may have got other memory."""
        self._by_address = None

    def of(self, tensor: Tensor) -> list[Owner]:
        """Everything with a name that shares memory with the tensor."""
        if self._by_address is None or self._leaves != len(self._names.leaves):
            self._by_address = {}
            self._leaves = len(self._names.leaves)
            for owner in self.all():
                self._by_address.setdefault(_address(owner.tensor), []).append(owner)
        address = _address(tensor)
        found = self._by_address.get(address, []) if address else []
        return [owner for owner in found if _overlap(owner.tensor, tensor)]

    def all(self) -> Iterator[Owner]:
        """Everything that has a name."""
        for name, leaf in self._names.leaves.items():
            yield Owner("params", name, leaf)
            grad = grad_of(leaf)
            if grad is not None:
                yield Owner("grads", name, grad)
        for name, buffer in self._names.buffers.items():
            yield Owner("buffers", name, buffer)


def grad_of(tensor: Tensor) -> Tensor | None:
    """The ``.grad``; torch warns of reading that of a tensor which is not a leaf."""
    if tensor.is_leaf or tensor.retains_grad:
        return tensor.grad
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tensor.grad


def _address(tensor: Tensor) -> int:
    """The address of the tensor's storage; 0 if it has none of its own."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError, ValueError):
        return 0


def _overlap(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors of one storage can have an element in common."""
    if a is b:
        return True
    (a_first, a_end), (b_first, b_end) = _span(a), _span(b)
    return a_first < b_end and b_first < a_end


def _span(tensor: Tensor) -> tuple[int, int]:
    """Where its elements begin and end in the storage, in bytes."""
    first = int(tensor.storage_offset())
    steps = zip(tensor.shape, tensor.stride(), strict=True)
    reach: int = sum((int(size) - 1) * int(step) for size, step in steps)
    end = first + reach + 1 if tensor.numel() else first
    return first * tensor.element_size(), end * tensor.element_size()
