"""``record()``: watch any PyTorch code, and leave PyTorch as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn, optim

from gradviz.engine import compiled, hooks, optimizers  # noqa: F401 - each adds its doors
from gradviz.engine.doors import open_doors
from gradviz.engine.ops import OpMode
from gradviz.engine.recorder import Recorder
from gradviz.errors import GradvizError
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
    mode = OpMode(Recorder(trace, model=model, optimizer=optimizer, iteration=iteration))
    with open_doors(), mode:
        try:
            yield mode.recorder
            mode.end()
        except GradvizError:
            raise
        except BaseException as error:
            mode.fail(error)
            raise
