"""Optimizer steps: each parameter, its gradient and the optimizer's state before and after."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any, NamedTuple

from torch import Tensor, optim

from gradviz.engine.doors.unseen import hush, unseen
from gradviz.engine.record.changes import Changes
from gradviz.engine.record.owners import grad_of
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.writes import tensors_in
from gradviz.trace.events import ParamUpdated, State, ValueRef


class _Before(NamedTuple):
    """A parameter as its step found it, or told of it last; the gradient is the one that a closure
    left.
    """

    leaf: Tensor
    value: ValueRef
    grad: ValueRef | None
    state: State
    told: bool = False


class StepWatch:
    """Hooks of the optimizer's step: they see every optimizer, also one that was made meanwhile."""

    def __init__(self, recorder: Recorder, changes: Changes) -> None:
        self._recorder = recorder
        self._changes = changes
        self._running: list[list[_Before]] = []

    def before(
        self, optimizer: optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """``step`` is about to run; gives its arguments, with a closure that is watched."""
        recorder = self._recorder
        store = recorder.trace.store
        snapshot: list[_Before] = []
        for leaf in parameters_of(optimizer):
            name = recorder.leaf(leaf)
            value, grad = self._changes.check_leaf(name, leaf)
            state = self._changes.check_state(optimizer, leaf)
            snapshot.append(_Before(leaf, value, grad, state))
            if grad is not None:  # without a gradient it is not going to move
                store.secure(leaf)
                for tensor in tensors_in(optimizer.state.get(leaf, {}).values()):
                    store.secure(tensor)
        recorder.enter("step")
        self._running.append(snapshot)
        watched = [self._watched(argument, optimizer, snapshot) for argument in args[1:]]
        named = {
            key: self._watched(argument, optimizer, snapshot) for key, argument in kwargs.items()
        }
        return (*args[:1], *watched), named

    @property
    def depth(self) -> int:
        """How many steps are running, one inside the other."""
        return len(self._running)

    def abandon(self, depth: int) -> None:
        """Steps beyond this depth have raised: they are over, and what they did until then is told
        as a change by hand.
        """
        while len(self._running) > depth:
            snapshot = self._running.pop()
            self._recorder.leave()
            for before in snapshot:
                self._changes.check_leaf(self._recorder.leaf(before.leaf), before.leaf)

    def after(self, optimizer: optim.Optimizer) -> None:
        """``step`` has run."""
        self._recorder.owners.moved()
        self._tell(optimizer, self._running.pop(), ended=True)
        self._recorder.leave()

    def _tell(
        self, optimizer: optim.Optimizer, snapshot: list[_Before], *, ended: bool
    ) -> list[_Before]:
        """Write what the step did to each parameter that moved; at its end also of those that had
        a gradient, or whose state is another. Gives what was told last of each.
        """
        recorder = self._recorder
        settings: dict[int, dict[str, float | bool]] = {}
        for group in optimizer.param_groups:
            numbers = _numbers(group)
            settings |= {id(leaf): numbers for leaf in group["params"]}
        told = []
        for known in snapshot:
            leaf, before, grad, state, told_before = known
            after = recorder.keep(leaf)
            state_after = recorder.keep_state(optimizer.state.get(leaf, {}))
            taken = grad is not None and not told_before
            news = ended and (taken or not recorder.same_state(state, state_after))
            if not news and not recorder.differ(before, after):
                told.append(known)
                continue
            told.append(_Before(leaf, after, grad, state_after, told=True))
            recorder.write(
                ParamUpdated,
                phase="step",
                param=recorder.leaf(leaf),
                optimizer=type(optimizer).__name__,
                before=before,
                grad=grad,
                after=after,
                state_before=state,
                state_after=state_after,
                settings=settings[id(leaf)],
            )
        return told

    def _watched(self, argument: Any, optimizer: optim.Optimizer, snapshot: list[_Before]) -> Any:
        """An argument of ``step``; what a closure does belongs to forward and backward.

        What the step did until the closure is called is told then, for it computes with that.
        """
        if not callable(argument) or isinstance(argument, Tensor | type):
            return argument

        @wraps(argument)
        def run() -> Any:
            with hush():
                snapshot[:] = self._tell(optimizer, snapshot, ended=False)
            with self._recorder.closure():
                result = argument()
            self._take_grads(snapshot)
            return result

        return run

    @unseen
    def _take_grads(self, snapshot: list[_Before]) -> None:
        for i, before in enumerate(snapshot):
            grad = self._recorder.keep_or_none(grad_of(before.leaf))
            snapshot[i] = before._replace(grad=grad)


def parameters_of(optimizer: optim.Optimizer) -> Iterator[Tensor]:
    """Each parameter once. What is none, or is no tensor, is left for torch to complain of."""
    held = (leaf for group in optimizer.param_groups for leaf in group["params"])
    tensors = (leaf for leaf in held if isinstance(leaf, Tensor))
    yield from {id(leaf): leaf for leaf in tensors}.values()


def _numbers(group: dict[str, Any]) -> dict[str, float | bool]:
    """A group's settings that are numbers; a pair such as ``betas`` becomes two."""
    numbers: dict[str, float | bool] = {}
    for key, value in group.items():
        if isinstance(value, bool | int | float):
            numbers[key] = value
        elif isinstance(value, Tensor) and value.numel() == 1:
            numbers[key] = value.item()
        elif key == "betas":
            numbers |= {f"beta{i}": float(beta) for i, beta in enumerate(value, 1)}
    return numbers
