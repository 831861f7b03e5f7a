"""Why a run stopped, in words that are translated when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.expression import Expression
from gradviz.trace.events import AnyEvent, Failed, LossComputed
from gradviz.trace.facts import Facts


class Reason(Struct, frozen=True):
    """A sentence: a template marked with ``N_`` and what fills it in.

    ``culprit`` is the index of the event that began what is wrong here.
    """

    template: str
    fields: Mapping[str, object] = {}
    culprit: int | None = None

    def __str__(self) -> str:
        return _(self.template).format(**self.fields)


class Stop(Struct, frozen=True):
    """Where a run stopped: at this event, at which breakpoint, and why.

    ``breakpoint`` is None where the iteration failed, or where the run ended without a hit.
    ``culprit`` is the index of the event in which a value that is not finite began.
    """

    event: AnyEvent
    breakpoint: Breakpoint | None
    reasons: tuple[Reason, ...]
    culprit: int | None = None

    @property
    def hit(self) -> bool:
        """Whether a breakpoint was hit."""
        return self.breakpoint is not None

    @property
    def why(self) -> str:
        """The reason, as a sentence in the language in use."""
        return "; ".join(map(str, self.reasons))


def failed(event: Failed) -> Stop:
    """The stop at an iteration that torch, or the user's code, broke off."""
    problem = " ".join(f"{event.error}: {event.message}".split())
    return Stop(event, None, (Reason(N_("the iteration failed: {problem}"), {"problem": problem}),))


def condition(facts: Facts, expression: Expression, event: AnyEvent) -> Reason:
    """That a condition is true, and the facts that make it so."""
    found = asked(facts, expression, event)
    template = N_("“{expression}” is true: {facts}") if found else N_("“{expression}” is true")
    return Reason(template, {"expression": expression.text, "facts": found})


def asked(facts: Facts, expression: Expression, event: AnyEvent) -> str:
    """What a condition asks of an event: ``phase = backward, grad_norm = 132.4``."""
    ask = partial(facts.ask, event)
    found = [(name, ask(name)) for name in expression.names]
    return ", ".join(f"{name} = {told(value)}" for name, value in found if value is not None)


def told(value: object) -> str:
    """A fact as text; a float has four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def place(facts: Facts, event: AnyEvent) -> str:
    """An event in a word or two: ``fc1.weight``, ``conv2d (conv1)``, ``loss``."""
    names = [facts.ask(event, name) for name in ("param", "buffer", "op", "node")]
    name = next((str(name) for name in names if name), None)
    if name is None:
        return "loss" if isinstance(event, LossComputed) else event.phase
    module = facts.module(event)
    tensor = names[0] or names[1]
    return name if tensor or not module else f"{name} ({module})"
