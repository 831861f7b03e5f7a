"""What each sort of breakpoint means: a table with one rule a sort."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import PurePath
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.engine.stops.reasons import Reason, asked, place, told
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint, On
from gradviz.spec.expression import parse
from gradviz.trace.events import AnyEvent, GradAccumulated, GradEdited, LossComputed, NodeRan, OpRan
from gradviz.trace.facts import Facts, values_in, values_out

Matches: TypeAlias = Callable[[AnyEvent], bool]
Visit: TypeAlias = Literal["event", "stay", "iteration"]


class Rule(Struct, frozen=True):
    """What a sort of breakpoint looks for.

    ``matcher`` gives the test of an event, ``why`` the reason at an event that was hit. A hit is
    every event that passes, or the first of each ``stay`` (of events side by side in one phase), or
    of each ``iteration``, and there also one for which ``again`` is true.
    """

    matcher: Callable[[Facts, Breakpoint], Matches]
    why: Callable[[Facts, Breakpoint, AnyEvent], Reason]
    visit: Visit = "event"
    again: Callable[[Facts, AnyEvent], bool] | None = None


def _op(facts: Facts, breakpoint: Breakpoint) -> Matches:
    return lambda event: isinstance(event, OpRan) and event.op == breakpoint.what


def _node(facts: Facts, breakpoint: Breakpoint) -> Matches:
    if breakpoint.what == "AccumulateGrad":
        return lambda event: isinstance(event, GradAccumulated)
    return lambda event: isinstance(event, NodeRan) and event.name == breakpoint.what


def _param(facts: Facts, breakpoint: Breakpoint) -> Matches:
    name = breakpoint.what
    return lambda event: name in (getattr(event, "param", None), getattr(event, "target", None))


def _phase(facts: Facts, breakpoint: Breakpoint) -> Matches:
    return lambda event: event.phase == breakpoint.what


def _line(facts: Facts, breakpoint: Breakpoint) -> Matches:
    name, _colon, number = str(breakpoint.what).rpartition(":")
    line, wanted = int(number), PurePath(name).parts

    @cache
    def is_file(file: str) -> bool:
        return PurePath(file).parts[-len(wanted) :] == wanted

    def matches(event: AnyEvent) -> bool:
        source = event.source
        return source is not None and source.line == line and is_file(source.file)

    return matches


def _iteration(facts: Facts, breakpoint: Breakpoint) -> Matches:
    return lambda event: event.iteration == breakpoint.what


def _module(facts: Facts, breakpoint: Breakpoint) -> Matches:
    name = str(breakpoint.what)
    below = f"{name}."
    any_call = "#" not in name

    def matches(event: AnyEvent) -> bool:
        module = facts.module(event)
        if any_call and "#" in module:
            module = without_calls(module)
        return module == name or module.startswith(below)

    return matches


def without_calls(module: str) -> str:
    """A module call's path as the module's own: ``layer1.relu#2`` is ``layer1.relu``."""
    return re.sub(r"#\d+", "", module)


