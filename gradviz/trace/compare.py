"""Two runs side by side: from which event on they differ, and by how much in the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.trace.events import BufferChanged, ParamUpdated, ValueRef
from gradviz.trace.trace import Trace


class Difference(Struct, frozen=True):
    """A parameter or buffer that the two runs leave different, or what the optimizer keeps of it
    under ``key``: the largest distance of an element, the Euclidean distance, and the index of the
    event of the second run from which on it was different.
    """

    param: str
    largest: float
    distance: float
    first: int | None = None
    key: str = ""


class Comparison(Struct, frozen=True):
    """``first`` is the index of the first event that differs, None if all are equal; the others are
    what is different in the end.
    """

    first: int | None
    params: tuple[Difference, ...] = ()
    buffers: tuple[Difference, ...] = ()
    optimizer: tuple[Difference, ...] = ()


def compare(one: Trace, other: Trace, *, start: int = 0) -> Comparison:
    """Compare event by event from ``start`` on, bit for bit, and what there is at the end.

    A value that either trace has dropped counts as equal: nothing speaks against it.
    """
    first = first_difference(one, other, start=start)
    if first is None:
        return Comparison(None)
    sides = _Side(one, start), _Side(other, start)
    params, buffers, optimizer = (
        tuple(_differences(room, *sides)) for room in ("params", "buffers", "optimizer")
    )
    return Comparison(first, params, buffers, optimizer)


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
        x, y = one.peek(a), other.peek(b)
    except TraceError:
        return True
    if x.is_sparse:
        x, y = x.to_dense(), y.to_dense()
    return x.equal(y) or bool(((x == y) | ((x != x) & (y != y))).all())


class _Side:
    """One of the runs: what was written down of each name, event by event, and in the end."""

    def __init__(self, trace: Trace, start: int) -> None:
        self.trace = trace
        self.end = trace.written(len(trace.events) - 1)
        self.steps: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        for event in trace.events[start:]:
            if isinstance(event, ParamUpdated):
                self._note("params", event.param, event.index, event.after)
                self._note("optimizer", event.param, event.index, event.state_after)
            elif isinstance(event, BufferChanged):
                self._note("buffers", event.buffer, event.index, event.after)

    def _note(self, room: str, name: str, index: int, value: object) -> None:
        self.steps.setdefault((room, name), []).append((index, value))


def _differences(room: str, one: _Side, other: _Side) -> Iterator[Difference]:
    for (where, name), old in one.end.items():
        new = other.end.get((where, name))
        if where != room or new is None or old is None:
            continue
        olds, news = (side if isinstance(side, dict) else {"": side} for side in (old, new))
        for key in olds.keys() & news.keys():
            gap = _gap(one.trace, olds[key], other.trace, news[key])
            if gap is not None:
                yield Difference(name, *gap, _since(room, name, key, one, other), key)


def _since(room: str, name: str, key: str, one: _Side, other: _Side) -> int | None:
    """The event of the other run that first left a value different."""
    pairs = zip_longest(one.steps.get((room, name), ()), other.steps.get((room, name), ()))
    for old, new in pairs:
        if new is None:
            return None
        values = [None if step is None else step[1] for step in (old, new)]
        if key:
            values = [state and state.get(key) for state in values]
        if not _same(one.trace, values[0], other.trace, values[1]):
            return int(new[0])
    return None


def _gap(one: Trace, a: Any, other: Trace, b: Any) -> tuple[float, float] | None:
    """The largest and the Euclidean distance; None if there is none, or a value was dropped."""
    if _same(one, a, other, b):
        return None
    if not (isinstance(a, ValueRef) and isinstance(b, ValueRef)):
        return (
            (abs(b - a),) * 2 if isinstance(a, int | float) and isinstance(b, int | float) else None
        )
    if a.shape != b.shape:
        return math.inf, math.inf
    x, y = one.peek(a), other.peek(b)
    gap = (y - x).abs() if x.is_complex() else (y.double() - x.double()).abs()
    return gap.max().item(), gap.norm().item()
