"""What a dataset tells of its samples, by the names that our datasets and many others use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from gradviz.data.pipeline.samples import lowest
from gradviz.data.pipeline.transforms import Transforms, name_of
from gradviz.data.previews.kinds import Normalised


class Context(Struct, frozen=True):
    """What the numbers in samples mean; empty where nothing says so.

    ``classes`` are the names of the classes, ``vocabulary`` the words of the tokens, ``features``
    the names of the columns; ``sample_rate`` counts the values of a second of sound.
    """

    classes: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    sample_rate: int | None = None
    normalised: Normalised | None = None


NOTHING_TOLD = Context()


def context_of(dataset: Any) -> Context:
    """What a dataset, or one that it is made of, tells; nothing is fetched from it."""
    held = list(lowest(dataset))
    transforms = list(_transforms(dataset))
    return Context(
        classes=_texts(_first(held, "classes")),
        vocabulary=_texts(_first([*held, *transforms], "vocabulary")),
        features=_texts(_first(held, "features")),
        sample_rate=_rate(_first([*held, *transforms], "sample_rate")),
        normalised=next(filter(None, map(_normalised, transforms)), None),
    )


def _transforms(dataset: Any) -> Iterator[Any]:
    """The transforms of the input."""
    found = Transforms(dataset)
    for (_held, _key, function), branch in found.places:
        if branch != "target":
            yield function
    for module, branch in found.modules:
        if branch != "target":
            yield module


def _normalised(transform: Any) -> Normalised | None:
    """The transform, if it takes a mean away and divides by a deviation."""
    mean, std = _numbers(transform, "mean"), _numbers(transform, "std")
    if mean is None or std is None or not all(std):
        return None
    return Normalised(name_of(transform), mean, std)


def _numbers(holder: Any, name: str) -> tuple[float, ...] | None:
    value = _held(holder, name)
    if isinstance(value, int | float):
        return (float(value),)
    try:
        numbers = [float(each) for each in value]
    except (TypeError, ValueError, RuntimeError):  # a method, a text, a matrix
        return None
    return tuple(numbers) or None


def _first(holders: Sequence[Any], name: str) -> Any:
    found = (_held(each, name) for each in holders)
    return next((value for value in found if value is not None), None)


def _held(holder: Any, name: str) -> Any:
    """An attribute; None where there is none, or where code of the user's cannot tell it."""
    with suppress(Exception):
        return getattr(holder, name, None)
    return None


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):  # from words to their numbers
        numbered = {number: word for word, number in value.items()}
        value = [numbered.get(place) for place in range(len(numbered))]
        value = () if None in value else value
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return tuple(map(str, value))


def _rate(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value >= 1 else None
