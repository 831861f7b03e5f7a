"""Settings that are calculated."""

from __future__ import annotations

import pytest

from gradviz.errors import BuildError
from gradviz.spec.formula import calculated, names_in

KNOWN = {"channels": 8, "stride": 2, "bias": True, "mode": "same", "sizes": [3, 5]}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=channels", 8),
        ("= channels * 2 + 1", 17),
        ("=channels // 3", 2),
        ("=channels / 16", 0.5),
        ("=2 ** stride", 4),
        ("=-channels % 3", 1),
        ("=min(channels, 3, stride)", 2),
        ("=int(channels * 0.6)", 4),
        ("=stride != 1", True),
        ("=not bias or channels > 9", False),
        ("=channels if stride == 1 else channels * 4", 32),
        ("=mode", "same"),
        ("=sizes[1]", 5),
        ("=(stride, 1)", [2, 1]),
        ("plain", "plain"),
        (["=stride", 1, {"a": "=channels"}], [2, 1, {"a": 8}]),
        (3, 3),
        (None, None),
    ],
)
def test_formulas_are_worked_out(formula: object, value: object) -> None:
    found = calculated(formula, KNOWN, where="x")  # type: ignore[arg-type]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=width", "“width”.*with the names: channels, stride"),
        ("=channels +", "cannot be read"),
        ("=", "cannot be read"),
        ("=1 / 0", "divides by 0"),
        ("=9 ** 9 ** 9", "too large"),
        ("=2 ** 64", "too large"),
        ("=99999 * 99999", "too large"),
        ("=" + "1+" * 200 + "1", "cannot be read"),
        ("=mode * 3", "cannot be calculated"),
        ("=sizes[9]", "cannot be calculated"),
        ("=__import__('os').system('true')", "cannot be calculated"),
        ("=channels.bit_length()", "cannot be calculated"),
        ("=[x for x in sizes]", "cannot be calculated"),
        ("=(lambda: 1)()", "cannot be calculated"),
        ("=print(1)", "cannot be calculated"),
        ("=" + "(" * 90 + "1" + ")" * 90, None),
        ("=\x00", "cannot be"),
    ],
)
def test_what_is_no_formula_says_why_and_runs_nothing(formula: str, said: str | None) -> None:
    if said is None:
        assert calculated(formula, KNOWN, where="x") == 1
        return
    with pytest.raises(BuildError, match=f"^conv.stride: .*{said}"):
        calculated(formula, KNOWN, where="conv.stride")


def test_the_names_of_a_formula_are_known() -> None:
    assert names_in("=min(channels, 2) * stride") == {"channels", "stride"}
    assert names_in("=channels +") == frozenset()
