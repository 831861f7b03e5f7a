"""What repeats in a sequence is found wherever it stands, and where its body begins."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.render.folds.repeats import FEWEST, SHORTEST, Repeat, repeats_in


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ("", []),
        ("abcdefghijklmnop", []),
        ("abcabc", []),
        ("abcd" * 3, [(0, 4, 3)]),
        ("xy" + "abcd" * 5 + "z", [(2, 4, 5)]),
        ("x" + "a" * 20, [(1, 1, 20)]),
        ("abcd" * 4 + "x" + "efg" * 6, [(0, 4, 4), (17, 3, 6)]),
        ("aab" * 6, [(0, 3, 6)]),
    ],
)
def test_repeats_are_found(labels: str, found: list[tuple[int, int, int]]) -> None:
    wires = [(place, place + 1) for place in range(len(labels) - 1)]
    told = [(one.start, one.period, one.count) for one in repeats_in(labels, wires)]
    assert told == found


def test_the_body_begins_where_the_fewest_wires_cross() -> None:
    """``h = tanh(x + u(h))`` after an op that happens to be like the loop's first."""
    labels = "x" + "xuat" * 5
    wires = [(0, 2)]
    for first in range(1, 21, 4):
        x, u, a, t = range(first, first + 4)
        wires += [(x, a), (u, a), (a, t), *([(t, t + 2)] if t + 2 < len(labels) else [])]
    assert repeats_in(labels, wires) == (Repeat(1, 4, 5),)
    assert repeats_in("t" + "xuat" * 5, [(a + 1, b + 1) for a, b in wires if a]) == (
        Repeat(1, 4, 5),
    )


@given(
    st.lists(st.integers(0, 3), max_size=6),
    st.lists(st.integers(0, 3), min_size=1, max_size=7),
    st.integers(FEWEST, 30),
    st.lists(st.integers(0, 3), max_size=6),
)
def test_passes_are_alike_and_apart(
    before: list[int], body: list[int], count: int, after: list[int]
) -> None:
    labels = before + body * count + after
    covered: list[int] = []
    for repeat in repeats_in(labels):
        passes = list(repeat.passes)
        assert len(passes) == repeat.count >= FEWEST
        assert len({tuple(labels[place] for place in places) for places in passes}) == 1
        covered += chain.from_iterable(passes)
    assert len(covered) == len(set(covered))
    assert all(0 <= place < len(labels) for place in covered)
    if len(body) * count >= SHORTEST and count >= 6:
        assert len(covered) >= len(body) * (count - 2)
