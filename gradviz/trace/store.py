"""The value store: every tensor of a trace exactly as it was, without copying what stays still.

A kept tensor is an alias of the live one. Only when something is about to change its storage in
place does the store take a copy (`ValueStore.secure`). Each alias remembers torch's version
counter, so a change that nobody announced is noticed and reported, never shown as a wrong number.
Memory that others can write to without torch (NumPy, another process) is copied at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.tensors import cloned, held
from gradviz.trace.events import ValueRef
from gradviz.trace.shelf import Shelf

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_Key: TypeAlias = "tuple[int, int | None, torch.Size, tuple[int, ...], torch.dtype, bool, bool]"
"""Where the elements are and how they are read: address, version, shape, stride, dtype, and
whether they stand for their negative or their conjugate."""

DEFAULT_BUDGET = 2 * 2**30
"""Bytes of values that a trace holds unless told otherwise."""
FEW = 4096
"""Bytes of a value that makes no room if it is dropped, such as a loss."""
SHARE = 10
"""Such values may take this part of the budget."""


class _Kept(NamedTuple):
    """A value that is held.

    ``version`` is that of torch's counter for an alias, None for a copy; ``size`` the bytes that it
    takes, which are few where it was expanded from few; ``key`` is what the tensor is known again
    by, and ``storage`` the address of the memory that an alias shares.
    """

    tensor: Tensor
    version: int | None
    size: int
    key: _Key | None = None
    storage: int = 0


class ValueStore:
    """Tensors by `ValueRef`. Values over the budget are dropped, oldest first, and small ones only
    when there are many; ``dropped`` is how many of them were not put back since.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self.bytes = 0
        self.dropped = 0
        self._few = 0
        self._kept: dict[int, _Kept] = {}
        self._refs: dict[_Key, ValueRef] = {}
        self._aliases: dict[int, list[int]] = {}
        self._foreign: dict[int, object] = {}
        self._names: dict[object, str] = {}
        self._pinned: Counter[int] = Counter()
        self._shelf = Shelf()
        self._lasting: set[int] = set()
        self._next = 0

    def keep(self, tensor: Tensor) -> ValueRef:
        """A reference to the tensor's present value; equal aliases share one reference."""
        try:
            key = (
                tensor.data_ptr(), tensor._version, tensor.shape, tensor.stride(), tensor.dtype,
                tensor.is_neg(), tensor.is_conj(),
            )  # fmt: skip
        except (RuntimeError, NotImplementedError):
            return self._keep_unversioned(tensor)
        known = self._refs.get(key)
        if known is None or self._foreign:
            return self._keep_new(tensor, key)
        return known

    def secure(self, tensor: Tensor) -> None:
        """Copy what is kept of this storage, which is about to change in place."""
        if not self._aliases:
            return
        try:
            storage = tensor.untyped_storage().data_ptr()
        except (RuntimeError, NotImplementedError):
            return
        for id in self._aliases.pop(storage, ()):
            alias, version, size, key, _ = self._kept[id]
            if key is not None:
                self._refs.pop(key, None)
            if version is None or alias._version == version:
                self._kept[id] = _Kept(cloned(alias), None, size)

    def _keep_new(self, tensor: Tensor, key: _Key) -> ValueRef:
        """Hold a tensor that was not met before, or whose memory others may write to.

        Torch marks memory that it shares by making it impossible to resize.
        """
        memory = tensor.untyped_storage()
        try:
            storage = memory.data_ptr()
        except RuntimeError:
            return self._keep_copy(tensor)
        if not storage:  # an empty tensor, or one of the meta device
            return self._add(tensor, _Kept(tensor.detach(), None, 0), tensor.nbytes)
        known = self._refs.get(key)
        if storage in self._foreign or (known is None and not memory.resizable()):
            return self._keep_foreign(tensor, key, known)
        if known is not None:
            return known
        alias = tensor.detach()
        version = None if key[1] is None or alias.is_inference() else key[1]
        size = tensor.nbytes
        kept = _Kept(alias, version, held(tensor, size), key, storage)
        ref = self._refs[key] = self._add(tensor, kept, size)
        if storage in self._aliases:
            self._aliases[storage].append(ref.id)
        else:
            self._aliases[storage] = [ref.id]
        return ref

    def _keep_unversioned(self, tensor: Tensor) -> ValueRef:
        """Tensors of inference mode have no version; the other kinds are known by nothing."""
        try:
            key = (
                tensor.data_ptr(), None, tensor.shape, tensor.stride(), tensor.dtype,
                tensor.is_neg(), tensor.is_conj(),
            )  # fmt: skip
        except (RuntimeError, NotImplementedError):
            return self._keep_copy(tensor)
        return self._keep_new(tensor, key)

    def _keep_copy(self, tensor: Tensor) -> ValueRef:
        """Sparse tensors have no storage to share, and nested ones no shape to know them by."""
        copy = tensor.detach().clone()
        size = copy.element_size() * (copy._nnz() if copy.is_sparse else copy.numel())
        return self._add(tensor, _Kept(copy, None, size), size)

    def _keep_foreign(self, tensor: Tensor, key: _Key, known: ValueRef | None) -> ValueRef:
        """A copy, and the last one again while the memory still holds the same numbers.

        The storage is held, so that its address stays its own.
        """
        memory = tensor.untyped_storage()
        self._foreign[memory.data_ptr()] = memory
        if known is not None and _equal(self._kept[known.id].tensor, tensor):
            return known
        copy = cloned(tensor.detach())
        size = tensor.nbytes
        kept = _Kept(copy, None, held(tensor, size), key)
        ref = self._refs[key] = self._add(tensor, kept, size)
        return ref

    def _add(self, tensor: Tensor, kept: _Kept, size: int) -> ValueRef:
        ref = ValueRef(self._next, _shape(tensor), self._name(tensor.dtype), size)
        self._next += 1
        self._kept[ref.id] = kept
        self._count(kept, 1)
        if self.bytes > self.budget:
            self._drop_oldest(but=ref.id)
        return ref

    def _count(self, kept: _Kept, times: int) -> None:
        """A value is held, or no longer."""
        self.bytes += times * kept.size
        if kept.size <= FEW:
            self._few += times * kept.size

    def holds(self, ref: ValueRef) -> bool:
        """Whether the value can still be had."""
        return ref.id in self._kept or ref.id in self._shelf

    def shelve(self, ref: ValueRef) -> None:
        """Put this value on disk rather than drop it, when the time comes."""
        self._lasting.add(ref.id)

    def pin(self, refs: Iterable[ValueRef]) -> None:
        """Never drop these values, whatever the budget."""
        self._pinned.update(ref.id for ref in refs)

    @contextmanager
    def pinning(self, refs: Sequence[ValueRef]) -> Iterator[None]:
        """The block drops none of these values."""
        self.pin(refs)
        try:
            yield
        finally:
            self._pinned.subtract(ref.id for ref in refs)
            self._pinned = +self._pinned

    def renew(self, refs: Iterable[ValueRef]) -> None:
        """Let these values be the last to be dropped, of those that are held."""
        for id in {ref.id for ref in refs} & self._kept.keys():
            self._kept[id] = self._kept.pop(id)

    def refill(self, ref: ValueRef, tensor: Tensor) -> None:
        """Put back a value that was dropped."""
        if not self.holds(ref):
            copy = cloned(tensor.detach())
            kept = self._kept[ref.id] = _Kept(copy, None, held(copy, ref.bytes))
            self._count(kept, 1)
            self.dropped -= 1
            if self.bytes > self.budget:
                self._drop_oldest(but=ref.id)

    def get(self, ref: ValueRef) -> Tensor:
        """The exact tensor; raises `TraceError` if it was dropped or changed unannounced."""
        if ref.id in self._shelf:
            return self._shelf.get(ref.id)
        if ref.id not in self._kept:
            raise TraceError(
                N_("value {id} of shape {shape} was dropped to stay within {budget} MiB"),
                mend=N_("raise the memory budget of the trace, or look at it sooner"),
                id=ref.id,
                shape=list(ref.shape),
                budget=self.budget // 2**20,
            )
        kept = self._kept[ref.id]
        if _is_overwritten(kept):
            raise TraceError(
                N_("value {id} of shape {shape} was overwritten by code that torch did not show"),
                mend=N_("clone the tensor before changing its memory by hand"),
                id=ref.id,
                shape=list(ref.shape),
            )
        return kept.tensor

    def equal(self, one: ValueRef, other: ValueRef) -> bool:
        """Whether both are known, and hold the same numbers."""
        try:
            a, b = self.get(one), self.get(other)
        except TraceError:
            return False
        return a.shape == b.shape and a.dtype == b.dtype and _equal(a, b)

    def _drop_oldest(self, *, but: int) -> None:
        while self.bytes > self.budget:
            few = self._few * SHARE < self.budget
            id = self._oldest(but, larger=FEW) if few else None
            id = self._oldest(but, larger=-1) if id is None else id
            if id is None:
                return
            self._drop(id)

    def _oldest(self, but: int, *, larger: int) -> int | None:
        """The value that has been held longest, of those that may be dropped and are this large."""
        return next(
            (
                id
                for id, kept in self._kept.items()
                if kept.size > larger and id != but and id not in self._pinned
            ),
            None,
        )

    def _drop(self, id: int) -> None:
        kept = self._kept[id]
        if id in self._lasting and not _is_overwritten(kept):
            self._shelf.put(id, kept.tensor)
        else:
            self.dropped += 1
        self._forget(id)

    def _forget(self, id: int) -> None:
        kept = self._kept.pop(id)
        self._count(kept, -1)
        if kept.key is not None:
            self._refs.pop(kept.key, None)
        if kept.storage:
            aliases = self._aliases[kept.storage]
            aliases.remove(id)
            if not aliases:
                del self._aliases[kept.storage]

    def _name(self, dtype: object) -> str:
        name = self._names.get(dtype)
        if name is None:
            name = self._names[dtype] = str(dtype).removeprefix("torch.")
        return name


def _equal(copy: Tensor, tensor: Tensor) -> bool:
    """Whether both hold the same numbers; NaN equals NaN."""
    if copy.is_meta or tensor.is_meta:
        return copy.is_meta and tensor.is_meta  # there are no numbers to differ
    if copy.equal(tensor):
        return True
    return copy.is_floating_point() and copy.allclose(tensor, rtol=0, atol=0, equal_nan=True)


def _is_overwritten(kept: _Kept) -> bool:
    """Whether an alias no longer holds what it did."""
    alias = kept.tensor
    return kept.version is not None and (alias._version != kept.version or _is_freed(alias))


def _is_freed(alias: Tensor) -> bool:
    """Whether somebody has given the memory back, as sharded training does: torch would read it
    all the same.
    """
    return alias.untyped_storage().nbytes() == 0 and alias.numel() > 0


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape; -1 where the parts of a nested tensor differ."""
    if not tensor.is_nested:
        return (*tensor.shape,)
    shapes = [tuple(part.shape) for part in tensor.unbind()]
    columns = zip(*shapes, strict=True)
    return (len(shapes), *(-1 if len({*sizes}) > 1 else sizes[0] for sizes in columns))
