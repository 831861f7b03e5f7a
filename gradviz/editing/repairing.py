"""Repairs as changes of the model."""

from __future__ import annotations

from gradviz.editing.edited import Edited
from gradviz.editing.known import known_blocks
from gradviz.engine.building.repairs import repairs
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.model import Model


def repaired(model: Model, block: str, number: int = 0) -> Edited:
    """Make a block fit by the repair of this number, counted from 0, the likeliest.

    Raises `UsageError` if there is no such repair.
    """
    found = repairs(model, block, known_blocks())
    if not 0 <= number < len(found):
        raise UsageError(
            N_("there is no such repair of “{name}”"),
            mend=N_("change its settings, or the block before it"),
            name=block,
        )
    return Edited(found[number].model, (block,))
