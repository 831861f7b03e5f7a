"""Optimizer steps: each parameter, its gradient and the optimizer's state before and after."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any, NamedTuple

from torch import Tensor, optim

from gradviz.engine.changes import Changes
from gradviz.engine.owners import grad_of
from gradviz.engine.recorder import Recorder
from gradviz.engine.unseen import unseen
from gradviz.engine.writes import tensors_in
from gradviz.trace.events import ParamUpdated, State, ValueRef


class _Before(NamedTuple):
    """A parameter as its step found it; the gradient is the one that a closure left."""

    leaf: Tensor
    value: ValueRef
    grad: ValueRef | None
    state: State


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
        for leaf in _parameters(optimizer):
            name = recorder.leaf(leaf)
            value, grad = self._changes.check_leaf(name, leaf)
            state = optimizer.state.get(leaf, {})
            snapshot.append(_Before(leaf, value, grad, recorder.keep_state(state)))
            if grad is not None:  # without a gradient it is not going to move
                store.secure(leaf)
                for tensor in tensors_in(state.values()):
                    store.secure(tensor)
        self._running.append(snapshot)
        recorder.enter("step")
        watched = [self._watched(argument, snapshot) for argument in args[1:]]
        named = {key: self._watched(argument, snapshot) for key, argument in kwargs.items()}
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
        recorder = self._recorder
        settings: dict[int, dict[str, float | bool]] = {}
        for group in optimizer.param_groups:
            numbers = _numbers(group)
            settings |= {id(leaf): numbers for leaf in group["params"]}
        recorder.owners.moved()
        for leaf, before, grad, state in self._running.pop():
            after = recorder.keep(leaf)
            state_after = recorder.keep_state(optimizer.state.get(leaf, {}))
            if grad is None and state_after == state and not recorder.differ(before, after):
                continue
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
        recorder.leave()

    def _watched(self, argument: Any, snapshot: list[_Before]) -> Any:
        """An argument of ``step``; what a closure does belongs to forward and backward."""
        if not callable(argument) or isinstance(argument, Tensor | type):
            return argument

        @wraps(argument)
        def run() -> Any:
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


def _parameters(optimizer: optim.Optimizer) -> Iterator[Tensor]:
    for group in optimizer.param_groups:
        yield from group["params"]


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
