"""What a model is called with, written as text: ``2,16:int64<1000``."""

from __future__ import annotations

import re

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_

FLOATS = ("float32", "float64", "float16", "bfloat16")
TYPES = (*FLOATS, "int64", "int32", "bool")
_INPUT = re.compile(r"(?P<shape>\d+(?:,\d+)*)(?::(?P<dtype>[a-z]+\d*))?(?:<(?P<below>\d+))?")


class Example(Struct, frozen=True):
    """A tensor that a model is called with, without its numbers; whole ones are below ``below``."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    below: int = 2

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole ones."""
        return self.dtype not in FLOATS


def example_of(text: str, *, where: str = "") -> Example:
    """``1,3,224,224``, or ``2,16:int64<1000`` for whole numbers from 0 to 999.

    Raises `UsageError`.
    """
    found = _INPUT.fullmatch(text.replace(" ", ""))
    dtype = (found and found["dtype"]) or ("int64" if found and found["below"] else "float32")
    shape = tuple(map(int, found["shape"].split(","))) if found else ()
    below = int(found["below"] or 2) if found else 0
    if dtype not in TYPES or 0 in shape or not below:
        raise UsageError(
            N_("“{text}” does not say what a model is called with"),
            where=where,
            mend=N_("write the shape with the batch first: 1,3,224,224, or 2,16:int64<1000"),
            text=text,
        )
    return Example(shape, dtype, below)
