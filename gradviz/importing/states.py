"""States of zeros, with which recurrent layers begin anyway."""

from __future__ import annotations

from typing import Any

from gradviz.importing.frames import Called, Frame, Op, Out
from gradviz.importing.readers.catalogue import plain_name
from gradviz.importing.structure import values_in

RECURRENT = frozenset({"RNN", "LSTM", "GRU"})
ZEROS = frozenset({"zeros", "zeros_like", "new_zeros"})
PASSED = frozenset({"to", "contiguous", "float", "type_as", "requires_grad", "cuda", "cpu"})
"""What hands a tensor of zeros on."""


def without_start(frame: Frame, call: Called, kind: str) -> tuple[Any, Any]:
    """What a layer is given, but for a state of zeros."""
    states = [*call.args[1:], *call.kwargs.values()]
    zeros = all(_is_zero(frame, each) for each in values_in(states) if each is not None)
    return (call.args[:1], {}) if kind in RECURRENT and zeros else (call.args, call.kwargs)


def _is_zero(frame: Frame, ref: Any) -> bool:
    """Whether it is a tensor that was made of zeros."""
    step = frame.steps[ref.step] if isinstance(ref, Out) else None
    if not isinstance(step, Op):
        return False
    name = plain_name(step.name)
    return name in ZEROS or (name in PASSED and _is_zero(frame, next(iter(step.args), None)))
