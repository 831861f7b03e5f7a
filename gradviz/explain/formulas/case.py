"""One element of what an op gave, and how a formula comes to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import torch
from msgspec import Struct
from torch import Tensor

Setting: TypeAlias = int | float | bool | str | tuple[int, ...]


class Case(Struct, frozen=True):
    """The element ``at`` of ``output``, which an op made of ``inputs`` under ``settings``."""

    inputs: tuple[Tensor, ...]
    output: Tensor
    at: tuple[int, ...]
    settings: Mapping[str, Setting] = {}


class Worked(Struct, frozen=True):
    """A formula, the same with numbers, and what it comes to in double precision.

    ``scale`` is the size of what was added up, which rounding errors go by.
    """

    formula: str
    numbers: str
    computed: float
    scale: float


class Formula(Struct, frozen=True):
    """How to work out an element; None where the formula does not apply.

    ``choices`` are the settings that the op may have had: it is the numbers that tell which.
    """

    works: Callable[[Case], Worked | None]
    choices: Callable[[Case], Iterable[Mapping[str, Setting]]] = lambda case: (case.settings,)


class Element(Struct, frozen=True):
    """The element ``at`` of an op's output, worked out, and the value that torch recorded."""

    at: tuple[int, ...]
    worked: Worked
    recorded: float


_ROUNDINGS = 16
"""By how many roundings of its own dtype torch may differ from double precision."""


def fitting(formula: Formula, case: Case) -> Element | None:
    """The element by the first settings with which the formula gives what torch recorded, here and
    in a few other places; None if there are none.
    """
    for settings in formula.choices(case):
        worked = None
        for at in (*_probes(case.output), case.at):
            asked = Case(case.inputs, case.output, at, settings)
            worked = formula.works(asked)
            if worked is None or not _agrees(worked, case.output[at]):
                worked = None
                break
        if worked is not None:
            return Element(case.at, worked, float(case.output[case.at]))
    return None


def largest(tensor: Tensor) -> tuple[int, ...] | None:
    """The place of the element that is the largest in magnitude; None if there is no such."""
    if not plain(tensor) or not tensor.numel():
        return None
    place = int(tensor.detach().abs().argmax())
    return _unravelled(place, tensor)


def plain(tensor: Tensor) -> bool:
    """Whether it is a dense tensor of real numbers."""
    return tensor.layout is torch.strided and tensor.is_floating_point()


def _probes(tensor: Tensor) -> tuple[tuple[int, ...], ...]:
    count = tensor.numel()
    places = dict.fromkeys((0, count // 3, count // 2, 2 * count // 3, count - 1))
    return tuple(_unravelled(place, tensor) for place in places)


def _unravelled(place: int, tensor: Tensor) -> tuple[int, ...]:
    return tuple(int(each) for each in torch.unravel_index(torch.tensor(place), tensor.shape))


def _agrees(worked: Worked, recorded: Tensor) -> bool:
    number, limits = float(recorded), torch.finfo(recorded.dtype)
    if math.isfinite(number) and math.isfinite(worked.computed):
        room = _ROUNDINGS * (limits.eps * worked.scale + limits.smallest_normal)
        return abs(number - worked.computed) <= room
    return repr(number) == repr(worked.computed)
