"""The lines of an optimizer's step come to what torch came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
import torch
from torch import Tensor, nn, optim

import gradviz
from gradviz.explain.arithmetic import worked_out, written
from gradviz.explain.microscope import RULES, SYMBOLS, update_lines
from gradviz.trace.events import ParamUpdated
from gradviz.trace.trace import Trace

Make = Callable[[Iterable[Tensor]], optim.Optimizer]
WAYS: dict[str, Make] = {
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "SGD decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2),
    "SGD momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3),
    "SGD nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "SGD maximize": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, maximize=True),
    "Adam": lambda p: optim.Adam(p, lr=0.1),
    "Adam amsgrad": lambda p: optim.Adam(p, lr=0.1, amsgrad=True, weight_decay=0.2),
    "AdamW": lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.2),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.1),
    "RMSprop all": lambda p: optim.RMSprop(p, lr=0.1, centered=True, momentum=0.5),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "Adagrad decay": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.5, weight_decay=0.1),
    "Adadelta": lambda p: optim.Adadelta(p, lr=1.0),
    "Adamax": lambda p: optim.Adamax(p, lr=0.1, weight_decay=0.1),
}


def updates(make: Make, steps: int = 3) -> Iterator[tuple[Trace, ParamUpdated]]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2, dtype=torch.float64)
    optimizer = make(model.parameters())
    for _ in range(steps):
        with gradviz.record(model, optimizer) as trace:
            optimizer.zero_grad()
            model(torch.randn(4, 3, dtype=torch.float64)).pow(3).sum().backward()
            optimizer.step()
        for event in trace.events:
            if isinstance(event, ParamUpdated) and event.param == "weight":
                yield trace, event


@pytest.mark.parametrize("way", WAYS)
def test_each_line_is_what_torch_has(way: str) -> None:
    for trace, event in updates(WAYS[way]):
        for element in ((0, 0), (1, 2)):
            lines = update_lines(trace, event, element)
            assert lines[-1].name == "p"
            assert lines[-1].recorded == trace.value(event.after)[element].item()
            kept = [line for line in lines if line.recorded is not None]
            state = {key for key in event.state_after or {} if key != "step"}
            assert len(kept) == 1 + len(state)
            for line in kept:
                assert line.computed == pytest.approx(line.recorded, rel=1e-12, abs=1e-15), line


def test_the_numbers_stand_in_the_formula() -> None:
    steps = updates(WAYS["SGD momentum"])
    trace, event = next(steps)
    assert event.grad is not None
    lines = update_lines(trace, event, (0, 0))
    grad, before = trace.value(event.grad)[0, 0].item(), trace.value(event.before)[0, 0].item()
    assert [line.formula for line in lines] == ["g", "p − lr · b"]
    assert lines[0].numbers == f"{grad:.4g}".replace("-", "−")
    assert lines[1].numbers.startswith(f"{before:.4g}".replace("-", "−"))
    trace, event = next(steps)
    first, last = update_lines(trace, event, (0, 0))
    assert first.formula == "μ · b + (1 − τ) · g"
    assert first.numbers.startswith("0.9 · ")
    assert " + (1 − 0.3) · " in first.numbers
    assert last.recorded == trace.value(event.after)[0, 0].item()


def test_what_has_no_rules_has_no_lines() -> None:
    for trace, event in updates(lambda p: optim.Rprop(p, lr=0.1)):
        assert update_lines(trace, event, (0, 0)) == ()


def test_every_setting_in_a_formula_has_a_symbol_or_is_one() -> None:
    names = set()
    for rules in RULES.values():
        for rule in rules:
            written(rule.makes, lambda name: names.add(name) or name)  # type: ignore[func-returns-value]
    assert names - SYMBOLS.keys() == {"p", "g", "m", "v", "b", "a", "d", "r", "s", "u", "t", "lr"}


@pytest.mark.parametrize(
    ("expression", "text", "value"),
    [
        ("a - (b - c)", "5 − (−2 − 3)", 10.0),
        ("a - b + c", "5 − (−2) + 3", 10.0),
        ("b ** 2", "(−2)²", 4.0),
        ("a / (b * c)", "5 / (−2 · 3)", -5 / 6),
        ("-a * c", "−5 · 3", -15.0),
        ("sqrt(a + c) ** c", "√(5 + 3)³", 8**1.5),
        ("max(a, abs(b))", "max(5, |−2|)", 5.0),
    ],
)
def test_arithmetic(expression: str, text: str, value: float) -> None:
    known = {"a": 5.0, "b": -2.0, "c": 3.0}
    assert written(expression, lambda name: f"{known[name]:g}".replace("-", "−")) == text
    assert worked_out(expression, known) == pytest.approx(value)


def test_what_floats_cannot_say() -> None:
    assert worked_out("1 / a", {"a": 0.0}) == float("inf")
    assert worked_out("sqrt(a)", {"a": -1.0}) != worked_out("sqrt(a)", {"a": -1.0})
