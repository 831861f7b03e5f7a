"""The words for a numeric check."""

from __future__ import annotations

from gradviz.engine.session.gradcheck import Checked, GradientCheck, Verdict
from gradviz.explain.gradcheck import check_row, check_text


def check_of(*verdicts: Verdict) -> GradientCheck:
    return GradientCheck("w", 0, tuple(Checked((0, 1), 1.0, 2.0, 1 / 3, each) for each in verdicts))


def test_the_sentence_says_what_came_out() -> None:
    assert "1 of 2 elements" in check_text(check_of("agrees", "differs"))
    assert "kink" in check_text(check_of("agrees", "kink"))
    assert "does not change" in check_text(check_of("zero", "zero"))
    assert check_text(check_of("agrees", "zero")).startswith("Backward agrees")


def test_a_row_has_the_numbers() -> None:
    assert check_row(Checked((0, 1), -1.0, 2.0, 1 / 3, "differs")) == (
        "[0, 1]", "−1", "2", "0.33", "differs",
    )  # fmt: skip
    assert check_row(Checked((), 0.0, 0.0, None, "zero"))[3:] == ("–", "both 0")
