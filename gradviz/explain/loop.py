"""The training loop that a session runs, as the lines that a learner would write."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradviz.spec.project import LOOP, LoopStep
from gradviz.trace.events import Phase


class CodeLine(Struct, frozen=True):
    """A line of Python and the phase that it stands for."""

    text: str
    phase: Phase


_FETCH = CodeLine("for inputs, target in loader:", "data")
_STEPS: dict[LoopStep, CodeLine] = {
    "zero_grad": CodeLine("    optimizer.zero_grad()", "zero_grad"),
    "forward": CodeLine("    output = model(inputs)", "forward"),
    "loss": CodeLine("    loss = loss_fn(output, target)", "loss"),
    "backward": CodeLine("    loss.backward()", "backward"),
    "step": CodeLine("    optimizer.step()", "step"),
}


_OF_SEVERAL: dict[LoopStep, CodeLine] = {
    "forward": CodeLine("    outputs = model(inputs)", "forward"),
    "loss": CodeLine("    loss = loss_fn(outputs[0], target)", "loss"),
}


def code(order: Sequence[LoopStep] = LOOP, *, first: bool = False) -> tuple[CodeLine, ...]:
    """The lines of a loop that does these steps in this order; the loss takes the model's output,
    or the ``first`` of several.
    """
    lines = _STEPS | _OF_SEVERAL if first else _STEPS
    return (_FETCH, *(lines[step] for step in order))