def _runs(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    return Reason(N_("{place} runs"), {"place": place(facts, event)})


def _touched(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    fields = {"name": breakpoint.what, "event": type(event).__name__}
    return Reason(N_("parameter {name}: {event}"), fields)


def _entered(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    fields = {"name": facts.module(event), "phase": event.phase}
    return Reason(N_("in module {name}, phase {phase}"), fields)


def _in_phase(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    fields = {"phase": event.phase, "iteration": event.iteration}
    return Reason(N_("in phase {phase} of iteration {iteration}"), fields)


def _at_line(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    fields = {"line": breakpoint.what, "place": place(facts, event)}
    return Reason(N_("at line {line}: {place}"), fields)


def _in_iteration(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    return Reason(N_("in iteration {iteration}"), {"iteration": event.iteration})


def _came_out_bad(facts: Facts, event: AnyEvent) -> bool:
    return any(facts.finite(event, ref) is False for ref in values_out(event))


def _began(facts: Facts, event: AnyEvent) -> bool:
    """Whether something that is not finite came out although everything that went in was."""
    return _came_out_bad(facts, event) and all(
        facts.finite(event, ref) is not False for ref in values_in(event)
    )


def _nonfinite(facts: Facts, breakpoint: Breakpoint) -> Matches:
    return partial(_came_out_bad, facts)


def _culprit(facts: Facts, event: AnyEvent) -> AnyEvent | None:
    """The event in which it began: this one, or the last before it that turned finite into bad.

    The search ends where a whole iteration was finite.
    """
    bad, iteration = True, event.iteration
    for earlier in reversed(facts.trace.events[: event.index + 1]):
        if earlier.iteration != iteration:
            if not bad:
                return None
            bad, iteration = False, earlier.iteration
        if _came_out_bad(facts, earlier):
            bad = True
            if _began(facts, earlier):
                return earlier
    return None


def _not_finite(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    culprit = _culprit(facts, event)
    fields: dict[str, object] = {
        "bad": facts.ask(event, "bad"),
        "count": sum(math.prod(ref.shape) for ref in values_out(event)),
        "place": place(facts, event),
    }
    if culprit is None:
        return Reason(
            N_(
                "{bad} of {count} elements from {place} are not finite; some that went in were not "
                "either, and it began before the recording"
            ),
            fields,
        )
    if culprit is event:
        return Reason(
            N_(
                "{bad} of {count} elements from {place} are not finite, and everything that went "
                "in was: it begins here"
            ),
            fields,
            culprit.index,
        )
    fields |= {"culprit": place(facts, culprit), "index": culprit.index}
    return Reason(
        N_(
            "{bad} of {count} elements from {place} are not finite; it began in event {index}, "
            "{culprit}"
        ),
        fields,
        culprit.index,
    )


def _norm(facts: Facts, event: AnyEvent) -> float | None:
    if not isinstance(event, GradAccumulated | GradEdited):
        return None
    norm = facts.ask(event, "grad_norm")
    return norm if isinstance(norm, float) else None


def _bound(breakpoint: Breakpoint) -> float:
    assert isinstance(breakpoint.what, int | float)
    return breakpoint.what


def _above(facts: Facts, breakpoint: Breakpoint) -> Matches:
    bound = _bound(breakpoint)
    return lambda event: (norm := _norm(facts, event)) is not None and norm > bound


def _below(facts: Facts, breakpoint: Breakpoint) -> Matches:
    bound = _bound(breakpoint)
    return lambda event: (norm := _norm(facts, event)) is not None and norm < bound


def _is_above(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    return Reason(
        N_("the gradient norm is {norm}, above {bound}, at {place}"),
        _norm_fields(facts, breakpoint, event),
    )


def _is_below(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    return Reason(
        N_("the gradient norm is {norm}, below {bound}, at {place}"),
        _norm_fields(facts, breakpoint, event),
    )


def _norm_fields(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> dict[str, object]:
    norm = told(_norm(facts, event))
    return {"norm": norm, "bound": breakpoint.what, "place": place(facts, event)}


def _losses(facts: Facts, event: AnyEvent) -> tuple[float, float] | None:
    """The loss of the iteration before and this one; of several, the one in the same place."""
    if not isinstance(event, LossComputed):
        return None
    now = facts.ask(event, "loss")
    found: dict[int, list[LossComputed]] = {event.iteration: [], event.iteration - 1: []}
    for earlier in reversed(facts.trace.events[: event.index]):
        if earlier.iteration not in found:
            break
        if isinstance(earlier, LossComputed):
            found[earlier.iteration].insert(0, earlier)
    place = len(found[event.iteration])
    earlier_losses = found[event.iteration - 1]
    before = facts.ask(earlier_losses[place], "loss") if place < len(earlier_losses) else None
    if isinstance(before, float) and isinstance(now, float):
        return before, now
    return None


def _rises(facts: Facts, breakpoint: Breakpoint) -> Matches:
    return lambda event: (losses := _losses(facts, event)) is not None and losses[1] > losses[0]


def _rose(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    before, now = _losses(facts, event) or (None, None)
    fields = {"before": told(before), "now": told(now)}
    return Reason(N_("the loss rose from {before} to {now}"), fields)


def _expression(facts: Facts, breakpoint: Breakpoint) -> Matches:
    holds = parse(str(breakpoint.what)).holds
    return lambda event: holds(partial(facts.ask, event))


def _true(facts: Facts, breakpoint: Breakpoint, event: AnyEvent) -> Reason:
    expression = parse(str(breakpoint.what))
    fields = {
        "expression": expression.text,
        "place": place(facts, event),
        "facts": asked(facts, expression, event),
    }
    return Reason(N_("“{expression}” is true at {place}: {facts}"), fields)


RULES: dict[On, Rule] = {
    "op": Rule(_op, _runs),
    "node": Rule(_node, _runs),
    "param": Rule(_param, _touched),
    "module": Rule(_module, _entered, visit="stay"),
    "phase": Rule(_phase, _in_phase, visit="stay"),
    "line": Rule(_line, _at_line, visit="stay"),
    "iteration": Rule(_iteration, _in_iteration, visit="iteration"),
    "nonfinite": Rule(_nonfinite, _not_finite, visit="iteration", again=_began),
    "grad_norm_above": Rule(_above, _is_above),
    "grad_norm_below": Rule(_below, _is_below),
    "loss_rises": Rule(_rises, _rose),
    "expression": Rule(_expression, _true),
}
