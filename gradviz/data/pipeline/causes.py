"""What is known of a failure, and the functions that know its causes by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pickle import PicklingError
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from torch import Tensor

from gradviz.data.counted import said
from gradviz.data.pipeline.collating import Collated
from gradviz.data.pipeline.contents import content_of, index_of, is_image
from gradviz.data.transformed import Transformed
from gradviz.trace.events import Source
from gradviz.trace.pipeline import Content

Stage: TypeAlias = Literal[
    "sampler", "getitem", "transform", "collate", "own_collate", "stream", "workers"
]
"""Where it failed; ``own_collate`` is a collate function of the user's, outside torch's."""

Facts: TypeAlias = Mapping[str, object]


class Failure(NamedTuple):
    """What is known of a failure.

    ``indices`` are those of the batch; ``place`` is the sample's, -1 if it is no one's; ``call`` is
    what torch's ``collate`` could not do; ``name`` is the function or class that raised.
    """

    stage: Stage
    error: BaseException
    indices: Sequence[Any] = ()
    batch: int = 0
    place: int = -1
    length: int | None = None
    name: str = ""
    given: Any = None
    call: Collated | None = None
    source: Source | None = None

    @property
    def index(self) -> Any:
        """The index of the sample at ``place``."""
        return index_of(self.indices[self.place]) if 0 <= self.place < len(self.indices) else None

    @property
    def said(self) -> str:
        """What the error says, in one line."""
        text = said(self.error)
        return text if len(text) <= 160 else f"{text[:159]}…"


def anything(_failure: Failure) -> Facts:
    return {}


def beyond(failure: Failure) -> Facts | None:
    """An index that the dataset does not have by its own account."""
    index, length = failure.index, failure.length
    if not isinstance(failure.error, LookupError) or length is None or not isinstance(index, int):
        return None
    return {"last": length - 1} if not -length <= index < length else None


def lying(failure: Failure) -> Facts | None:
    """An index that ``len`` promises and ``__getitem__`` does not have."""
    index, length = failure.index, failure.length
    if not isinstance(failure.error, IndexError) or length is None or not isinstance(index, int):
        return None
    return {"length": length} if 0 <= index < length else None


def without(failure: Failure) -> Facts | None:
    return {} if isinstance(failure.error, NotImplementedError | TypeError) and (
        "not subscriptable" in failure.said or not failure.said
        or isinstance(failure.error, NotImplementedError)
    ) else None  # fmt: skip


def no_part(failure: Failure) -> Facts | None:
    """A sample that has nothing where a project's transforms are to change it."""
    place = failure.error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None or place.tb_frame.f_code is not Transformed.__getitem__.__code__:
        return None
    parts = place.tb_frame.f_locals.get("parts", ())
    keys = map(repr, parts) if isinstance(parts, dict) else map(str, range(len(parts)))
    return {"got": type(parts).__name__, "keys": ", ".join(keys) or "–"}


def unknown_label(failure: Failure) -> Facts | None:
    return {} if failure.name == "ToNumber" and isinstance(failure.error, ValueError) else None


def transform(failure: Failure) -> Facts:
    return {"got": described(content_of(failure.given))}


def _first(failure: Failure, known: Callable[[Any], bool]) -> Facts | None:
    """The first sample of whose part something is true."""
    for place, part in _parts(failure):
        if known(part):
            kind = type(part).__name__
            return {"index": _at(failure, place), "place": place, "got": kind}
    return None


def is_none(failure: Failure) -> Facts | None:
    return _first(failure, lambda part: part is None)


def has_image(failure: Failure) -> Facts | None:
    return _first(failure, is_image)


def is_dataclass(failure: Failure) -> Facts | None:
    return _first(failure, lambda part: hasattr(part, "__dataclass_fields__"))


def no_numbers(failure: Failure) -> Facts | None:
    found = _first(failure, lambda part: isinstance(part, np.ndarray) and part.dtype.kind in "SaUO")
    return found and {**found, "dtype": failure.call.got[found["place"]].dtype}  # type: ignore[union-attr, call-overload]


def layout(failure: Failure) -> Facts | None:
    def odd(part: Any) -> bool:
        return isinstance(part, Tensor) and (part.is_nested or part.layout.__str__() != _STRIDED)

    return _first(failure, odd)


