"""Two runs side by side: from which event on they differ, and by how much in the end."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.trace.events import ValueRef
from gradviz.trace.trace import Trace


class Difference(Struct, frozen=True):
    """A parameter that the two runs leave different: the largest distance of an element, and the
    Euclidean distance.
    """

    param: str
    largest: float
    distance: float


class Comparison(Struct, frozen=True):
    """``first`` is the index of the first event that differs, None if all are equal."""

    first: int | None
    params: tuple[Difference, ...]


def compare(one: Trace, other: Trace, *, start: int = 0) -> Comparison:
    """Compare event by event from ``start`` on, bit for bit, and the parameters at the end.

    A value that either trace has dropped counts as equal: nothing speaks against it.
    """
    return Comparison(first_difference(one, other, start=start), tuple(_params(one, other)))


def first_difference(
    one: Trace, other: Trace, *, start: int = 0, end: int | None = None
) -> int | None:
    """The index of the first event whose kind, facts or values differ; the first trace is looked at
    up to its event ``end``.
    """
    ends = len(one.events) if end is None else end, len(other.events)
    for index in range(start, max(ends)):
        if index >= min(ends):
            return index
        if not _same(one, one.events[index], other, other.events[index]):
            return index
    return None


def _same(one: Trace, a: object, other: Trace, b: object) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, ValueRef) and isinstance(b, ValueRef):
        return _equal(one, a, other, b)
    if isinstance(a, Struct):
        return all(
            _same(one, getattr(a, name), other, getattr(b, name))
            for name in a.__struct_fields__
            if name != "source"
        )
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(one, a[key], other, b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(_same(one, x, other, y) for x, y in zip(a, b, strict=True))
    return bool(a == b) or (a != a and b != b)


def _equal(one: Trace, a: ValueRef, other: Trace, b: ValueRef) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if one.store is other.store and a.id == b.id:
        return True
    try:
        x, y = one.value(a), other.value(b)
    except TraceError:
        return True
    if x.is_sparse:
        x, y = x.to_dense(), y.to_dense()
    return x.equal(y) or bool(((x == y) | ((x != x) & (y != y))).all())


def _params(one: Trace, other: Trace) -> Iterator[Difference]:
    ends = [trace.at(len(trace.events) - 1).params for trace in (one, other)]
    for name in ends[0]:
        if name not in ends[1]:
            continue
        try:
            gap = (ends[1][name].double() - ends[0][name].double()).abs()
        except TraceError:
            continue
        if gap.numel() and gap.max().item() != 0:
            yield Difference(name, gap.max().item(), gap.norm().item())
