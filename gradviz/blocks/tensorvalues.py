"""What stands between the parts of an expression over tensors while it is computed: tensors,
numbers, and tuples of them. Numbers are bounded, and what would make a great many tensors is
refused, so that a text can take no time or memory before torch has told its shape.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gradviz.blocks.tensorfunctions import ATTRIBUTES, fields_of
from gradviz.i18n import N_

LARGEST = 2**63 - 1
"""The largest whole number, as torch has it."""
MOST = 1000
"""Tensors that one function may give."""
ODD = (ArithmeticError, AttributeError, KeyError, MemoryError, SystemError, RecursionError)
"""What Python may raise of strange arguments, beside what torch says of tensors that do not fit."""
TOO_LARGE = N_("“{part}” is too large a number (column {column})")
_NO_NUMBER = N_("“{part}” needs tensors or numbers (column {column})")
_TOLD_TO = (bool, Tensor, torch.dtype, torch.device, torch.memory_format)
"""What one may say to a tensor's ``to``."""
_PLAIN = (*_TOLD_TO, int, float, complex, str, slice)
"""What stands for itself."""
_PARTED = {
    "unbind": ("tensor", "dim"),
    "split": ("tensor", "split_size", "dim"),
    "unsafe_split": ("tensor", "split_size", "dim"),
}
"""Functions that take a tensor apart, and their arguments."""
_CALLED_ALSO = {"input": "tensor", "split_size_or_sections": "split_size"}
"""Other names of these arguments."""
_COUNTED = frozenset(
    {
        *("chunk", "unsafe_chunk", "tensor_split", "hsplit", "vsplit", "dsplit", "tensordot"),
        *("combinations", "lstm", "gru", "rnn_tanh", "rnn_relu"),
    }
)
"""Functions with a number that says how often something is done."""


class RefusedError(Exception):
    """Something that is not computed."""

    def __init__(self, what: str, mend: str = "", **fields: object) -> None:
        super().__init__(what)
        self.what, self.mend, self.fields = what, mend, fields


def checked(value: Any) -> Any:
    """What a part comes to. Raises `RefusedError` for what an expression may not have."""
    if isinstance(value, int) and abs(value) > LARGEST:
        raise RefusedError(TOO_LARGE)
    if value is None or value is ... or isinstance(value, _PLAIN):
        return value
    if isinstance(value, tuple | list):
        for each in value:
            checked(each)
        return value
    raise RefusedError(N_("“{part}” gives no tensor (column {column})"))


def one(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A sign in front of a tensor or number."""

    def compute(value: Any) -> Any:
        return function(_counting(value))

    return compute


def two(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A sign between tensors or numbers; tuples of sizes can be joined and compared."""

    def compute(left: Any, right: Any) -> Any:
        if isinstance(left, tuple) and isinstance(right, tuple):
            if function in (operator.add, operator.eq, operator.ne):
                return function(left, right)
            raise RefusedError(_NO_NUMBER)
        numbers = _counting(left), _counting(right)
        whole = all(isinstance(each, int) for each in numbers)
        if function is operator.pow and whole and right > 64 and abs(left) > 1:
            raise RefusedError(TOO_LARGE)
        return function(*numbers)

    return compute


def of_number(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of Python's over one number."""

    def compute(value: Any) -> Any:
        if not isinstance(value, int | float):
            raise RefusedError(N_("“{part}” needs a number (column {column})"))
        return function(value)

    return compute


def part(whole: Any, place: Any) -> Any:
    """A part of a tensor, or of a tuple."""
    if isinstance(whole, Tensor):
        _check_place(place)
        return whole[place]
    if isinstance(whole, tuple | list) and type(place) in (int, slice):
        return whole[place]
    raise RefusedError(N_("“{part}” is no part of a tensor or tuple (column {column})"))


def bounds(start: Any, stop: Any, step: Any) -> slice:
    """A slice, whose ends are whole numbers."""
    for each in (start, stop, step):
        if each is not None and type(each) is not int:
            raise RefusedError(N_("the ends of “{part}” must be whole numbers (column {column})"))
    return slice(start, stop, step)


def attribute(owner: Any, name: str) -> Any:
    """What one may ask of a tensor, or of several that a function gave."""
    if isinstance(owner, Tensor) and name in ATTRIBUTES:
        return getattr(owner, name)
    kind: type = type(owner)
    if name in fields_of(kind):
        return getattr(owner, name)
    raise RefusedError(
        N_("“{part}” is not there (column {column})"),
        N_("a tensor has: {known}"),
        known=", ".join(sorted(ATTRIBUTES)),
    )


def method(name: str) -> Callable[..., Any]:
    """A method of a tensor."""

    def compute(owner: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(owner, Tensor):
            raise RefusedError(N_("“{part}” is called of what is no tensor (column {column})"))
        if name == "to" and not all(isinstance(each, _TOLD_TO) for each in args):
            raise RefusedError(*_DEVICE)
        _check_call(name, (owner, *args), kwargs)
        return getattr(owner, name)(*args, **kwargs)

    return compute


def called(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of torch."""

    def compute(*args: Any, **kwargs: Any) -> Any:
        _check_call(name, args, kwargs)
        return function(*args, **kwargs)

    return compute


_DEVICE = (
    N_("“{part}” names a device (column {column})"),
    N_("take that of a tensor: device=a.device"),
)


def _counting(value: Any) -> Any:
    if not isinstance(value, Tensor | int | float | complex):
        raise RefusedError(_NO_NUMBER)
    return value


def _check_place(place: Any) -> None:
    """Refuse what is no place in a tensor."""
    if isinstance(place, tuple | list):
        for each in place:
            _check_place(each)
    elif not (place is None or place is ... or isinstance(place, int | slice | Tensor)):
        raise RefusedError(N_("“{part}” is no part of a tensor or tuple (column {column})"))


def _check_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse a device that the text names, and what would make too many tensors."""
    if not isinstance(kwargs.get("device"), torch.device | None):
        raise RefusedError(*_DEVICE)
    numbers = [each for each in (*args, *kwargs.values()) if isinstance(each, int)]
    if name in _COUNTED and any(abs(each) > MOST for each in numbers):
        raise RefusedError(*_MANY, most=MOST)
    if name in _PARTED:
        named = {_CALLED_ALSO.get(key, key): each for key, each in kwargs.items()}
        given = dict(zip(_PARTED[name], args, strict=False)) | named
        _check_parts(*(given.get(each) for each in ("tensor", "dim", "split_size")))


def _check_parts(tensor: Any, dim: Any, size: Any) -> None:
    """Refuse to take a tensor apart into a great many."""
    dim = 0 if dim is None else dim
    each = 1 if size is None else size
    if not (isinstance(tensor, Tensor) and isinstance(dim, int) and isinstance(each, int)):
        return
    if -tensor.ndim <= dim < tensor.ndim and tensor.shape[dim] > MOST * max(each, 1):
        raise RefusedError(*_MANY, most=MOST)


_MANY = (
    N_("“{part}” would make more than {most} tensors (column {column})"),
    N_("take fewer parts"),
)
