"""What an optimizer did to one element of a parameter, line by line, with the numbers put in.

The formulas are those of the algorithms in the documentation of `torch.optim`. They explain; what
counts is the value that torch itself came to, which stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from msgspec import Struct
from torch import Tensor

from gradviz.explain.arithmetic import digits, worked_out, written
from gradviz.trace.events import ParamUpdated, State, ValueRef
from gradviz.trace.trace import Trace


class Rule(Struct, frozen=True):
    """``name`` becomes what ``makes`` says, ``when`` these settings are on (a ``!`` before one says
    off); ``state`` is where the optimizer keeps it.
    """

    name: str
    makes: str
    when: tuple[str, ...] = ()
    state: str = ""


class Line(Struct, frozen=True):
    """One line of the step: ``name ← formula = numbers``.

    ``computed`` is what the formula comes to in double precision, ``recorded`` what torch has in
    the place; None for what torch does not keep.
    """

    name: str
    formula: str
    numbers: str
    computed: float
    recorded: float | None = None


ASCENT = Rule("g", "-g", ("maximize",))
DECAY = Rule("g", "g + weight_decay * p", ("weight_decay", "!decoupled_weight_decay"))
DECOUPLED = Rule("p", "p - lr * weight_decay * p", ("weight_decay", "decoupled_weight_decay"))
MEAN = Rule("m", "beta1 * m + (1 - beta1) * g", state="exp_avg")
SQUARES = Rule("v", "beta2 * v + (1 - beta2) * g ** 2", state="exp_avg_sq")
UNBIASED = Rule("m_hat", "m / (1 - beta1 ** t)")

ADAM = (
    ASCENT,
    DECAY,
    DECOUPLED,
    MEAN,
    SQUARES,
    Rule("v_max", "max(v_max, v)", ("amsgrad",), "max_exp_avg_sq"),
    UNBIASED,
    Rule("v_hat", "v / (1 - beta2 ** t)", ("!amsgrad",)),
    Rule("v_hat", "v_max / (1 - beta2 ** t)", ("amsgrad",)),
    Rule("p", "p - lr * m_hat / (sqrt(v_hat) + eps)"),
)
RULES: dict[str, tuple[Rule, ...]] = {
    "SGD": (
        ASCENT,
        DECAY,
        Rule("b", "g", ("momentum", "first"), "momentum_buffer"),
        Rule("b", "momentum * b + (1 - dampening) * g", ("momentum", "!first"), "momentum_buffer"),
        Rule("g", "g + momentum * b", ("nesterov",)),
        Rule("p", "p - lr * b", ("momentum", "!nesterov")),
        Rule("p", "p - lr * g", ("nesterov",)),
        Rule("p", "p - lr * g", ("!momentum",)),
    ),
    "Adam": ADAM,
    "AdamW": ADAM,
    "RMSprop": (
        ASCENT,
        DECAY,
        Rule("v", "alpha * v + (1 - alpha) * g ** 2", state="square_avg"),
        Rule("a", "alpha * a + (1 - alpha) * g", ("centered",), "grad_avg"),
        Rule("d", "sqrt(v) + eps", ("!centered",)),
        Rule("d", "sqrt(v - a ** 2) + eps", ("centered",)),
        Rule("b", "momentum * b + g / d", ("momentum",), "momentum_buffer"),
        Rule("p", "p - lr * b", ("momentum",)),
        Rule("p", "p - lr * g / d", ("!momentum",)),
    ),
    "Adagrad": (
        ASCENT,
        DECAY,
        Rule("r", "lr / (1 + (t - 1) * lr_decay)", ("lr_decay",)),
        Rule("s", "s + g ** 2", state="sum"),
        Rule("p", "p - r * g / (sqrt(s) + eps)", ("lr_decay",)),
        Rule("p", "p - lr * g / (sqrt(s) + eps)", ("!lr_decay",)),
    ),
    "Adadelta": (
        ASCENT,
        DECAY,
        Rule("v", "rho * v + (1 - rho) * g ** 2", state="square_avg"),
        Rule("d", "sqrt(u + eps) / sqrt(v + eps) * g"),
        Rule("u", "rho * u + (1 - rho) * d ** 2", state="acc_delta"),
        Rule("p", "p - lr * d"),
    ),
    "Adamax": (
        ASCENT,
        DECAY,
        MEAN,
        Rule("u", "max(beta2 * u, abs(g) + eps)", state="exp_inf"),
        Rule("p", "p - lr / (1 - beta1 ** t) * m / u"),
    ),
}
"""By the class of `torch.optim`; the others are told without formulas."""
SYMBOLS = {
    "beta1": "β₁", "beta2": "β₂", "alpha": "α", "rho": "ρ", "momentum": "μ", "dampening": "τ",
    "weight_decay": "λ", "lr_decay": "η", "eps": "ε", "m_hat": "m̂", "v_hat": "v̂", "v_max": "v_max",
}  # fmt: skip
"""How a setting is written in a formula."""


def update_lines(trace: Trace, event: ParamUpdated, element: Sequence[int]) -> tuple[Line, ...]:
    """The lines of a step for the element at these indices.

    Empty for code that moved the parameter by hand, without a gradient, or for an optimizer whose
    rules are not here. Raises `TraceError` where a value is held no longer.
    """
    rules = RULES.get(event.optimizer, ())
    if not rules or event.grad is None:
        return ()
    place = tuple(element)
    before, after = event.state_before or {}, event.state_after or {}
    settings = event.settings
    names = {rule.state: rule.name for rule in rules if rule.state}
    known = {name: float(each) for name, each in settings.items()}
    known |= {name: _element(trace, before, key, place) for key, name in names.items()}
    known["t"] = _element(trace, after, "step", ())
    known["p"] = float(trace.peek(event.before)[place])
    known["g"] = float(trace.peek(event.grad)[place])
    known["first"] = float(before.get("momentum_buffer") is None)
    final = max(place_ for place_, rule in enumerate(rules) if _applies(rule, known))
    lines = []
    for number, rule in enumerate(rules):
        if not _applies(rule, known):
            continue
        recorded = _element(trace, after, rule.state, place) if rule.state else None
        if rule.name == "p" and number == final:
            recorded = float(trace.peek(event.after)[place])
        lines.append(_line(rule, known, recorded))
        known[rule.name] = lines[-1].computed if recorded is None else recorded
    return tuple(lines)


def largest_element(trace: Trace, event: ParamUpdated) -> tuple[int, ...] | None:
    """The indices of the element with the largest gradient; None if there is no gradient."""
    if event.grad is None:
        return None
    grad = trace.peek(event.grad)
    if not grad.numel() or grad.is_complex() or grad.layout is not torch.strided:
        return None
    place = int(grad.abs().argmax())
    return tuple(int(each) for each in torch.unravel_index(torch.tensor(place), grad.shape))


def _line(rule: Rule, known: Mapping[str, float], recorded: float | None) -> Line:
    return Line(
        SYMBOLS.get(rule.name, rule.name),
        written(rule.makes, lambda name: SYMBOLS.get(name, name)),
        written(rule.makes, lambda name: digits(known[name])),
        worked_out(rule.makes, known),
        recorded,
    )


def _applies(rule: Rule, known: Mapping[str, float]) -> bool:
    return all(
        not known.get(name[1:]) if name.startswith("!") else bool(known.get(name))
        for name in rule.when
    )


def _element(trace: Trace, state: State, key: str, place: tuple[int, ...]) -> float:
    """An element of what an optimizer keeps; 0 before it keeps it."""
    held = state.get(key)
    if isinstance(held, ValueRef):
        tensor: Tensor = trace.peek(held)
        return float(tensor[place] if tensor.ndim else tensor)
    return float(held or 0)
