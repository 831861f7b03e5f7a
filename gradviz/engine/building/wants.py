"""What a block wants, as its kind says it, ``(N, 3, H, W)``, beside the shape that it got."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from gradviz.blocks.kinds import BlockKind

Shape: TypeAlias = "tuple[int | str, ...]"
REST = "*"
"""Stands for any number of dimensions."""


class Gap(Struct, frozen=True):
    """Where a shape is not what is wanted: in how many dimensions it has (``place`` is None), or in
    the size of one of them.
    """

    wanted: int
    got: int
    place: int | None = None


def wanted_text(kind: BlockKind, settings: Mapping[str, object]) -> str:
    """What a block with these settings wants."""
    plain = {
        name: ", ".join(map(str, each)) if isinstance(each, list | tuple) else each
        for name, each in settings.items()
    }
    return kind.wants.format(**plain)


def gap(wants: str, place: int, shape: Shape) -> Gap | None:
    """Where the shape that comes into an input, by its place, is not what is wanted; None if it is,
    or if the text does not say.
    """
    found = [_tokens(each) for each in re.findall(r"\(([^()]*)\)", wants)]
    if not found:
        return None
    if ") or (" in wants:
        gaps = [_between(tokens, shape) for tokens in found]
        if any(each is None for each in gaps):
            return None
        return next((each for each in gaps if each is not None and each.place is not None), gaps[0])
    return _between(found[min(place, len(found) - 1)], shape)


def says_rank(wants: str) -> bool:
    """Whether the text says how many dimensions there are to be."""
    return bool(wants) and REST not in wants


def _tokens(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _between(tokens: list[str], shape: Shape) -> Gap | None:
    """The wanted sizes stand at the end behind a ``*``, and at the beginning in front of one."""
    fixed = [each for each in tokens if each != REST]
    behind = tokens[:1] == [REST]
    if len(shape) < len(fixed) or (len(fixed) == len(tokens) and len(shape) != len(fixed)):
        return Gap(len(fixed), len(shape))
    first = len(shape) - len(fixed) if behind else 0
    for place, token in enumerate(fixed, first):
        size = shape[place]
        if token.isdecimal() and isinstance(size, int) and size != int(token):
            return Gap(int(token), size, place)
    return None
