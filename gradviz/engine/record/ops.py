"""Forward ops: every torch function that runs, its tensors, and the autograd nodes that it made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from gradviz.engine.doors.modes import RecordingMode
from gradviz.engine.doors.unseen import hush, unseen
from gradviz.engine.record.backward import run_backward
from gradviz.engine.record.buffers import BufferWatch
from gradviz.engine.record.changes import DELETE_GRAD, SET_DATA, SET_GRAD, Change, Changes
from gradviz.engine.record.hidden import Hidden
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.regions import Regions
from gradviz.engine.record.source import in_an_import, line_of_error
from gradviz.engine.record.updates import StepWatch
from gradviz.engine.record.writes import EXPOSING, tensors_in, written
from gradviz.trace.events import Failed, OpRan

_BACKWARDS = {Tensor.backward, torch.autograd.backward, torch.autograd.grad}
_PROPERTIES = {"T", "H", "mT", "mH", "real", "imag"}
_FROM_NUMBERS = {"tensor", "as_tensor", "asarray"}

_reading: set[Callable[..., Any]] = set()
"""The properties that were met and compute nothing: ``shape``, ``grad``, ``device`` …"""


class OpMode(RecordingMode):
    """Sees each torch call, runs it as it is, and writes down what happened."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.changes = Changes(recorder)
        self.steps = StepWatch(recorder, self.changes)
        self.buffers = BufferWatch(recorder)
        self.hidden = Hidden(recorder, self.changes)
        self.regions = Regions(recorder, self.steps)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in _reading or self.recorder.blind:
            return func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", "")
            if name not in _PROPERTIES:
                _reading.add(func)
                return func(*args, **kwargs)
        if self.hidden.here():
            return func(*args, **kwargs)
        if func in _BACKWARDS:
            return self._backward(func, args, kwargs)
        if name in ("__set__", "__delete__"):
            return self._set(name, func, args, kwargs)
        if self.recorder.computing:
            return self._op(name, func, args, kwargs)
        # The optimizer's own arithmetic: its outcome is one event a parameter.
        for tensor in written(func, name, args, kwargs):
            self.recorder.trace.store.secure(tensor)
        return func(*args, **kwargs)

    @unseen
    def end(self) -> None:
        """The recording has ended: see what changed behind its back."""
        self.changes.notice()

    @unseen
    def fail(self, error: BaseException) -> None:
        """The recording ends with an error of the code in it."""
        with suppress(Exception):  # of a thing that the code broke: its own error is to be told
            self.changes.notice()
        self.recorder.write(
            Failed,
            module=self.recorder.calls.failure or "",
            source=line_of_error(error) or self.recorder.suspect,
            error=type(error).__name__,
            message=_message(error),
        )

    def _backward(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if kwargs.get("is_grads_batched"):
            with self.hidden.call("torch.autograd.grad", "transformed"):
                return func(*args, **kwargs)
        return run_backward(self.recorder, self, func, args, kwargs)

    def _set(
        self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if func in (SET_GRAD, DELETE_GRAD):
            return self.changes.set_grad(func, *args)
        if func == SET_DATA:
            return self.changes.set_data(func, *args)
        return self._op(name, func, args, kwargs)

    def _op(
        self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if in_an_import():
            return func(*args, **kwargs)
        recorder = self.recorder
        path = recorder.calls.path
        refused = False
        with hush():
            given = () if name in _FROM_NUMBERS else (*args, *kwargs.values())
            inputs = tensors_in(given)
            try:
                kept = tuple([recorder.keep(tensor) for tensor in inputs])
            except RuntimeError:
                refused = any(map(is_lazy, inputs))
                if not refused:
                    raise
            targets = written(func, name, args, kwargs)
            changes: list[Change] = self.changes.coming(targets) if targets else []
            if name in EXPOSING:
                recorder.trace.store.secure(args[0])
        result = func(*args, **kwargs)
        if refused:  # torch, too, takes no uninitialized parameter, or tells what it is
            return result
        with hush():
            outputs = tensors_in((targets if result is None else result,))
            if outputs or changes:
                recorder.op_runs()
                op = name.strip("_") if name.startswith("__") else name
                nodes: tuple[int, ...] = ()
                if any(tensor.requires_grad for tensor in outputs):
                    # What was changed in place has the node that this op made by now.
                    before = [each for each in inputs if not _is_among(each, targets)]
                    recorder.nodes.learn(before, module=path)
                    nodes = recorder.nodes.learn(outputs, op=op.rstrip("_"), module=path)
                if not _are_buffers(outputs, changes):
                    recorder.write(
                        OpRan,
                        op=op,
                        inputs=kept,
                        outputs=tuple([recorder.keep(tensor) for tensor in outputs]),
                        nodes=nodes,
                        no_grad=not torch.is_grad_enabled(),
                    )
                self.changes.came(name, changes)
                if targets and not torch.is_grad_enabled():
                    _secure_dirty(recorder, targets)
        return result


def _is_among(tensor: Tensor, tensors: list[Tensor]) -> bool:
    return any(tensor is other for other in tensors)


def _secure_dirty(recorder: Recorder, tensors: list[Tensor]) -> None:
    """A custom function that marks its input as dirty makes torch count one change more."""
    for tensor in tensors:
        if not tensor.is_leaf:
            recorder.trace.store.secure(tensor)


def _message(error: BaseException) -> str:
    """What the error says; one of the user's own may be unable to."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - it must not take the place of the error itself
        return ""


def _are_buffers(outputs: list[Tensor], changes: list[Change]) -> bool:
    """Whether all that an op did was to change buffers: their own events tell that."""
    if not changes or any(change.owner.room != "buffers" for change in changes):
        return False
    changed = {id(change.owner.tensor) for change in changes}
    return all(id(output) in changed for output in outputs)
