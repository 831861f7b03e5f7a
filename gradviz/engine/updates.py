"""Optimizer steps: each parameter, its gradient and the optimizer's state before and after."""

from __future__ import annotations

from typing import Any

from torch import Tensor, optim

from gradviz.engine.recorder import Recorder
from gradviz.trace.events import ParamUpdated, State, ValueRef

_Before = tuple[Tensor, ValueRef, ValueRef | None, State]


class StepWatch:
    """Global optimizer hooks: they see every optimizer, also one that was made meanwhile."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._running: list[list[_Before]] = []

    def before(self, optimizer: optim.Optimizer, args: Any, kwargs: Any) -> None:
        """``step`` is about to run."""
        recorder = self._recorder
        snapshot: list[_Before] = []
        for group in optimizer.param_groups:
            for leaf in group["params"]:
                recorder.leaf(leaf)
                state = optimizer.state.get(leaf, {})
                kept = recorder.keep_state(state)
                for value in state.values():
                    if isinstance(value, Tensor):
                        recorder.trace.store.secure(value)
                grad = recorder.keep_or_none(leaf.grad)
                snapshot.append((leaf, recorder.before_change(leaf), grad, kept))
        self._running.append(snapshot)
        recorder.enter("step")

    @property
    def depth(self) -> int:
        """How many steps are running, one inside the other."""
        return len(self._running)

    def abandon(self, depth: int) -> None:
        """Steps beyond this depth have raised: they are over, and no event tells of them."""
        while len(self._running) > depth:
            self._running.pop()
            self._recorder.leave()

    def after(self, optimizer: optim.Optimizer, args: Any, kwargs: Any) -> None:
        """``step`` has run."""
        recorder = self._recorder
        settings = {
            id(leaf): _numbers(group)
            for group in optimizer.param_groups
            for leaf in group["params"]
        }
        for leaf, before, grad, state in self._running.pop():
            after = recorder.keep(leaf)
            if grad is None and after == before:
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
                state_after=recorder.keep_state(optimizer.state.get(leaf, {})),
                settings=settings[id(leaf)],
            )
        recorder.leave()


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
