"""``record()``: watch any PyTorch code, and leave PyTorch as it was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn, optim
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from gradviz.engine.buffers import BufferWatch
from gradviz.engine.ops import OpMode
from gradviz.engine.recorder import Recorder
from gradviz.engine.unseen import unseen
from gradviz.engine.updates import StepWatch
from gradviz.errors import GradvizError
from gradviz.trace.events import Failed
from gradviz.trace.trace import Trace


@contextmanager
def record(
    model: nn.Module | None = None, optimizer: optim.Optimizer | None = None
) -> Iterator[Trace]:
    """Record everything that torch does in the block, as it happens::

        with gradviz.record(model, optimizer) as trace:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

    The model gives parameters and modules their names, the optimizer its state; both may be left
    out. The results are bit for bit those of the same code without the recorder. An exception
    passes through unchanged after a `Failed` event; the trace up to it stays, and every hook is
    removed.
    """
    trace = Trace()
    with recording(trace, model=model, optimizer=optimizer, iteration=0):
        yield trace


@contextmanager
def recording(
    trace: Trace,
    *,
    model: nn.Module | None,
    optimizer: optim.Optimizer | None,
    iteration: int,
) -> Iterator[Recorder]:
    """Record the block into a trace that may hold earlier iterations already."""
    recorder = Recorder(trace, model=model, optimizer=optimizer, iteration=iteration)
    buffers = BufferWatch(recorder)
    steps = StepWatch(recorder)

    @unseen
    def entered(module: nn.Module, _inputs: Any) -> None:
        if module is model:
            recorder.model_called()
        recorder.calls.enter(module)
        buffers.before(module)

    @unseen
    def left(module: nn.Module, _inputs: Any, output: Any) -> None:
        if output is None and sys.exc_info()[1] is not None:
            recorder.calls.failed()
        buffers.after(module)
        recorder.calls.leave()
        if module is model and not recorder.calls.failure:
            recorder.model_returned()

    with ExitStack() as hooks:
        for handle in (
            register_module_forward_pre_hook(entered),
            register_module_forward_hook(left, always_call=True),
            register_optimizer_step_pre_hook(unseen(steps.before)),
            register_optimizer_step_post_hook(unseen(steps.after)),
        ):
            hooks.callback(handle.remove)
        try:
            with OpMode(recorder, steps):
                yield recorder
        except GradvizError:
            raise
        except Exception as error:
            recorder.write(
                Failed,
                module=recorder.calls.failure,
                error=type(error).__name__,
                message=str(error),
            )
            raise
