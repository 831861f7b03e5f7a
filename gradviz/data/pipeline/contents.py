"""What an object is, and what it was before others wrote into it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, SupportsIndex
from weakref import WeakKeyDictionary

import numpy as np
from torch import Tensor

from gradviz.trace.pipeline import Content, Index

_LONGEST = 40
_WITHOUT = {int, float, bool, str, bytes, type(None), np.ndarray}  # the many that hold no tensor


def content_of(value: object) -> Content:
    """What the object is at this moment."""
    kind = type(value).__name__
    if isinstance(value, Tensor):
        return _of_tensor(value, kind)
    if isinstance(value, np.ndarray | np.generic):
        shape = tuple(value.shape)
        return Content(kind, shape, str(value.dtype), text=_short(value) if not shape else "")
    if value is None or isinstance(value, bool | int | float | complex):
        return Content(kind, text=_short(value))
    if isinstance(value, str | bytes | bytearray):
        return Content(kind, length=len(value), text=_short(value))
    if isinstance(value, Mapping):
        return Content(kind, keys=tuple(map(str, value)), length=len(value))
    fields = getattr(value, "_fields", ())
    if isinstance(value, tuple) and fields:
        return Content(kind, keys=tuple(map(str, fields)), length=len(value))
    if isinstance(value, Sequence | set | frozenset):
        return Content(kind, length=len(value))
    if is_image(value):
        width, height = value.size  # type: ignore[attr-defined]
        return Content(kind, (height, width), str(value.mode))  # type: ignore[attr-defined]
    return Content(kind, keys=tuple(getattr(value, "__dataclass_fields__", ())))


def index_of(index: object) -> Index:
    """An index as the records have it."""
    if index is None or (isinstance(index, int) and not isinstance(index, bool)):
        return index
    return operator.index(index) if isinstance(index, SupportsIndex) else _short(index)


def is_image(value: object) -> bool:
    """Whether it is an image of Pillow, which need not be loaded to know that."""
    if not hasattr(value, "getbands"):
        return False
    return any(base.__module__ == "PIL.Image" for base in type(value).__mro__)


def as_it_is(value: Any) -> Any:
    """The same, out of the reach of who may write into it: a transform, a loop."""
    kind = type(value)
    if kind not in _KEPT:
        _KEPT[kind] = _keeping(value)
    keep = _KEPT[kind]
    return value if keep is None else keep(value)


def _keeping(value: Any) -> Callable[[Any], Any] | None:
    """How objects of its class are kept; None where nobody can write into them, or nobody knows."""
    if isinstance(value, Tensor):
        return lambda tensor: tensor.detach().clone()
    if isinstance(value, np.ndarray):
        return np.ndarray.copy
    if is_image(value):
        return ImageThen
    if type(value) is dict:
        return lambda parts: {key: as_it_is(item) for key, item in parts.items()}
    if type(value) in (list, tuple):
        kind = type(value)
        return lambda parts: kind(map(as_it_is, parts))
    return None


_KEPT: WeakKeyDictionary[type, Callable[[Any], Any] | None] = WeakKeyDictionary()
"""How objects of a class are kept, found once: this is done for each sample."""


class ImageThen:
    """The pixels of an image of Pillow as they were: far cheaper to hold than a whole image."""

    __slots__ = ("_palette", "_pixels")

    def __init__(self, image: Any) -> None:
        image.load()
        self._palette = image.palette
        self._pixels = image.im.copy()

    def again(self) -> Any:
        """An image with these pixels."""
        from PIL import Image

        image = Image.Image()
        image.palette = self._palette
        return image._new(self._pixels.copy())


def again(value: Any) -> Any:
    """What `as_it_is` kept, as one can show it."""
    if isinstance(value, ImageThen):
        return value.again()
    if type(value) is dict:
        return {key: again(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(again, value))
    return value


def versions_of_all(samples: Sequence[Any]) -> list[Any]:
    """`versions_of` of each, at speed: a sample is most often a tuple of tensors and numbers."""
    try:
        return [
            [
                part._version if type(part) is Tensor else versions_of(part)
                for part in sample
                if type(part) not in _WITHOUT
            ]
            if type(sample) is tuple
            else versions_of(sample)
            for sample in samples
        ]
    except RuntimeError:  # tensors of inference mode have no version
        return [versions_of(sample) for sample in samples]


def versions_of(value: Any) -> Any:
    """How often the tensors in it were written to, to compare with a later time."""
    if isinstance(value, Tensor):
        return None if value.is_inference() else value._version
    if isinstance(value, Mapping):
        return [versions_of(item) for item in value.values()]
    if isinstance(value, list | tuple):
        return [versions_of(item) for item in value if type(item) not in _WITHOUT]
    return None


def _of_tensor(value: Tensor, kind: str) -> Content:
    shape = (-1,) if value.is_nested else tuple(value.shape)
    dtype = str(value.dtype).removeprefix("torch.")
    lone = not shape and not value.is_meta
    return Content(kind, shape, dtype, text=_short(value.item()) if lone else "")


def _short(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    text = repr(value[: _LONGEST + 1] if isinstance(value, str | bytes | bytearray) else value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
