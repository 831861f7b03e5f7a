"""Parameters, gradients and buffers that code changes by itself, in place or by assignment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, optim
from torch.nn.parameter import is_lazy

from gradviz.engine.doors.unseen import hush
from gradviz.engine.record.owners import Owner, grad_of
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.writes import tensors_in
from gradviz.trace.events import (
    BufferChanged,
    GradEdited,
    GradZeroed,
    ParamUpdated,
    State,
    ValueRef,
)

_GRAD = vars(torch._C.TensorBase)["grad"]
SET_GRAD = _GRAD.__set__
DELETE_GRAD = _GRAD.__delete__
SET_DATA = vars(torch._C.TensorBase)["data"].__set__
_ZEROING = {"zero_", "_foreach_zero_"}
_MOVING = {"set_", "resize_", "resize_as_", "set_data"}


class Change(NamedTuple):
    """A named tensor that an op is about to write into, and what it was before."""

    owner: Owner
    before: ValueRef


class Changes:
    """Notices who is changed, and writes the event for it afterwards."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def coming(self, tensors: Iterable[Tensor]) -> list[Change]:
        """Secure what a call is about to overwrite, and say which of it has a name."""
        recorder = self._recorder
        named = []
        for tensor in tensors:
            for owner in recorder.owners.of(tensor):
                named.append(Change(owner, recorder.keep(owner.tensor)))
            recorder.trace.store.secure(tensor)
        return named

    def came(self, op: str, changes: Iterable[Change]) -> None:
        """Write an event for each named tensor that is no longer what it was."""
        recorder = self._recorder
        if op in _MOVING:
            recorder.owners.moved()
        for (room, name, tensor), before in changes:
            after = recorder.keep(tensor)
            if after == before:
                continue
            if room == "grads":
                self._grad_changed(name, before, after, zeroed=op in _ZEROING)
            elif room == "buffers":
                recorder.write(BufferChanged, buffer=name, before=before, after=after)
            else:
                self._moved(name, tensor, before, after)

    def set_grad(self, assign: Callable[..., None], leaf: Tensor, *value: Tensor | None) -> None:
        """``leaf.grad = value``, or ``del leaf.grad``."""
        recorder = self._recorder
        name = recorder.names.leaf(leaf)
        with hush():
            before = None if name is None else recorder.keep_or_none(grad_of(leaf))
        assign(leaf, *value)
        recorder.owners.moved()
        if name is not None and recorder.phase != "zero_grad":
            with hush():
                after = recorder.keep_or_none(grad_of(leaf))
                if after is None or after != before:
                    self._grad_changed(name, before, after)

    def set_data(self, assign: Callable[..., None], tensor: Tensor, value: Tensor) -> None:
        """``tensor.data = value``: the same tensor object with other memory.

        What was kept of the memory that it had counts changes together with the tensor.
        """
        recorder = self._recorder
        with hush():
            owners = [owner for owner in recorder.owners.of(tensor) if owner.tensor is tensor]
            changes = [Change(owner, recorder.keep(tensor)) for owner in owners]
            recorder.trace.store.secure(tensor)
        assign(tensor, value)
        with hush():
            self.came("set_data", changes)

    def assign_parameter(self, name: str, parameter: Tensor) -> None:
        """A module of the model gets another parameter under this name."""
        recorder = self._recorder
        if recorder.names.leaf(parameter) is None:
            recorder.names.assign(name, parameter)
            recorder.owners.moved()
            if not is_lazy(parameter):
                self.check_leaf(name, parameter)

    def assign_buffer(self, name: str, buffer: Tensor) -> None:
        """A module of the model gets another buffer under this name."""
        recorder = self._recorder
        recorder.names.buffers[name] = buffer
        recorder.owners.moved()
        recorder.buffer_may_have_changed(name)

    def secure_all(self) -> None:
        """Code that cannot be seen may overwrite anything that has a name."""
        recorder = self._recorder
        held = [owner.tensor for owner in recorder.owners.all()]
        if recorder.optimizer is not None:
            held += tensors_in(recorder.optimizer.state.values())
        for tensor in held:
            recorder.trace.store.secure(tensor)

    def notice(self) -> None:
        """Write events for what code that could not be seen did to anything that has a name."""
        recorder = self._recorder
        recorder.owners.moved()
        for name, leaf in list(recorder.names.leaves.items()):
            if not is_lazy(leaf):
                self.check_leaf(name, leaf)
        if recorder.model is not None:
            recorder.names.refresh_buffers(recorder.model)
        for name, buffer in recorder.names.buffers.items():
            if not is_lazy(buffer) and _is_dense(buffer):
                recorder.buffer_may_have_changed(name)
        if recorder.optimizer is not None:
            for group in recorder.optimizer.param_groups:
                for leaf in group["params"]:
                    self.check_state(recorder.optimizer, leaf)

    def check_leaf(self, name: str, leaf: Tensor) -> tuple[ValueRef, ValueRef | None]:
        """The value and the gradient; write an event if one of them is no longer what was last
        written down of it.
        """
        recorder = self._recorder
        value = recorder.keep(leaf)
        before = recorder.last("params", name, value)
        if _is_dense(leaf) and recorder.differ(before, value):
            self._moved(name, leaf, before, value)
        grad = grad_of(leaf)
        ref = recorder.keep_or_none(grad)
        known = recorder.last("grads", name, ref)
        if (grad is None or _is_dense(grad)) and recorder.differ(known, ref):
            self._grad_changed(name, known, ref)
        return value, ref

    def check_state(self, optimizer: optim.Optimizer, leaf: Tensor) -> State:
        """The optimizer's state of a leaf; write an event if it is no longer what was last written
        down of it.
        """
        recorder = self._recorder
        name = recorder.leaf(leaf)
        state = recorder.keep_state(optimizer.state.get(leaf, {}))
        known = recorder.last("optimizer", name, state)
        if not recorder.same_state(known, state):
            value = recorder.keep(leaf)
            self._moved(name, leaf, value, value, state=(known, state))
        return state

    def _grad_changed(
        self,
        name: str,
        before: ValueRef | None,
        after: ValueRef | None,
        *,
        zeroed: bool = False,
    ) -> None:
        recorder = self._recorder
        if zeroed or after is None:
            recorder.write(GradZeroed, phase="zero_grad", param=name, before=before, after=after)
        else:
            recorder.write(GradEdited, target=name, before=before, after=after)

    def _moved(
        self,
        name: str,
        leaf: Tensor,
        before: ValueRef,
        after: ValueRef,
        *,
        state: tuple[State | None, State | None] = (None, None),
    ) -> None:
        recorder = self._recorder
        recorder.write(
            ParamUpdated,
            phase="step",
            param=name,
            optimizer="",
            before=before,
            grad=recorder.keep_or_none(grad_of(leaf)),
            after=after,
            state_before=state[0],
            state_after=state[1],
            settings={},
        )


def _is_dense(tensor: Tensor) -> bool:
    """Whether it has memory of its own, by which it is known again."""
    return tensor.layout is torch.strided and not tensor.is_nested
