"""Composites of the user's library, which a model takes up when one of them is put down in it."""

from __future__ import annotations

from gradviz.editing.known import known_blocks
from gradviz.spec.library import Library
from gradviz.spec.model import Model


def borrowed(model: Model, kind: str) -> Model:
    """The model in which a block can be of this kind: with a composite of the library, and those
    that it needs, if the kind is one of these and the model has none of that name.

    Raises `UsageError` where the model has another one of those that it needs, `ProjectError` for a
    file that was damaged.
    """
    library = Library()
    known = kind in known_blocks() or any(each.name == kind for each in model.composites)
    return model if known or kind not in library.names else library.put(model, kind)
