"""Forward ops: every torch function that runs, its tensors, and the autograd nodes that it made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gradviz.engine.backward import run_backward
from gradviz.engine.changes import SET_DATA, SET_GRAD, Change, Changes, may_change_arguments
from gradviz.engine.recorder import Recorder
from gradviz.engine.regions import Regions
from gradviz.engine.updates import StepWatch
from gradviz.trace.events import OpRan, ValueRef

_BACKWARDS = {Tensor.backward, torch.autograd.backward, torch.autograd.grad}


class OpMode(TorchFunctionMode):
    """Sees each torch call, runs it as it is, and writes down what happened."""

    def __init__(self, recorder: Recorder, steps: StepWatch) -> None:
        super().__init__()
        self._recorder = recorder
        self._changes = Changes(recorder)
        self._regions = Regions(recorder, steps)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__get__" or self._recorder.blind:
            return func(*args, **kwargs)
        if func in _BACKWARDS:
            return run_backward(self._recorder, self, func, args, kwargs)
        if name == "__set__" and func == SET_GRAD:
            return self._changes.set_grad(*args)
        if name == "__set__" and func == SET_DATA:
            return self._changes.set_data(*args)
        if name == "_record_function_enter_new":
            self._regions.enter(str(args[0]) if args else "")
            return func(*args, **kwargs)
        if name.startswith("_record_function_exit"):
            result = func(*args, **kwargs)
            self._regions.leave()
            return result
        if self._recorder.computing:
            return self._op(name, func, args, kwargs)
        # The optimizer's own arithmetic: its outcome is one event a parameter.
        if may_change_arguments(name, args, kwargs):
            for tensor in _tensors(args):
                self._recorder.trace.store.secure(tensor)
        return func(*args, **kwargs)

    def _op(
        self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        recorder = self._recorder
        inputs = list(_tensors(args)) + list(_tensors(kwargs.values()))
        kept: tuple[ValueRef, ...] = ()
        changes: list[Change] = []
        if inputs:
            kept = tuple(recorder.keep(tensor) for tensor in inputs)
            if may_change_arguments(name, args, kwargs):
                changes = self._changes.coming(inputs)
        result = func(*args, **kwargs)
        outputs = list(_tensors((result,)))
        if not outputs and not changes:
            return result
        recorder.op_runs()
        op = name.strip("_") if name.startswith("__") else name
        nodes = recorder.nodes.learn(outputs, op=op.rstrip("_"), module=recorder.calls.path)
        if not changes or any(change.room != "buffers" for change in changes):
            recorder.write(
                OpRan,
                op=op,
                inputs=kept,
                outputs=tuple(recorder.keep(tensor) for tensor in outputs),
                nodes=nodes,
            )
        self._changes.came(name, changes)
        return result


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors in arguments or results, through lists, tuples and dicts."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
        elif isinstance(value, dict):
            yield from _tensors(value.values())
