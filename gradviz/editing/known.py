"""The blocks that edits know: those of gradviz, and while a project is edited whose Python files
are trusted, those of the files too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import Blocks
from gradviz.engine.building.plan import Planner
from gradviz.spec.model import Model

_KNOWN: ContextVar[Blocks] = ContextVar("known blocks", default=BLOCKS)


def known_blocks() -> Blocks:
    """What a block can be, but for the composites of its model."""
    return _KNOWN.get()


def planner_of(model: Model) -> Planner:
    """The plans of a model of these blocks."""
    return Planner(model, known_blocks())


@contextmanager
def knowing(blocks: Blocks) -> Iterator[None]:
    """The edits in the block know these."""
    token = _KNOWN.set(blocks)
    try:
        yield
    finally:
        _KNOWN.reset(token)
