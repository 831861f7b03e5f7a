"""The recorder: what every hook writes to. It knows where the code is, and appends events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar

import torch
from torch import Tensor, nn, optim
from torch.autograd.graph import Node
from torch.nn.parameter import is_lazy
from torch.utils.hooks import RemovableHandle

from gradviz.engine.record.called import called
from gradviz.engine.record.modules import ModuleCalls
from gradviz.engine.record.names import Names
from gradviz.engine.record.nodes import NodeBook
from gradviz.engine.record.owners import Owners, grad_of
from gradviz.engine.record.source import user_line
from gradviz.trace.events import (
    AnyEvent,
    BufferChanged,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    Phase,
    Source,
    State,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.history import Room
from gradviz.trace.trace import Trace

Known = TypeVar("Known")
BackwardHook: TypeAlias = Callable[[AutogradGraph, dict[int, Node]], list[RemovableHandle]]

_MOVING = {GradAccumulated, GradEdited, GradZeroed}
"""Events after which a gradient may be another tensor."""


class Recorder:
    """One recording into one trace. The hooks of `gradviz.engine` call it; it calls none of them.

    ``keep`` gives a reference to a tensor as it is now. The phase is ``backward``, ``step`` or
    ``zero_grad`` while one of them runs, ``forward`` until the model has returned, then ``loss``.
    What is done to gradients after backward (clipping them) still counts as ``backward``; the next
    op that autograd sees begins a new ``forward``. ``suspect`` is where the function of the user's
    is that last gave torch what it may refuse.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        model: nn.Module | None,
        optimizer: optim.Optimizer | None,
        iteration: int,
    ) -> None:
        self.trace = trace
        self.model = model
        self.optimizer = optimizer
        self.iteration = iteration
        # Not a method of ours: a cycle would keep the trace until the garbage collector comes.
        self.names = Names(model, met=partial(_begin_leaf, trace))
        self.keep = trace.store.keep
        self.owners = Owners(self.names)
        self.nodes = NodeBook(self.names, trace.node_numbers)
        self.calls = ModuleCalls(self.names)
        self.blind = False
        self.suspect: Source | None = None
        self.backwards: list[Any] = []
        self.backward_hooks: dict[int, BackwardHook] = OrderedDict()
        self._inside: list[tuple[Phase | None, Source | None]] = []
        self._between: Phase = "forward"
        self._within: Phase | None = None
        self._begin()

    @property
    def phase(self) -> Phase:
        """The phase that the code is in."""
        return (self._inside and self._inside[-1][0]) or self._within or self._between

    @property
    def computing(self) -> bool:
        """Whether ops that run now are the user's, not the arithmetic of an optimizer."""
        return not self._inside or self._inside[-1][0] not in ("zero_grad", "step")

    @contextmanager
    def inside(self, phase: Phase) -> Iterator[None]:
        """Everything in the block belongs to this phase."""
        self.enter(phase)
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def within(self, phase: Phase) -> Iterator[None]:
        """Everything in the block belongs to this phase, but for a backward, a step or a zero_grad
        in it.
        """
        before, self._within = self._within, phase
        try:
            yield
        finally:
            self._within = before

    @contextmanager
    def closure(self) -> Iterator[None]:
        """An optimizer's step calls the user's closure back: forward and backward run in it."""
        self._inside.append((None, None))
        self._between = "forward"
        try:
            yield
        finally:
            self._inside.pop()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Ops in the block run as ever and are not written down."""
        before, self.blind = self.blind, True
        try:
            yield
        finally:
            self.blind = before

    def enter(self, phase: Phase) -> None:
        """From here on everything belongs to this phase and to the line that called it, until
        `leave`.
        """
        self._inside.append((phase, user_line()))

    def leave(self) -> None:
        """The innermost phase has ended."""
        ended, _ = self._inside.pop()
        if ended is not None:
            self._between = "forward" if ended == "zero_grad" else ended

    def model_called(self) -> None:
        """The model itself is about to run."""
        self._between = "forward"

    def model_returned(self) -> None:
        """The model itself has run: what follows computes the loss."""
        self._between = "loss"

    def called(self, module: nn.Module) -> None:
        """A call of the module is ending; nothing has to be asked of one whose path is known."""
        if self.calls.path not in self.trace.calls:
            self.trace.calls[self.calls.path] = called(module, self.names)

    def op_runs(self) -> None:
        """An op is about to run outside of backward, step and zero_grad."""
        if self._between in ("data", "backward", "step") and torch.is_grad_enabled():
            self._between = "forward"

    def write(
        self,
        kind: type[AnyEvent],
        *,
        phase: Phase | None = None,
        module: str = "",
        source: Source | None = None,
        **fields: object,
    ) -> None:
        """Append an event of this kind with these fields; where we are is filled in."""
        if kind in _MOVING:
            self.owners.moved()
        trace = self.trace
        phase_now, line = self._inside[-1] if self._inside else (None, None)
        trace.add(
            kind(
                index=len(trace.events),
                iteration=self.iteration,
                phase=phase or self.phase,
                module=module or self.calls.path,
                source=source or (line if phase_now else user_line()),
                **fields,  # type: ignore[arg-type]
            )
        )

    def before_backward(self, hook: BackwardHook) -> RemovableHandle:
        """Call the hook with the graph and its live nodes before each backward; what handles it
        gives are removed afterwards.
        """
        handle = RemovableHandle(self.backward_hooks)
        self.backward_hooks[handle.id] = hook
        return handle

    def keep_or_none(self, tensor: Tensor | None) -> ValueRef | None:
        """The same for what may be None."""
        return None if tensor is None else self.keep(tensor)

    def before_change(self, tensor: Tensor) -> ValueRef:
        """The same for a tensor that is about to change in place: its old value stays."""
        ref = self.keep(tensor)
        self.trace.store.secure(tensor)
        return ref

    def leaf(self, tensor: Tensor) -> str:
        """The name of a leaf; what it is now counts as its beginning if it was unknown."""
        return self.names.learn(tensor)

    def buffer_may_have_changed(self, name: str) -> None:
        """Write an event if the buffer is no longer what was last written down of it."""
        after = self.keep(self.names.buffers[name])
        before = self.last("buffers", name, after)
        if self.differ(before, after):
            self.write(BufferChanged, buffer=name, before=before, after=after)

    def last(self, room: Room, name: str, now: Known) -> Known:
        """What was last written down of a name; what it is now if nothing was."""
        known: Known = self.trace.last(room, name, now)
        return known

    def differ(self, before: ValueRef | None, after: ValueRef | None) -> bool:
        """Whether two references to one tensor stand for different values.

        A tensor that was secured gets another reference, also if nothing changed it then.
        """
        if before == after:
            return False
        return before is None or after is None or not self.trace.store.equal(before, after)

    def same_state(self, before: State, after: State) -> bool:
        """The same for an optimizer's state of one parameter."""
        if before.keys() != after.keys():
            return False
        for key, old in before.items():
            new = after[key]
            if isinstance(old, ValueRef) and isinstance(new, ValueRef):
                if self.differ(old, new):
                    return False
            elif old is not new and old != new:
                return False
        return True

    def _begin(self) -> None:
        for name, buffer in self.names.buffers.items():
            if not is_lazy(buffer):
                self.trace.resume("buffers", name, self.keep(buffer))
        if self.optimizer is not None:
            for group in self.optimizer.param_groups:
                for parameter in group["params"]:
                    name = self.leaf(parameter)
                    state = self.optimizer.state.get(parameter, {})
                    self.trace.resume("optimizer", name, self.keep_state(state))

    def keep_state(self, state: dict[str, object]) -> State:
        """An optimizer's state of one parameter: what are tensors and numbers in it, also in
        lists; anything else is left out.
        """
        kept: State = {}
        for key, value in state.items():
            if isinstance(value, list | tuple):
                items = {f"{key}[{i}]": item for i, item in enumerate(value) if item is not None}
                kept |= self.keep_state(items)
            elif isinstance(value, Tensor):
                kept[key] = self.keep(value)
            elif value is None or isinstance(value, int | float):
                kept[key] = value
        return kept


def _begin_leaf(trace: Trace, name: str, leaf: Tensor) -> None:
    if not is_lazy(leaf):
        grad = grad_of(leaf)
        trace.resume("params", name, trace.store.keep(leaf))
        trace.resume("grads", name, None if grad is None else trace.store.keep(grad))
