"""Trace files: JSON lines, an object an event, its tensors as shape, dtype and statistics."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gradviz.errors import TraceError
from gradviz.files import writing
from gradviz.trace.events import AnyEvent, ValueRef
from gradviz.trace.summary import is_plain, summarize

if TYPE_CHECKING:
    from gradviz.trace.trace import Trace

SMALL = 16
"""Tensors of up to this many elements are written with all their values."""


def write(trace: Trace, path: str | os.PathLike[str]) -> None:
    """Write all events, whole or not at all. Raises `OutputError`."""
    encoder = msgspec.json.Encoder()
    with writing(Path(path)) as stream:
        for event in trace.events:
            stream.write(encoder.encode(plain(trace, event)) + b"\n")


def plain(trace: Trace, event: AnyEvent) -> dict[str, Any]:
    """An event as JSON types; ``event`` holds the name of its class."""
    return {"event": type(event).__name__, **_plain(trace, event)}


def _plain(trace: Trace, value: object) -> Any:
    match value:
        case ValueRef():
            return _tensor(trace, value)
        case msgspec.Struct():
            return {name: _plain(trace, getattr(value, name)) for name in value.__struct_fields__}
        case dict():
            return {key: _plain(trace, item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(trace, item) for item in value]
    return value


def _tensor(trace: Trace, ref: ValueRef) -> dict[str, Any]:
    told: dict[str, Any] = {"id": ref.id, "shape": ref.shape, "dtype": ref.dtype}
    try:
        tensor = trace.peek(ref)
        told |= msgspec.structs.asdict(summarize(tensor))
    except TraceError as error:
        return {**told, "lost": str(error)}
    if 0 < tensor.numel() <= SMALL and is_plain(tensor) and not tensor.is_complex():
        told["values"] = tensor.tolist()
    return told
