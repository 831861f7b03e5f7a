"""Why some code cannot be seen step by step."""

from __future__ import annotations

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.events import NotRecorded, Unrecordable

_REASONS: dict[Unrecordable, str] = {
    "transformed": N_(
        "Inside torch.func a tensor stands for many tensors or for a derivative, so its steps "
        "cannot be recorded."
    ),
    "traced": N_(
        "A tracer wrote this computation down instead of running it, so its steps cannot be "
        "recorded."
    ),
    "compiled": N_("Compiled code calls no torch functions, so its steps cannot be recorded."),
}


def why_not_recorded(event: NotRecorded) -> str:
    """One sentence."""
    return _(_REASONS[event.reason])
