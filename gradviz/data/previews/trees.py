"""Dicts, tuples, lists and data classes as trees of their parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from torch import Tensor

from gradviz.data.pipeline.contents import content_of
from gradviz.data.previews.kinds import Tree, TreeRow
from gradviz.data.previews.numbers import dense, is_readable, number_text

MOST = 60
PARTS = 8
"""Parts of a list that are shown, where they are many."""
DEEPEST = 12
VALUES = 6


def tree_of(value: Any, *, most: int = MOST) -> Tree:
    """The parts of a value, each with how one writes it behind the value's name."""
    rows = list(itertools.islice(_rows(value, "", "", 0), most + 1))
    return Tree(tuple(rows[:most]), more=int(len(rows) > most))


def parts_of(value: Any) -> list[tuple[str, Any]]:
    """What a container holds, with how one gets at it: ``['image']``, ``[1]``, ``.label``; nothing
    for what is none.
    """
    if isinstance(value, Mapping):
        return [(f"[{key!r}]", part) for key, part in value.items()]
    names = getattr(value, "_fields", ())
    if isinstance(value, tuple) and names:
        return [(f".{name}", part) for name, part in zip(names, value, strict=True)]
    if isinstance(value, list | tuple):
        return [(f"[{place}]", part) for place, part in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [(f".{each.name}", getattr(value, each.name, None)) for each in fields(value)]
    return []


def _rows(value: Any, path: str, name: str, depth: int) -> Iterator[TreeRow]:
    content = content_of(value)
    yield TreeRow(
        path, name, depth, content.kind, content.shape, content.dtype, content.length, first(value)
    )
    parts = parts_of(value) if depth < DEEPEST and not _all_plain(value) else []
    shown = parts if isinstance(value, Mapping) else parts[:PARTS]
    for step, part in shown:
        yield from _rows(part, f"{path}{step}", step, depth + 1)
    if len(parts) > len(shown):
        left = len(parts) - len(shown)
        yield TreeRow(path, f"[{len(shown)}:]", depth + 1, "…", length=left)


def first(value: Any, count: int = VALUES) -> str:
    """The first values of a tensor, an array or a list of numbers and texts, as text."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        numbers, more = value.reshape(-1)[:count].tolist(), value.size > count
    elif isinstance(value, Tensor):
        if not is_readable(value):
            return ""
        plain = dense(value)
        numbers, more = plain.reshape(-1)[:count].tolist(), plain.numel() > count
    elif _all_plain(value):
        numbers, more = value[:count], len(value) > count
    else:
        return content_of(value).text
    texts = [_text(number) for number in numbers]
    return ", ".join([*texts, "…"] if more else texts)


def _text(value: object) -> str:
    if isinstance(value, bool | int | float | complex):
        return number_text(value)
    return content_of(value).text


def _all_plain(value: Any) -> bool:
    """Whether it is a list of numbers or texts, which is shown in one line."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str | bytes | bytearray)
        and len(value) > 0
        and type(value) in (list, tuple)
        and all(isinstance(each, bool | int | float | complex | str) for each in value[:64])
    )
