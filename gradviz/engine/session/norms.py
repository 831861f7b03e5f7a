"""The norms that an iteration leaves: a few numbers that tell one outcome from another, also when
all values were dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from gradviz.trace.events import AnyEvent, BufferChanged, ParamUpdated

Norms: TypeAlias = "dict[str, float]"
"""The Euclidean norm of each parameter and buffer, by name."""


def norms(model: nn.Module) -> Norms:
    """The norms of this moment, of what has one: whole numbers have none."""
    found = {
        name: torch.linalg.vector_norm(tensor.detach())
        for name, tensor in chain(model.named_parameters(), model.named_buffers())
        if not is_lazy(tensor)
        and (tensor.is_floating_point() or tensor.is_complex())
        and tensor.layout is torch.strided
        and not tensor.is_meta
        and not tensor.is_nested
    }
    return {name: float(norm) for name, norm in found.items()}


def first_change(one: Norms, other: Norms, events: Iterable[AnyEvent]) -> int | None:
    """The index of the first of an iteration's events that left another norm; None if none did."""
    different = {name for name in one if not _same(one[name], other.get(name))}
    if not different:
        return None
    last = -1
    for event in events:
        match event:
            case ParamUpdated(param=name) | BufferChanged(buffer=name) if name in different:
                return event.index
        last = event.index
    return last


def _same(one: float, other: float | None) -> bool:
    return one == other or (one != one and other is not None and other != other)
