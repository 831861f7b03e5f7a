"""Calls of ``zero_grad()`` and ``step()``, one inside the other."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, optim

from gradviz.engine.record.owners import grad_of
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.updates import StepWatch, parameters_of
from gradviz.trace.events import GradZeroed, ValueRef


class _ZeroGrad(NamedTuple):
    leaves: list[Tensor]
    before: list[ValueRef | None]


class Regions:
    """The stack of calls that are running."""

    def __init__(self, recorder: Recorder, steps: StepWatch) -> None:
        self._recorder = recorder
        self._steps = steps
        self._stack: list[_ZeroGrad | int] = []

    def step(self) -> None:
        """A step begins."""
        self._stack.append(self._steps.depth)

    def zero_grad(self, optimizer: optim.Optimizer) -> None:
        """The optimizer's ``zero_grad`` begins."""
        self._stack.append(self._zero_grad_begins(optimizer))

    def leave(self) -> None:
        """The innermost of them ends, by returning or by raising."""
        region = self._stack.pop()
        if isinstance(region, int):
            self._steps.abandon(region)
        else:
            self._zero_grad_ended(region)

    def _zero_grad_begins(self, optimizer: optim.Optimizer) -> _ZeroGrad:
        recorder = self._recorder
        leaves = list(parameters_of(optimizer))
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
