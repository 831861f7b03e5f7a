"""Breakpoints as data: what is refused, in which words, and that JSON loses nothing."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from gradviz import Breakpoint
from gradviz.errors import ExpressionError, GradvizError, UsageError
from gradviz.spec.breakpoints import SORTS, On
from gradviz.spec.vocabulary import EVENTS, PHASES
from gradviz.trace import events

ALL = [
    Breakpoint("op", "conv2d"),
    Breakpoint("module", "fc1", when="grad_norm > 2"),
    Breakpoint("node", "AddmmBackward0", hits=3),
    Breakpoint("param", "fc1.weight", enabled=False),
    Breakpoint("phase", "backward"),
    Breakpoint("line", "net.py:12", when="phase == 'forward'"),
    Breakpoint("iteration", 3),
    Breakpoint("nonfinite"),
    Breakpoint("grad_norm_above", 100),
    Breakpoint("grad_norm_below", 1e-6),
    Breakpoint("loss_rises"),
    Breakpoint("expression", "loss > 2 and iteration >= 3"),
]


def test_each_sort_is_here() -> None:
    assert [each.on for each in ALL] == list(SORTS) == list(get_args(On))


@pytest.mark.parametrize("breakpoint", ALL, ids=lambda each: each.on)
def test_json_loses_nothing(breakpoint: Breakpoint) -> None:
    text = msgspec.json.encode(breakpoint)
    assert msgspec.json.decode(text, type=Breakpoint) == breakpoint
    assert str(breakpoint)


def test_in_words() -> None:
    breakpoint = Breakpoint("op", "relu", when="bad > 0", hits=2)
    assert str(breakpoint) == "op relu, when “bad > 0”, hit 2"
    assert str(Breakpoint("expression", "loss > 2")) == "“loss > 2”"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("oops", "relu"), "there is no breakpoint on “oops” → take one of: "),
        (("modul", "fc1"), "take one of: module"),
        (("op",), "breakpoint op: “None” is no name → give a name"),
        (("op", 3), "“3” is no name"),
        (("module", " "), "is no name"),
        (("phase", "backwards"), "there is no phase “backwards” → take one of: backward"),
        (("line", "net.py"), "“net.py” is no line of a file → write: net.py:12"),
        (("line", "net.py:0"), "is no line of a file"),
        (("line", 12), "is no line of a file"),
        (("iteration", "3"), "“3” is no iteration"),
        (("iteration", -1), "“-1” is no iteration"),
        (("iteration", True), "“True” is no iteration"),
        (("iteration", 1.5), "“1.5” is no iteration"),
        (("nonfinite", 2), "needs nothing more, and got “2” → leave it out"),
        (("loss_rises", "x"), "needs nothing more"),
        (("grad_norm_above",), "“None” is no bound for a norm"),
        (("grad_norm_above", float("nan")), "“nan” is no bound"),
        (("grad_norm_below", float("inf")), "“inf” is no bound"),
        (("grad_norm_below", -1), "“-1” is no bound"),
        (("expression",), "“None” is no condition → write: grad_norm > 100"),
        (("op", "relu", 3), "“3” is no condition"),
        (("op", "relu", "", 0), "0 hits cannot be counted → take 1 or more"),
        (("op", "relu", "", True), "True hits"),
        (("iteration", 3, "", 2), "comes only once"),
    ],
)
def test_what_does_not_fit_is_refused(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Breakpoint(*given)
    assert said in str(caught.value)


@pytest.mark.parametrize("given", [("expression", "los > 2"), ("op", "relu", "los > 2")])
def test_a_bad_condition_is_told_with_its_column(given: tuple[Any, ...]) -> None:
    with pytest.raises(
        ExpressionError, match=r"los > 2: there is no name “los” \(column 1\)"
    ) as it:
        Breakpoint(*given)
    assert it.value.column == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"on": "iteration", "what": -1}',
        '{"on": "expression", "what": "loss >"}',
        '{"on": "op", "what": "relu", "hits": 0}',
    ],
)
def test_what_a_file_says_is_checked_too(text: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=Breakpoint)
    assert isinstance(caught.value.__cause__, GradvizError)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode('{"on": "op", "what": "relu", "stop": 1}', type=Breakpoint)


def test_the_words_are_those_of_a_trace() -> None:
    assert events.PHASES == PHASES
    assert {kind.__name__ for kind in get_args(events.AnyEvent)} <= set(EVENTS)
