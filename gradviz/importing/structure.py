"""What a call was given or gave: values in tuples, lists, dicts and data classes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Change = Callable[[Any], Any]


def parts_of(thing: Any) -> dict[Any, Any] | None:
    """What is in a container, by its place; None for what is none."""
    if isinstance(thing, Mapping):
        return dict(thing)
    fields = getattr(thing, "_fields", None)
    if isinstance(thing, tuple) and fields is not None:
        return dict(zip(fields, thing, strict=True))
    if isinstance(thing, tuple | list):
        return dict(enumerate(thing))
    if isinstance(thing, slice):
        return {"start": thing.start, "stop": thing.stop, "step": thing.step}
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    return None


def mapped(thing: Any, change: Change) -> Any:
    """The same containers with each value changed. What has named parts becomes a dict."""
    if isinstance(thing, slice):
        return slice(*(mapped(each, change) for each in (thing.start, thing.stop, thing.step)))
    if isinstance(thing, list):
        return [mapped(each, change) for each in thing]
    if isinstance(thing, tuple) and not hasattr(thing, "_fields"):
        return tuple(mapped(each, change) for each in thing)
    parts = parts_of(thing)
    if parts is None:
        return change(thing)
    return {name: mapped(each, change) for name, each in parts.items()}


def values_in(thing: Any) -> Iterator[Any]:
    """The values, from the first to the last."""
    parts = parts_of(thing)
    if parts is None:
        yield thing
    else:
        for each in parts.values():
            yield from values_in(each)


def pairs_in(thing: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """The values of two structures that are alike. Raises `ValueError` if they are not."""
    parts, others = parts_of(thing), parts_of(other)
    if (parts is None) != (others is None):
        raise ValueError
    if parts is None or others is None:
        yield thing, other
        return
    if list(parts) != list(others):
        raise ValueError
    for name, each in parts.items():
        yield from pairs_in(each, others[name])
