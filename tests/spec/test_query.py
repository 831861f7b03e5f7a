"""What is read of a query, and what is said of one that cannot be read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz import i18n
from gradviz.errors import ExpressionError, GradvizError, UsageError, WrongTypeError
from gradviz.spec.query import STATES, Part, query


def parts(text: str) -> list[list[Part]]:
    return [list(choice) for choice in query(text).choices]


def only(text: str) -> Part:
    ((part,),) = parts(text)
    return part


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("relu", ("relu",), ""),
        ("Layer1  ReLU", ("layer1", "relu"), ""),
        ("op: relu", ("relu",), "op"),
        ("param:fc1.weight", ("fc1.weight",), "param"),
        ('"norm > 1"', ("norm > 1",), ""),
        ("“a: b” c", ("a: b", "c"), ""),
        ("at::linear", ("at::linear",), ""),
        ("fc1/AddmmBackward0[1]", ("fc1/addmmbackward0[1]",), ""),
        ("shape: 64", ("64",), "shape"),
        ("대한", ("대한",), ""),
    ],
)
def test_words(text: str, words: tuple[str, ...], key: str) -> None:
    part = only(text)
    assert (part.words, part.key) == (words, key)
    assert part.state is part.shape is part.condition is None


@pytest.mark.parametrize(
    ("text", "shape", "whole"),
    [
        ("64x3x7x7", (64, 3, 7, 7), False),
        ("64 × 3", (64, 3), False),
        ("*x10", (None, 10), False),
        ("(64, 3)", (64, 3), True),
        ("[64,3]", (64, 3), True),
        ("(10,)", (10,), True),
        ("()", (), True),
        ("shape: (16, *)", (16, None), True),
    ],
)
def test_shapes(text: str, shape: tuple[int | None, ...], whole: bool) -> None:
    part = only(text)
    assert (part.shape, part.whole) == (shape, whole)


@pytest.mark.parametrize("state", STATES)
def test_states_in_both_languages(state: str) -> None:
    for phrase in STATES[state]:  # type: ignore[index]
        assert only(phrase.upper()).state == state
    i18n.use("ko")
    assert only(i18n.gettext(STATES[state][0])).state == state  # type: ignore[index]


def test_the_words_of_the_issue() -> None:
    assert only("gradient is NaN").state == "nan"
    assert only("requires_grad=False").state == "frozen"
    condition = only("norm > 1").condition
    assert condition is not None
    assert condition.holds({"norm": 2.0}.get)
    assert not condition.holds({"norm": 1.0}.get)


def test_both_one_of_them_and_the_contrary() -> None:
    assert [len(choice) for choice in parts("relu and norm > 1, fc1 or nan")] == [3, 1]
    assert only("not relu").negated
    assert not only("notrelu").negated
    assert only("not norm > 1").condition is not None
    ((first, second),) = parts("(64, 3) and op: conv2d")
    assert (first.shape, second.key) == ((64, 3), "op")
    assert only('op in ("relu", "linear")').condition is not None
    assert only("isnan(norm)").condition is not None
    assert only('"this or that"').words == ("this or that",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to look for"),
        ("  ", "nothing to look for"),
        ("colour: red", "no “colour”"),
        ("modul: a", "take one of module"),
        ("op:", "nothing stands behind “op:”"),
        ("relu or", "lacks something"),
        ("relu,, fc1", "lacks something"),
        ("and", "lacks something"),
        ("x" * 501, "too long"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        query(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("norm >", "write it like: norm > 1"),
        ("norm = 1", "compare with =="),
        ("nrm > 1", "take one of: norm"),
        ("phase == 1", "no name “phase”"),
        ("__import__('os') == 1", "no function"),
    ],
)
def test_a_condition_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said):
        query(text)


def test_what_is_no_text() -> None:
    with pytest.raises(WrongTypeError, match="find"):
        query(3)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="()[]<>=!\"'“”:,x3 norad*", max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(GradvizError):
        assert query(text).choices
