"""``record()``: watch any PyTorch code, and leave PyTorch as it was found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType

from torch import nn, optim

from gradviz.engine.doors.doors import close_doors, open_doors
from gradviz.engine.doors.interrupts import uninterrupted
from gradviz.engine.given import check_watched
from gradviz.engine.record import compiled, hooks, optimizers  # noqa: F401 - each adds its doors
from gradviz.engine.record.ops import OpMode
from gradviz.engine.record.recorder import Recorder
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.trace.trace import Trace


def record(
    model: nn.Module | None = None, optimizer: optim.Optimizer | None = None
) -> AbstractContextManager[Trace]:
    """Record everything that torch does in the block, as it happens::

        with gradviz.record(model, optimizer) as trace:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

    The model gives parameters and modules their names, the optimizer its state; both may be left
    out. The results are bit for bit those of the same code without the recorder. An exception
    passes through unchanged after a `Failed` event; the trace up to it stays, and every hook is
    removed. Each block needs a call of its own. Raises `UsageError` for what is no model or no
    optimizer.
    """
    check_watched(model, optimizer)
    return _Recorded(model, optimizer)


def recording(
    trace: Trace,
    *,
    model: nn.Module | None,
    optimizer: optim.Optimizer | None,
    iteration: int,
) -> AbstractContextManager[Recorder]:
    """Record the block into a trace that may hold earlier iterations already."""
    return _Block(partial(Recorder, trace, model=model, optimizer=optimizer, iteration=iteration))


class _Block(AbstractContextManager[Recorder]):
    """A block under the recorder.

    An interrupt that gets between its end and `__exit__` leaves it open; it is closed when nobody
    holds it any more.
    """

    _open = False

    def __init__(self, recorder: Callable[[], Recorder]) -> None:
        self._recorder = recorder
        self._mode: OpMode | None = None

    def __enter__(self) -> Recorder:
        if self._mode is not None:
            raise UsageError(
                N_("this recording has begun already"),
                where="record",
                mend=N_("call gradviz.record() anew for each block"),
            )
        self._mode = OpMode(self._recorder())
        try:
            with uninterrupted():
                self._open = True
                open_doors(self)
                self._mode.__enter__()  # type: ignore[no-untyped-call]
        except BaseException:
            self._close()
            raise
        return self._mode.recorder

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._mode is not None
        try:
            with uninterrupted():
                if error is None:
                    self._mode.end()
                else:
                    self._mode.fail(error)
                self._close()
        finally:
            self._close()

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._open:
            assert self._mode is not None
            self._mode.__exit__(None, None, None)
            close_doors(self)
            self._open = False


class _Recorded(AbstractContextManager[Trace]):
    """The same for `record`, which gives the trace."""

    def __init__(self, model: nn.Module | None, optimizer: optim.Optimizer | None) -> None:
        self._trace = Trace()
        self._block = recording(self._trace, model=model, optimizer=optimizer, iteration=0)

    def __enter__(self) -> Trace:
        self._block.__enter__()
        return self._trace

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._block.__exit__(kind, error, traceback)