def missing(failure: Failure) -> Facts | None:
    """A key that the first sample has and another has not."""
    parts = list(_parts(failure))
    if not parts or not isinstance(parts[0][1], Mapping):
        return None
    for place, part in parts[1:]:
        gone = [key for key in parts[0][1] if isinstance(part, Mapping) and key not in part]
        if gone:
            return {**_pair(failure, 0, place), "missing": repr(gone[0])}
    return None


def kinds(failure: Failure) -> Facts | None:
    """Parts that are of different classes."""
    return _differ(failure, lambda part: type(part).__name__)


def lengths(failure: Failure) -> Facts | None:
    """Lists of different lengths."""

    def length(part: Any) -> int | None:
        return len(part) if isinstance(part, Sequence) else None

    return _differ(failure, length)


def ragged(failure: Failure) -> Facts | None:
    """Tensors that differ in their first dimension alone: sequences."""
    found = shapes(failure)
    if found is None:
        return None
    sizes = [tuple(part.shape) for _, part in _parts(failure)]
    alike = {size[1:] for size in sizes}
    return found if len(alike) == 1 and all(sizes) and len(sizes[0]) <= 2 else None


def shapes(failure: Failure) -> Facts | None:
    def shape(part: Any) -> str | None:
        return described(content_of(part)) if isinstance(part, Tensor) else None

    def bare(part: Any) -> tuple[int, ...] | None:
        return tuple(part.shape) if isinstance(part, Tensor) else None

    return _differ(failure, bare) and _differ(failure, shape)


def dtypes(failure: Failure) -> Facts | None:
    def dtype(part: Any) -> str | None:
        return str(part.dtype) if isinstance(part, Tensor) else None

    return _differ(failure, dtype)


def _differ(failure: Failure, property_of: Callable[[Any], object]) -> Facts | None:
    """The first two samples whose parts differ in something that all of them have."""
    seen: list[tuple[int, object]] = [(i, property_of(part)) for i, part in _parts(failure)]
    if not seen or any(value is None for _, value in seen):
        return None
    for place, value in seen:
        if value != seen[0][1]:
            return {**_pair(failure, 0, place), "one": seen[0][1], "other": value}
    return None


def _pair(failure: Failure, first: int, second: int) -> Facts:
    return {
        "first": _at(failure, first),
        "index": _at(failure, second),
        "place": second,
    }


def _parts(failure: Failure) -> Iterator[tuple[int, Any]]:
    yield from enumerate(failure.call.got if failure.call else ())


def _at(failure: Failure, place: int) -> object:
    return index_of(failure.indices[place]) if place < len(failure.indices) else place


def no_branch(failure: Failure) -> Facts | None:
    """A type for which torch's collate has no branch."""
    unknown = failure.call is not None and failure.call.rule == "none"
    return _first(failure, lambda _part: True) if unknown else None


def unpicklable(failure: Failure) -> Facts | None:
    return {} if failure.name and failure.place == UNPICKLED else None


def unsendable(failure: Failure) -> Facts | None:
    """A batch that a worker made, but could not send."""
    if not isinstance(failure.error, PicklingError):
        return None
    return {"said": _last_line(failure).partition("PicklingError: ")[2]}


def timed_out(failure: Failure) -> Facts | None:
    return {} if "timed out after" in failure.said else None


def died(failure: Failure) -> Facts | None:
    return {} if "exited unexpectedly" in failure.said else None


def of_batch(failure: Failure) -> Facts | None:
    if not failure.indices:
        return None
    shown = ", ".join(str(index_of(index)) for index in list(failure.indices)[:16])
    return {"indices": shown, "said": _last_line(failure)}


def of_stream(failure: Failure) -> Facts | None:
    """What a worker's code raised, of which torch hands on the whole traceback as text."""
    return {"said": _last_line(failure)} if failure.said.startswith("Caught ") else None


def _last_line(failure: Failure) -> str:
    lines = [line for line in str(failure.error).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else failure.said


def described(content: Content) -> str:
    """An object in a few words: ``Tensor (3, 28, 28) float32``."""
    shape = "" if content.shape is None else str(tuple(content.shape))
    length = f"[{content.length}]" if content.length is not None and not content.text else ""
    return " ".join(part for part in (content.kind + length, shape, content.dtype) if part)


_STRIDED = "torch.strided"
UNPICKLED = -2
"""Stands for the place where a part of the loader could not be sent to a worker."""
