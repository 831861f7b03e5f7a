"""An op as it is written: ``a.masked_fill(b, float("-inf"))``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch

from gradviz.importing.frames import Frame, Op, Ref
from gradviz.importing.nodes import REFS
from gradviz.importing.structure import values_in
from gradviz.importing.symbols import InTraining, Sized
from gradviz.spec.letters import letters

_BETWEEN = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "and": "&",
    "or": "|",
    "xor": "^",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
_BEFORE = {"neg": "-", "invert": "~", "pos": "+"}
_HOMES = {"torch.nn.functional": "F", "torch.functional": "torch", "torch._C._nn": "F"}


_WIDER = {"view": "reshape", "spmm": "mm"}
"""Functions that do the same, also where tensors lie in memory otherwise."""


class UnwrittenError(Exception):
    """Something that cannot be written."""


def written(op: Op, frame: Frame) -> tuple[str, tuple[Ref, ...]] | None:
    """The op as an expression over ``a``, ``b`` and so on, and which tensors these are; nothing if
    it cannot be written.
    """
    writing = _Writing(op, frame)
    try:
        return writing.op(), tuple(writing.refs)
    except UnwrittenError:
        return None


class _Writing:
    """The names of tensors so far."""

    def __init__(self, op: Op, frame: Frame) -> None:
        self._op = op
        self._frame = frame
        self.refs: list[Ref] = []

    def op(self) -> str:
        home, _, last = self._op.name.rpartition(".")
        if last == "__get__":
            return f"{self._value(self._op.args[0])}.{home.rpartition('.')[2]}"
        if last.startswith("__"):
            return self._operator(last.strip("_"))
        kwargs = {name: each for name, each in self._op.kwargs.items() if name != "inplace"}
        if home == "torch.Tensor" and last in _BETWEEN and len(self._op.args) == 2 and not kwargs:
            return self._operator(last)
        name = _WIDER.get(last, last.rstrip("_"))
        if home == "torch.Tensor":
            first, rest = self._op.args[0], self._op.args[1:]
            return f"{self._value(first)}.{name}({self._arguments(rest, kwargs)})"
        callee = f"{_HOMES.get(home, home)}.{name}"
        return f"{callee}({self._arguments(self._op.args, kwargs)})"

    def _operator(self, name: str) -> str:
        parts = [self._value(each) for each in self._op.args]
        if name == "getitem":
            return f"{parts[0]}[{self._index(self._op.args[1])}]"
        if name in _BEFORE and len(parts) == 1:
            return f"{_BEFORE[name]}{parts[0]}"
        if len(parts) != 2:
            raise UnwrittenError
        for form in (name, name[1:]):
            if form in _BETWEEN:
                left, right = parts if form == name or name[0] == "i" else reversed(parts)
                return f"{left} {_BETWEEN[form]} {right}"
        raise UnwrittenError

    def _arguments(self, args: Any, kwargs: Any) -> str:
        parts = [self._value(each) for each in args]
        parts += [f"{name}={self._value(each)}" for name, each in kwargs.items()]
        return ", ".join(parts)

    def _index(self, index: Any) -> str:
        parts = index if isinstance(index, tuple) else (index,)
        return ", ".join(map(self._value, parts)) + (
            "," if len(parts) == 1 and index is parts else ""
        )

    def _value(self, value: Any) -> str:
        if isinstance(value, REFS):
            return self._name(value)
        if isinstance(value, Sized):
            return self._size(value)
        for kind, write in _WRITERS:
            if isinstance(value, kind):
                return write(value)
        if isinstance(value, slice):
            return self._slice(value)
        if isinstance(value, tuple | list):
            inside = ", ".join(map(self._value, value))
            if isinstance(value, list):
                return f"[{inside}]"
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        if isinstance(value, torch.device):
            return f"{self._any()}.device"
        raise UnwrittenError

    def _slice(self, value: slice) -> str:
        ends = ["" if each is None else self._value(each) for each in (value.start, value.stop)]
        step = "" if value.step is None else f":{self._value(value.step)}"
        return ":".join(ends) + step

    def _name(self, ref: Ref) -> str:
        if ref not in self.refs:
            self.refs.append(ref)
        return next(islice(letters(), self.refs.index(ref), None))

    def _any(self) -> str:
        """Some tensor that the op is given, or the call."""
        return self._name(next(self._tensors(), None) or _raise())

    def _tensors(self) -> Iterator[Ref]:
        from gradviz.importing.frames import In

        yield from (
            each for each in values_in((self._op.args, self._op.kwargs)) if isinstance(each, REFS)
        )
        yield from map(In, range(len(self._frame.inputs)))

    def _size(self, size: Sized) -> str:
        """A size that goes with the batch, by a dimension of a tensor that does."""
        for ref in self._tensors():
            form = self._frame.form(ref)
            for dim, each in enumerate(form.shape if form is not None else ()):
                known: Any = each
                if isinstance(known, Sized) and not known.more and size.each % known.each == 0:
                    times, name = size.each // known.each, f"{self._name(ref)}.shape[{dim}]"
                    text = name if times == 1 else f"{name} * {times}"
                    return f"{text} + {size.more}" if size.more else text
        raise UnwrittenError


def _raise() -> Any:
    raise UnwrittenError


def _number(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return f'float("{value}")'


_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (InTraining, lambda value: _raise()),
    ((bool, str, type(None)), repr),
    (int, repr),
    (float, _number),
    (torch.dtype, str),
    (type(Ellipsis), lambda value: "..."),
)
