"""``zero_grad()`` and ``step()`` as the profiler names them: torch marks both for its profiler, and
the marks are calls that a mode can see.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from torch import Tensor, optim

from gradviz.engine.owners import grad_of
from gradviz.engine.recorder import Recorder
from gradviz.engine.updates import StepWatch
from gradviz.trace.events import GradZeroed, ValueRef

_ZERO_GRAD = "Optimizer.zero_grad#"
_STEP = "Optimizer.step#"


class _ZeroGrad(NamedTuple):
    leaves: list[Tensor]
    before: list[ValueRef | None]


class Regions:
    """The stack of marked regions that are running."""

    def __init__(self, recorder: Recorder, steps: StepWatch) -> None:
        self._recorder = recorder
        self._steps = steps
        self._stack: list[_ZeroGrad | int | None] = []

    def enter(self, name: str) -> None:
        """A region of this name begins."""
        region: _ZeroGrad | int | None = None
        if name.startswith(_STEP):
            region = self._steps.depth
        elif name.startswith(_ZERO_GRAD):
            optimizer = _running_optimizer()
            region = None if optimizer is None else self._zero_grad_begins(optimizer)
        self._stack.append(region)

    def leave(self) -> None:
        """The innermost region ends, by returning or by raising."""
        region = self._stack.pop() if self._stack else None
        if isinstance(region, int):
            self._steps.abandon(region)
        elif region is not None:
            self._zero_grad_ended(region)

    def _zero_grad_begins(self, optimizer: optim.Optimizer) -> _ZeroGrad:
        recorder = self._recorder
        leaves = [leaf for group in optimizer.param_groups for leaf in group["params"]]
        for leaf in leaves:
            recorder.leaf(leaf)
        grads = [grad_of(leaf) for leaf in leaves]
        before = [recorder.keep_or_none(grad) for grad in grads]
        recorder.enter("zero_grad")
        return _ZeroGrad(leaves, before)

    def _zero_grad_ended(self, region: _ZeroGrad) -> None:
        recorder = self._recorder
        for leaf, before in zip(*region, strict=True):
            after = recorder.keep_or_none(grad_of(leaf))
            recorder.write(GradZeroed, param=recorder.leaf(leaf), before=before, after=after)
        recorder.leave()


def _running_optimizer() -> optim.Optimizer | None:
    """The optimizer whose ``zero_grad`` is running."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "zero_grad":
            owner = frame.f_locals.get("self")
            if isinstance(owner, optim.Optimizer):
                return owner
        frame = frame.f_back  # type: ignore[assignment]
    return None
