"""What is typed into a form."""

from __future__ import annotations

import pytest

from gradviz.explain.blockform import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("(3, 5)", [3, 5]),
        ("(=channels, 3)", ["=channels", 3]),
        ("(=f(a, b), 3)", ["=f(a, b)", 3]),
        ("same", "same"),
        ("none", None),
        ("=channels * 2", "=channels * 2"),
    ],
)
def test_what_is_meant(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize("text", ["no grad(0.9, 0.999", "a(1, 2", "[(", "(", ",(", "a b"])
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(text)
