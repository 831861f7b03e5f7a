"""Batches as loaders deliver them: tensors in tuples and dicts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, TypeVar

from msgspec import Struct
from torch import Tensor

from gradviz.errors import DataError
from gradviz.i18n import N_

Kind = TypeVar("Kind")


class Keys(Struct, frozen=True):
    """Where in a batch that is a dict the model's inputs and the target are."""

    inputs: tuple[str, ...] = ()
    target: str = ""


PAIRS = Keys()
"""The batches are tuples."""


def split(batch: Any, keys: Keys = PAIRS) -> tuple[tuple[Any, ...], Any]:
    """The model's inputs and the target: the last part of a tuple or list, or what a dict has at
    the ``keys``.

    Raises `DataError` for a batch of another form.
    """
    if isinstance(batch, Mapping):
        return _named(batch, keys)
    if isinstance(batch, list | tuple) and len(batch) >= 2:
        return tuple(batch[:-1]), batch[-1]
    raise DataError(
        N_("the loader gave a {got}, which is no pair of input and target"),
        where="batch",
        mend=N_("let the dataset return (input, target)"),
        got=type(batch).__name__,
    )


def _named(batch: Mapping[Any, Any], keys: Keys) -> tuple[tuple[Any, ...], Any]:
    known = ", ".join(map(str, batch))
    if not keys.inputs or not keys.target:
        raise DataError(
            N_("the loader gave a dict, and nothing says which of its keys the model takes"),
            where="batch",
            mend=N_("name them as inputs and target; there are: {known}"),
            known=known,
        )
    for key in (*keys.inputs, keys.target):
        if key not in batch:
            raise DataError(
                N_("the batch has no “{key}”"),
                where="batch",
                mend=N_("take one of: {known}"),
                key=key,
                known=known,
            )
    return tuple(batch[key] for key in keys.inputs), batch[keys.target]


def mapped(value: Any, kind: type[Kind], change: Callable[[Kind], Any]) -> Any:
    """The same structure, of the same classes, with each object of a kind changed; the very same
    if none has.
    """
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, Mapping):
        items = {key: mapped(item, kind, change) for key, item in value.items()}
        if all(items[key] is item for key, item in value.items()):
            return value
        if not isinstance(value, MutableMapping):
            return items
        same = copy.copy(value)
        same.update(items)
        return same
    if isinstance(value, list | tuple):
        parts = [mapped(item, kind, change) for item in value]
        if all(part is item for part, item in zip(parts, value, strict=True)):
            return value
        if isinstance(value, list):
            return parts
        return getattr(value, "_make", tuple)(parts)
    return value


def named_tensors(value: Any, path: str = "") -> Iterator[tuple[str, Tensor]]:
    """Each tensor with its place: ``input``, ``input.1``, ``target.label``.

    A lone element needs no number.
    """
    if isinstance(value, Tensor):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from named_tensors(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from named_tensors(item, path if len(value) == 1 else f"{path}.{i}")


def map_named_tensors(value: Any, change: Callable[[str, Tensor], Tensor], path: str = "") -> Any:
    """The same structure with each tensor changed by its place and itself, see `named_tensors`."""
    if isinstance(value, Tensor):
        return change(path, value)
    if isinstance(value, Mapping):
        return {
            key: map_named_tensors(item, change, f"{path}.{key}" if path else str(key))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            map_named_tensors(item, change, path if len(value) == 1 else f"{path}.{i}")
            for i, item in enumerate(value)
        ]
    return value
