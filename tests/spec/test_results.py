"""How results are taken apart, as Python writes it."""

from __future__ import annotations

import pytest

from gradviz.errors import WrongValueError
from gradviz.spec.results import Fields, Keys, Leaf, Results, Row, names_of, results_of


@pytest.mark.parametrize(
    ("pattern", "results"),
    [
        ("y", Leaf("y")),
        ("output, (h, c)", Row((Leaf("output"), Row((Leaf("h"), Leaf("c")))))),
        ("y, _", Row((Leaf("y"), Leaf("_")))),
        ("y,", Row((Leaf("y"),))),
        ("{logits, aux}", Keys((("logits", Leaf("logits")), ("aux", Leaf("aux"))))),
        ("{logits: y, 'a b': (z, _)}", Keys((("logits", Leaf("y")),
                                             ("a b", Row((Leaf("z"), Leaf("_"))))))),
        ("Output(low, high=h)", Fields("Output", (("low", Leaf("low")), ("high", Leaf("h"))))),
    ],
)  # fmt: skip
def test_patterns_are_read(pattern: str, results: Results) -> None:
    assert results_of(pattern) == results


def test_what_is_unused_has_no_name() -> None:
    assert names_of(results_of("y, _, {a, b}")) == ("y", "a", "b")


@pytest.mark.parametrize(
    "pattern",
    ["", "_", "()", "{}", "y y", "y + z", "y, y", "[y]", "{1: y}", "{**y}", "f()", "f(*y)", "a.b",
     "f(**y)", "(" * 500, "y := z"],
)  # fmt: skip
def test_anything_else_is_refused(pattern: str) -> None:
    with pytest.raises(WrongValueError, match="does not say how results are taken apart"):
        results_of(pattern)
