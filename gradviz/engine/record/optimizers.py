"""The doors of optimizers: ``step()`` and ``zero_grad()``, which torch marks for its profiler.

A mark is left also when what it marks raises; the hooks of a step are not called then.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from torch import optim
from torch.autograd.profiler import record_function
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.overrides import TorchFunctionMode

from gradviz.engine.doors.doors import door, put, removing
from gradviz.engine.doors.modes import RecordingMode, become, recordings, stack
from gradviz.engine.doors.unseen import unseen
from gradviz.engine.record.ops import OpMode

_STEP = "Optimizer.step#"
_MARKS = (_STEP, "Optimizer.zero_grad#")
_ZERO_GRAD = inspect.unwrap(optim.Optimizer.zero_grad).__code__


class _Region:
    """A marked region that is running, the recordings that it is in, and those that are off.

    Torch's own optimizers need not be watched at every op: what they may write into was secured
    before, and they ask for ``.grad`` so often that a mode would make a small step twice as slow.
    """

    def __init__(self, modes: list[OpMode]) -> None:
        self.modes = modes
        self._stack: list[TorchFunctionMode] | None = None

    def leave_alone(self) -> None:
        """Switch the recordings off until `watch`."""
        self._stack = stack()
        become(mode for mode in self._stack if not isinstance(mode, RecordingMode))

    def watch(self) -> None:
        """Switch them on again, if they are off."""
        if self._stack is not None:
            become(self._stack)
            self._stack = None


class _Running(threading.local):
    def __init__(self) -> None:
        self.regions: list[_Region] = []


_running = _Running()


@door
def steps() -> Callable[[], None]:
    """Every step of an optimizer."""
    first = register_optimizer_step_pre_hook(_step_begins)
    last = register_optimizer_step_post_hook(_step_ended)
    return removing(first, last)


@door
def marks() -> Callable[[], None]:
    """Every region that torch, or the user, marks for the profiler."""
    enter, leave = record_function.__enter__, record_function.__exit__

    @wraps(enter)
    def entered(region: record_function) -> Any:
        if region.name.startswith(_MARKS):
            _enter(region.name)
        return enter(region)  # type: ignore[no-untyped-call]

    @wraps(leave)
    def left(region: record_function, *error: Any) -> None:
        leave(region, *error)
        if region.name.startswith(_MARKS):
            _leave()

    shut = put(record_function, "__enter__", entered), put(record_function, "__exit__", left)

    def put_back() -> None:
        for each in shut:
            each()

    return put_back


@unseen
def _enter(name: str) -> None:
    region = _Region(recordings(OpMode))
    _running.regions.append(region)
    if not region.modes:
        return
    if name.startswith(_STEP):
        for mode in region.modes:
            mode.regions.step()
        return
    optimizer, to_none = _zero_grad_call()
    if optimizer is None:
        region.modes = []
        return
    for mode in region.modes:
        mode.regions.zero_grad(optimizer)
    if to_none:
        region.leave_alone()


@unseen
def _leave() -> None:
    if _running.regions:
        region = _running.regions.pop()
        region.watch()
        for mode in region.modes:
            mode.regions.leave()


@unseen
def _step_begins(
    optimizer: optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    modes = recordings(OpMode)
    plain = _is_plain(optimizer) and len(args) == 1 and not kwargs
    for mode in modes:
        args, kwargs = mode.steps.before(optimizer, args, kwargs)
    if modes and plain and _running.regions:
        _running.regions[-1].leave_alone()
    return args, kwargs


@unseen
def _step_ended(optimizer: optim.Optimizer, _args: Any, _kwargs: Any) -> None:
    if _running.regions:
        _running.regions[-1].watch()
    for mode in recordings(OpMode):
        mode.steps.after(optimizer)


def _is_plain(optimizer: optim.Optimizer) -> bool:
    """Whether a step without a closure writes into parameters and their state alone."""
    return (
        type(optimizer).__module__.startswith("torch.optim.")
        and not optimizer._optimizer_step_pre_hooks
        and not optimizer._optimizer_step_post_hooks
        and getattr(optimizer, "grad_scale", None) is None
        and not any(map(_adds_to_gradients, optimizer.param_groups))
    )


def _adds_to_gradients(group: dict[str, Any]) -> bool:
    """Whether a step adds the momentum to ``.grad`` itself, as `torch.optim.SGD` does with
    ``nesterov`` where it takes all parameters at once, which is its way on a GPU.
    """
    return bool(group.get("nesterov")) and group.get("foreach", False) is not False


def _zero_grad_call() -> tuple[optim.Optimizer | None, bool]:
    """The optimizer whose ``zero_grad`` is running, and whether it sets gradients to None."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code is _ZERO_GRAD:
            return frame.f_locals["self"], bool(frame.f_locals["set_to_none"])
        frame = frame.f_back  # type: ignore[assignment]
    return None, False
