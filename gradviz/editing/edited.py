"""What an edit gives."""

from __future__ import annotations

from msgspec import Struct

from gradviz.spec.model import Model


class Edited(Struct, frozen=True):
    """The model after an edit, and the names of the blocks to select then. The one before is
    untouched.
    """

    model: Model
    names: tuple[str, ...] = ()
