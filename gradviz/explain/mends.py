"""What to change when torch refuses the data: its own words say what is wrong, not what to do."""

from __future__ import annotations

import re

from gradviz.i18n import N_
from gradviz.i18n import gettext as _

_MENDS = (
    (
        r"Target -?\d+ is out of bounds",
        N_("let targets be whole numbers from 0 up to the number of classes less 1, or let the "
           "last layer have as many outputs as there are classes"),
    ),
    (
        r"expected target dtype to be Long|multi-target not supported"
        r"|expected scalar type Long but found",
        N_("for classes, let the dataset give whole numbers (int64) as targets; for numbers, take "
           "a loss such as MSELoss"),
    ),
    (
        r"argument 'target' .* must be Tensor, not",
        N_("let the dataset give numbers as targets; ToNumber among the target_transforms makes "
           "them of words"),
    ),
    (
        r"have the same dtype, but got",
        N_("let all samples be float32, as the weights are: tensor.float()"),
    ),
)  # fmt: skip


def with_mend(said: str) -> str:
    """What torch said in one line, and where that is known, what to do about it."""
    for pattern, mend in _MENDS:
        if re.search(pattern, said):
            return f"{said} → {_(mend)}"
    return said
