"""Models take numbers: what is said to one that was given text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gradviz.engine.unfit import MisfitError
from gradviz.errors import DataError
from gradviz.i18n import N_


@contextmanager
def numbers_wanted(inputs: tuple[Any, ...]) -> Iterator[None]:
    """Where the block fails and the inputs hold text, that is told beside what torch said."""
    try:
        yield
    except (TypeError, AttributeError, ValueError) as error:
        if not any(map(_has_text, inputs)):
            raise
        problem = DataError(
            N_("the batch holds text, and a model takes numbers"),
            where="$.data",
            mend=N_("add a transform such as Tokenize that makes numbers of it"),
        )
        raise MisfitError(problem, error) from error


def _has_text(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_text, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_text, value))
    return isinstance(value, str)
