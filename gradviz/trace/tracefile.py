"""Writing a whole trace into a file: events, graphs, and every value exact to the bit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradviz.errors import TraceError
from gradviz.files import writing
from gradviz.trace import container
from gradviz.trace.events import ValueRef, refs_of
from gradviz.trace.index import Beginning, Header, Held, Index, Lost
from gradviz.trace.memory import Memory
from gradviz.trace.parts import Parts, UnknownKindError, parts_of
from gradviz.trace.summary import summarize

if TYPE_CHECKING:
    from torch import Tensor

    from gradviz.trace.trace import Trace


_LARGEST_NUMBER = 2**63 - 1


def write(trace: Trace, path: str | os.PathLike[str]) -> None:
    """Write everything, whole or not at all. Raises `OutputError`.

    Values of another device come back on the CPU. One that the trace has dropped, or of a kind that
    no file can hold, is written down as lost, with the reason.
    """
    index = Index(
        events=list(trace.events),
        graphs=list(trace.graphs),
        beginnings=[_beginning(*told) for told in trace.beginnings()],
        held={},
        lost={},
        segments=[],
        budget=min(trace.store.budget, _LARGEST_NUMBER),
        next_node=trace.node_numbers.next,
        calls=trace.calls,
    )
    found: dict[int, Parts] = {}
    for ref in _refs(index):
        if ref.id in found or ref.id in index.lost:
            continue
        value = _value(trace, ref)
        if isinstance(value, Lost):
            index.lost[ref.id] = value
        else:
            found[ref.id] = value
    memory = Memory(part for parts in found.values() for part in parts.tensors)
    for id, parts in found.items():
        arrays = tuple(memory.array(part) for part in parts.tensors)
        index.held[id] = Held(parts.kind, arrays, parts.shape, parts.numbers)

    def values(stream: Any) -> None:
        index.segments.extend(memory.write(stream))

    header = Header(container.FORMAT, _version("gradviz"), _version("torch"))
    with writing(Path(path)) as stream:
        container.write(stream, header, index, values)


def _beginning(index: int, room: Any, name: str, value: Any) -> Beginning:
    if isinstance(value, dict):
        return Beginning(index, room, name, state=value)
    return Beginning(index, room, name, value=value)


def _refs(index: Index) -> Iterator[ValueRef]:
    yield from refs_of(index.events)
    yield from refs_of(index.beginnings)


def _value(trace: Trace, ref: ValueRef) -> Parts | Lost:
    try:
        tensor = trace.store.get(ref)
    except TraceError:
        return Lost("overwritten" if trace.store.holds(ref) else "dropped")
    try:
        return parts_of(tensor)
    except UnknownKindError as error:
        return Lost("unknown", str(error), _norm(tensor))


def _norm(tensor: Tensor) -> float | None:
    try:
        return summarize(tensor).norm
    except TraceError:
        return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
