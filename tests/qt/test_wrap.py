from __future__ import annotations

import pytest

from gradviz.qt.wrap import LONGEST, breakable


@pytest.mark.parametrize(
    "text", ["fc1.weight", "a sentence of many short words that wrap by themselves", ""]
)
def test_what_fits_stays_as_it_is(text: str) -> None:
    assert breakable(text) == text


@pytest.mark.parametrize("name", ["block_with_a_very_long_name.weight_of_it", "x" * 500])
def test_a_long_name_may_break(name: str) -> None:
    broken = breakable(f"moved {name} again")
    assert broken.replace("\u200b", "") == f"moved {name} again"
    assert max(map(len, broken.replace("\u200b", " ").split())) <= LONGEST


def test_a_derivative_stays_in_one_piece() -> None:
    assert breakable("of dL/d output") == "of dL/\u2060d output"
