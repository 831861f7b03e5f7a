"""The training loop that a session runs, as the lines that a learner would write."""

from __future__ import annotations

from msgspec import Struct

from gradviz.trace.events import Phase


class CodeLine(Struct, frozen=True):
    """A line of Python and the phase that it stands for."""

    text: str
    phase: Phase


LOOP: tuple[CodeLine, ...] = (
    CodeLine("for inputs, target in loader:", "data"),
    CodeLine("    optimizer.zero_grad()", "zero_grad"),
    CodeLine("    output = model(inputs)", "forward"),
    CodeLine("    loss = loss_fn(output, target)", "loss"),
    CodeLine("    loss.backward()", "backward"),
    CodeLine("    optimizer.step()", "step"),
)
