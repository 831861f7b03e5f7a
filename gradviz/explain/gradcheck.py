"""A numeric check of a gradient, in words."""

from __future__ import annotations

from gradviz.engine.session.gradcheck import Checked, GradientCheck, Verdict
from gradviz.explain.arithmetic import digits
from gradviz.i18n import N_
from gradviz.i18n import gettext as _

_VERDICTS: dict[Verdict, str] = {
    "agrees": N_("agrees"),
    "kink": N_("at a kink"),
    "zero": N_("both 0"),
    "differs": N_("differs"),
}


def check_heads() -> tuple[str, ...]:
    """What the columns of the table are."""
    return _("element"), _("backward"), _("slope"), _("error"), _("verdict")


def check_row(checked: Checked) -> tuple[str, ...]:
    """An element as a row: its place, gradient, slope, relative error and the verdict."""
    error = "–" if checked.error is None else digits(float(f"{checked.error:.2g}"))
    return (
        f"[{', '.join(map(str, checked.at))}]",
        digits(checked.analytic),
        digits(checked.numeric),
        error,
        _(_VERDICTS[checked.verdict]),
    )


def check_text(check: GradientCheck) -> str:
    """What came out, in a sentence."""
    verdicts = [each.verdict for each in check.elements]
    if not check.agrees:
        return _(
            "Backward differs from the slope of the loss in {count} of {all} elements: "
            "look for a backward of your own, or a detach() on the way."
        ).format(count=verdicts.count("differs"), all=len(verdicts))
    if set(verdicts) == {"zero"}:
        return _("The loss does not change with these elements, and backward says so.")
    if "kink" in verdicts:
        return _(
            "Backward is right. At a kink (such as relu at 0) the slopes to both sides differ, "
            "and its answer is one of those between."
        )
    return _("Backward agrees with the slope of the loss, measured in float64 on a copy.")
