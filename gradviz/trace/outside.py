"""The tensors that ops are given and that no op made: parameters, buffers, the batch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gradviz.trace.events import BatchFetched, BufferChanged
from gradviz.trace.forwardops import Op, inputs_of
from gradviz.trace.history import Room
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

_STRAY = re.compile(r"leaf#\d+")
"""The name of a leaf that no module of the model owns."""

Owned: TypeAlias = Mapping[int, tuple[Room, str]]
"""Room and name of parameters and buffers, by the ids of the references to them."""


class Given(Struct, frozen=True):
    """The name of a tensor that comes from outside, and the index of the event that brought it."""

    name: str
    event: int | None = None


def owned_by(trace: Trace, ops: Sequence[Op]) -> Owned:
    """The parameters and buffers that ops may use."""
    first, last = ops[0].index, ops[-1].index
    found: dict[int, tuple[Room, str]] = {}
    for index in (first - 1, last):
        for (room, name), value in trace.written(index).items():
            if room in ("params", "buffers") and not _STRAY.fullmatch(name):
                found[value.id] = (room, name)
    for event in trace.events[first : last + 1]:
        if isinstance(event, BufferChanged):
            found[event.before.id] = found[event.after.id] = ("buffers", event.buffer)
    return {**found, **_of_no_model(trace, ops, found)}


def given_to(trace: Trace, ops: Sequence[Op]) -> dict[int, Given]:
    """The names of other tensors, by the ids of the references to them."""
    last = ops[-1].index
    found = {
        value.id: Given(name)
        for (room, name), value in trace.written(last).items()
        if room == "params" and _STRAY.fullmatch(name)
    }
    for index in span(trace, ops[0].iteration):
        event = trace.events[index]
        if isinstance(event, BatchFetched) and index <= last:
            found |= {ref.id: Given(name, index) for name, ref in event.values.items()}
    return found


def _of_no_model(trace: Trace, ops: Sequence[Op], known: Owned) -> Owned:
    """What modules own that no model has. Torch's functions take it last, and it has the shape that
    it has in the module.
    """
    found: dict[int, tuple[Room, str]] = {}
    for op in ops:
        call = trace.calls.get(op.module)
        if call is None or "@" not in call.name:
            continue
        waiting: list[tuple[Room, str, tuple[int, ...]]] = [
            *(("params", name, shape) for name, shape in call.parameters.items()),
            *(("buffers", name, shape) for name, shape in call.buffers.items()),
        ]
        for ref in reversed(inputs_of(op)):
            match = next((own for own in waiting if own[2] == ref.shape), None)
            if match is not None and ref.id not in known:
                waiting.remove(match)
                found[ref.id] = match[0], match[1]
    return found
