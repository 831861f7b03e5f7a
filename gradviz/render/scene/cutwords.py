"""Words for what cut an edge: one for the picture, more for who asks."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.cut import Cut

_WORDS = {"no_grad": "no_grad", "no_node": ".data", "frozen": N_("frozen")}
_LOST = {
    "frozen": N_("frozen: requires_grad=False"),
    "unused": N_("unused: no operation used it"),
    "dangling": N_("does not reach the loss as a tensor (.item(), NumPy, or thrown away)"),
    "unknown": N_("code ran that PyTorch shows nobody"),
    "cut": N_("no path to the loss"),
}


def word_of(cut: Cut) -> str:
    """What stands beside the scissors: ``detach``, ``no_grad``, ``argmax: integers``."""
    match cut.how:
        case "detach":
            return cut.op
        case "integers":
            return _("{op}: integers").format(op=cut.op)
        case "unseen":
            return _(".data or NumPy")
    return _(_WORDS[cut.how])


def lost_text(fate: str, cuts: Sequence[Cut]) -> str:
    """Why a leaf is not in the graph, with what cut it off if something did."""
    words = [f"✂ {word_of(cut)}" for cut in cuts if cut.how != "frozen"] if fate == "cut" else []
    told = ", ".join(dict.fromkeys(words))
    return f"{_(_LOST[fate])}: {told}" if told else _(_LOST[fate])
