"""Parameters, gradients and buffers that code changes by itself, in place or by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradviz.engine.recorder import Recorder
from gradviz.trace.events import (
    BufferChanged,
    GradEdited,
    GradZeroed,
    ParamUpdated,
    ValueRef,
)
from gradviz.trace.history import Room

SET_GRAD = vars(torch._C.TensorBase)["grad"].__set__
SET_DATA = vars(torch._C.TensorBase)["data"].__set__
_ZEROING = {"zero_", "_foreach_zero_"}


class Change(NamedTuple):
    """A named tensor that an op is about to write into, and what it was before."""

    room: Room
    name: str
    tensor: Tensor
    before: ValueRef


class Changes:
    """Notices who is changed, and writes the event for it afterwards."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def coming(self, tensors: Iterable[Tensor]) -> list[Change]:
        """Secure what an in-place op may overwrite, and say which of it has a name."""
        recorder = self._recorder
        named = []
        for tensor in tensors:
            if tensor.grad_fn is None:
                for room, name, mine in self._owners(tensor):
                    named.append(Change(room, name, mine, recorder.keep(mine)))
            recorder.trace.store.secure(tensor)
        return named

    def came(self, op: str, changes: Iterable[Change]) -> None:
        """Write an event for each named tensor that is no longer what it was."""
        recorder = self._recorder
        for room, name, tensor, before in changes:
            after = recorder.keep(tensor)
            if after == before:
                continue
            if room == "grads" and op in _ZEROING:
                self._zeroed(name, before, after)
            elif room == "grads":
                recorder.write(GradEdited, target=name, before=before, after=after)
            elif room == "buffers":
                recorder.write(BufferChanged, buffer=name, before=before, after=after)
            else:
                self._moved(name, tensor, before, after)

    def set_grad(self, leaf: Tensor, value: Tensor | None) -> None:
        """``leaf.grad = value``."""
        recorder = self._recorder
        name = recorder.names.leaf(leaf)
        before = None if name is None else recorder.keep_or_none(leaf.grad)
        SET_GRAD(leaf, value)
        if name is None or recorder.phase == "zero_grad":
            return
        after = recorder.keep_or_none(value)
        if after is None:
            self._zeroed(name, before, after)
        elif after != before:
            recorder.write(GradEdited, target=name, before=before, after=after)

    def set_data(self, tensor: Tensor, value: Tensor) -> None:
        """``tensor.data = value``: the same tensor object with other memory."""
        recorder = self._recorder
        owners = [owner for owner in self._owners(tensor) if owner[2] is tensor]
        changes = [Change(*owner, recorder.keep(tensor)) for owner in owners]
        SET_DATA(tensor, value)
        self.came("set_data", changes)

    def _owners(self, tensor: Tensor) -> Iterator[tuple[Room, str, Tensor]]:
        """Parameters, gradients and buffers that live in the tensor's memory."""
        memory = _memory(tensor)
        if not memory:
            return
        names = self._recorder.names
        for name, leaf in names.leaves.items():
            if _memory(leaf) == memory:
                yield "params", name, leaf
            if leaf.grad is not None and _memory(leaf.grad) == memory:
                yield "grads", name, leaf.grad
        for name, buffer in names.buffers.items():
            if _memory(buffer) == memory:
                yield "buffers", name, buffer

    def _zeroed(self, name: str, before: ValueRef | None, after: ValueRef | None) -> None:
        recorder = self._recorder
        recorder.write(GradZeroed, phase="zero_grad", param=name, before=before, after=after)

    def _moved(self, name: str, leaf: Tensor, before: ValueRef, after: ValueRef) -> None:
        recorder = self._recorder
        recorder.write(
            ParamUpdated,
            phase="step",
            param=name,
            optimizer="",
            before=before,
            grad=recorder.keep_or_none(leaf.grad),
            after=after,
            state_before=None,
            state_after=None,
            settings={},
        )


def may_change_arguments(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the call may write into a tensor that it was given.

    Torch's convention is a trailing underscore or ``out=``; functions such as ``F.relu`` take
    ``inplace`` by position too, so any positional True counts: a copy too many does no harm.
    """
    if name.startswith("__"):
        return (name.startswith("__i") and name != "__invert__") or name == "__setitem__"
    return (
        name.endswith("_")
        or kwargs.get("out") is not None
        or bool(kwargs.get("inplace"))
        or any(argument is True for argument in args)
    )


def _memory(tensor: Tensor) -> int:
    """The address of the tensor's storage; 0 if it has none of its own."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return 0
