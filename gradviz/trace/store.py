"""The value store: every tensor of a trace exactly as it was, without copying what stays still.

A kept tensor is an alias of the live one. Only when something is about to change its storage in
place does the store take a copy (`ValueStore.secure`). Each alias remembers torch's version
counter, so a change that nobody announced is noticed and reported, never shown as a wrong number.
Memory that others can write to without torch (NumPy, another process) is copied at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.trace.events import ValueRef

if TYPE_CHECKING:
    from torch import Tensor

DEFAULT_BUDGET = 2 * 2**30
"""Bytes of values that a trace holds unless told otherwise."""


class ValueStore:
    """Tensors by `ValueRef`. Values over the budget are dropped, oldest first."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self.bytes = 0
        self._kept: dict[int, tuple[Tensor, int | None]] = {}
        self._sizes: dict[int, int] = {}
        self._refs: dict[tuple[object, ...], ValueRef] = {}
        self._keys: dict[int, tuple[object, ...]] = {}
        self._aliases: dict[object, set[int]] = {}
        self._foreign: dict[object, object] = {}
        self._names: dict[object, str] = {}
        self._pinned: set[int] = set()
        self._next = 0

    def keep(self, tensor: Tensor) -> ValueRef:
        """A reference to the tensor's present value; equal aliases share one reference."""
        try:
            memory = tensor.untyped_storage()
            storage = memory.data_ptr()
            shape = tuple(tensor.shape)
        except (RuntimeError, NotImplementedError):
            return self._keep_copy(tensor)
        try:
            version: int | None = tensor._version
        except RuntimeError:  # a tensor of inference mode has none
            version = None
        key = (
            storage, tensor.storage_offset(), shape, tensor.stride(), tensor.dtype, version,
            tensor.is_conj(), tensor.is_neg(),
        )  # fmt: skip
        known = self._refs.get(key)
        if storage in self._foreign or (known is None and storage and not memory.resizable()):
            return self._keep_foreign(tensor, key, known)
        if known is not None:
            return known
        if not storage:  # an empty tensor, or one of the meta device
            return self._add(tensor.detach(), shape, None, tensor.nbytes)
        alias = tensor.detach()
        ref = self._add(alias, shape, None if alias.is_inference() else version, tensor.nbytes)
        self._refs[key] = ref
        self._keys[ref.id] = key
        self._aliases.setdefault(storage, set()).add(ref.id)
        return ref

    def secure(self, tensor: Tensor) -> None:
        """Copy what is kept of this storage, which is about to change in place."""
        if not self._aliases:
            return
        try:
            storage = tensor.untyped_storage().data_ptr()
        except (RuntimeError, NotImplementedError):
            return
        for id in self._aliases.pop(storage, ()):
            alias, version = self._kept[id]
            self._refs.pop(self._keys.pop(id), None)
            if version is None or alias._version == version:
                self._kept[id] = (alias.clone(), None)

    def _keep_foreign(
        self, tensor: Tensor, key: tuple[object, ...], known: ValueRef | None
    ) -> ValueRef:
        """A copy, and the last one again while the memory still holds the same numbers.

        Torch marks memory that it shares by making it impossible to resize. The storage is held,
        so that its address stays its own.
        """
        self._foreign[key[0]] = tensor.untyped_storage()
        if known is not None and _equal(self._kept[known.id][0], tensor):
            return known
        ref = self._add(tensor.detach().clone(), tuple(tensor.shape), None, tensor.nbytes)
        self._refs[key] = ref
        self._keys[ref.id] = key
        return ref

    def _keep_copy(self, tensor: Tensor) -> ValueRef:
        """Sparse tensors have no storage to share, and nested ones no shape to know them by."""
        copy = tensor.detach().clone()
        size = copy.element_size() * (copy._nnz() if copy.is_sparse else copy.numel())
        return self._add(copy, _shape(tensor), None, size)

    def _add(
        self, tensor: Tensor, shape: tuple[int, ...], version: int | None, size: int
    ) -> ValueRef:
        ref = ValueRef(self._next, shape, self._name(tensor.dtype), size)
        self._next += 1
        self._kept[ref.id] = (tensor, version)
        self.bytes += size
        self._sizes[ref.id] = size
        if self.bytes > self.budget:
            self._drop_oldest(but=ref.id)
        return ref

    def holds(self, ref: ValueRef) -> bool:
        """Whether the value can still be had."""
        return ref.id in self._kept

    def pin(self, refs: Iterable[ValueRef]) -> None:
        """Never drop these values, whatever the budget."""
        self._pinned.update(ref.id for ref in refs)

    def refill(self, ref: ValueRef, tensor: Tensor) -> None:
        """Put back a value that was dropped."""
        if ref.id not in self._kept:
            self._kept[ref.id] = (tensor.detach().clone(), None)
            self._sizes[ref.id] = ref.bytes
            self.bytes += ref.bytes

    def get(self, ref: ValueRef) -> Tensor:
        """The exact tensor; raises `TraceError` if it was dropped or changed unannounced."""
        if ref.id not in self._kept:
            raise TraceError(
                N_("value {id} of shape {shape} was dropped to stay within {budget} MiB"),
                mend=N_("raise the memory budget of the trace, or look at it sooner"),
                id=ref.id,
                shape=list(ref.shape),
                budget=self.budget // 2**20,
            )
        alias, version = self._kept[ref.id]
        if version is not None and alias._version != version:
            raise TraceError(
                N_("value {id} of shape {shape} was overwritten by code that torch did not show"),
                mend=N_("clone the tensor before changing its memory by hand"),
                id=ref.id,
                shape=list(ref.shape),
            )
        return alias

    def equal(self, one: ValueRef, other: ValueRef) -> bool:
        """Whether both are known, and hold the same numbers."""
        try:
            a, b = self.get(one), self.get(other)
        except TraceError:
            return False
        return a.shape == b.shape and a.dtype == b.dtype and _equal(a, b)

    def _drop_oldest(self, *, but: int) -> None:
        while self.bytes > self.budget:
            droppable = (id for id in self._kept if id != but and id not in self._pinned)
            id = next(droppable, None)
            if id is None:
                return
            del self._kept[id]
            self.bytes -= self._sizes.pop(id)
            key = self._keys.pop(id, None)
            if key is not None:
                self._refs.pop(key, None)
                aliases = self._aliases.get(key[0], set())
                aliases.discard(id)
                if not aliases:
                    self._aliases.pop(key[0], None)

    def _name(self, dtype: object) -> str:
        if dtype not in self._names:
            self._names[dtype] = str(dtype).removeprefix("torch.")
        return self._names[dtype]


def _equal(copy: Tensor, tensor: Tensor) -> bool:
    """Whether both hold the same numbers; NaN equals NaN."""
    if copy.equal(tensor):
        return True
    return copy.is_floating_point() and copy.allclose(tensor, rtol=0, atol=0, equal_nan=True)


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape; -1 where the parts of a nested tensor differ."""
    if not tensor.is_nested:
        return tuple(tensor.shape)
    shapes = [tuple(part.shape) for part in tensor.unbind()]
    columns = zip(*shapes, strict=True)
    return (len(shapes), *(-1 if len({*sizes}) > 1 else sizes[0] for sizes in columns))
