"""Forward ops: every torch function that runs, its tensors, and the autograd nodes that it made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, optim
from torch.overrides import TorchFunctionMode

from gradviz.engine.backward import run_backward
from gradviz.engine.recorder import Recorder
from gradviz.trace.events import (
    BufferChanged,
    GradEdited,
    GradZeroed,
    OpRan,
    ParamUpdated,
    ValueRef,
)

_BACKWARDS = {Tensor.backward, torch.autograd.backward, torch.autograd.grad}
_ZERO_GRAD = "Optimizer.zero_grad#"
_SET_GRAD = vars(torch._C.TensorBase)["grad"].__set__
_ZEROING = {"zero_", "_foreach_zero_"}


class OpMode(TorchFunctionMode):
    """Sees each torch call, runs it as it is, and writes down what happened."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._regions: list[tuple[list[Tensor], list[ValueRef | None]] | None] = []

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
            return run_backward(self._recorder, func, args, kwargs)
        if func == _SET_GRAD:
            return self._set_grad(func, *args)
        if name == "_record_function_enter_new":
            self._enter_region(str(args[0]) if args else "")
            return func(*args, **kwargs)
        if name.startswith("_record_function_exit"):
            result = func(*args, **kwargs)
            self._leave_region()
            return result
        phase = self._recorder.phase
        if phase == "zero_grad" or (phase == "step" and not torch.is_grad_enabled()):
            # The optimizer's own arithmetic: its outcome is one event a parameter. A closure, which
            # runs within step too, computes with gradients enabled.
            return func(*args, **kwargs)
        return self._op(name, func, args, kwargs)

    def _op(
        self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        recorder = self._recorder
        inputs = list(_tensors(args)) + list(_tensors(kwargs.values()))
        if not inputs:
            result = func(*args, **kwargs)
            if not isinstance(result, Tensor):
                return result
            inputs_kept: tuple[ValueRef, ...] = ()
            changed: list[tuple[str, str, Tensor, ValueRef]] = []
        else:
            in_place = _may_change_arguments(name, args, kwargs)
            inputs_kept = tuple(recorder.keep(tensor) for tensor in inputs)
            changed = self._about_to_change(inputs, inputs_kept) if in_place else []
            result = func(*args, **kwargs)
        outputs = list(_tensors((result,)))
        if not outputs and not changed:
            return result
        nodes = recorder.nodes.learn(outputs, op=name.strip("_"), module=recorder.calls.path)
        recorder.op_runs()
        if not changed or any(room != "buffers" for room, *_ in changed):
            recorder.write(
                OpRan,
                op=name.strip("_") if name.startswith("__") else name,
                inputs=inputs_kept,
                outputs=tuple(recorder.keep(tensor) for tensor in outputs),
                nodes=nodes,
            )
        self._write_changes(name, changed)
        return result

    def _about_to_change(
        self, inputs: list[Tensor], kept: tuple[ValueRef, ...]
    ) -> list[tuple[str, str, Tensor, ValueRef]]:
        """Secure what an in-place op may overwrite, and say which of it has a name."""
        recorder = self._recorder
        owned = []
        for tensor, ref in zip(inputs, kept, strict=True):
            recorder.trace.store.secure(tensor)
            if tensor.grad_fn is None:
                owned += [(room, name, mine, ref) for room, name, mine in self._owners(tensor)]
        return owned

    def _owners(self, tensor: Tensor) -> Iterator[tuple[str, str, Tensor]]:
        """Parameters, gradients and buffers that live in the tensor's memory."""
        memory = tensor.untyped_storage().data_ptr()
        names = self._recorder.names
        for name, leaf in names.leaves.items():
            if leaf.untyped_storage().data_ptr() == memory:
                yield "params", name, leaf
            grad = leaf.grad
            if grad is not None and grad.untyped_storage().data_ptr() == memory:
                yield "grads", name, grad
        for name, buffer in names.buffers.items():
            if buffer.untyped_storage().data_ptr() == memory:
                yield "buffers", name, buffer

    def _write_changes(self, op: str, changed: list[tuple[str, str, Tensor, ValueRef]]) -> None:
        recorder = self._recorder
        for room, name, tensor, before in changed:
            after = recorder.keep(tensor)
            if after == before:
                continue
            if room == "grads" and op in _ZEROING:
                recorder.write(
                    GradZeroed, phase="zero_grad", param=name, before=before, after=after
                )
            elif room == "grads":
                recorder.write(GradEdited, target=name, before=before, after=after)
            elif room == "buffers":
                recorder.write(BufferChanged, buffer=name, before=before, after=after)
            else:
                recorder.write(
                    ParamUpdated,
                    phase="step",
                    param=name,
                    optimizer="",
                    before=before,
                    grad=recorder.keep_or_none(tensor.grad),
                    after=after,
                    state_before={},
                    state_after={},
                    settings={},
                )

    def _set_grad(self, func: Callable[..., Any], leaf: Tensor, value: Tensor | None) -> None:
        recorder = self._recorder
        name = recorder.names.leaf(leaf)
        before = recorder.keep_or_none(leaf.grad) if name is not None else None
        func(leaf, value)
        if name is None or recorder.phase == "zero_grad":
            return
        after = recorder.keep_or_none(value)
        if value is None or before is None:
            recorder.write(GradZeroed, phase="zero_grad", param=name, before=before, after=after)
        elif after is not None and after != before:
            recorder.write(GradEdited, target=name, before=before, after=after)

    def _enter_region(self, name: str) -> None:
        optimizer = _caller("zero_grad") if name.startswith(_ZERO_GRAD) else None
        if optimizer is None:
            self._regions.append(None)
            return
        recorder = self._recorder
        leaves = [leaf for group in optimizer.param_groups for leaf in group["params"]]
        for leaf in leaves:
            recorder.leaf(leaf)
        before = [
            None if leaf.grad is None else recorder.before_change(leaf.grad) for leaf in leaves
        ]
        self._regions.append((leaves, before))
        recorder.enter("zero_grad")

    def _leave_region(self) -> None:
        region = self._regions.pop() if self._regions else None
        if region is None:
            return
        recorder = self._recorder
        for leaf, before in zip(*region, strict=True):
            after = recorder.keep_or_none(leaf.grad)
            recorder.write(GradZeroed, param=recorder.leaf(leaf), before=before, after=after)
        recorder.leave()


def _may_change_arguments(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the call may write into a tensor that it was given.

    Torch's convention is a trailing underscore or ``out=``; functions such as ``F.relu`` take
    ``inplace`` by position too, so any positional True counts: a copy too many does no harm.
    """
    if name.startswith("__"):
        return (name.startswith("__i") and name != "__invert__") or name == "__setitem__"
    return (
        name.endswith("_")
        or kwargs.get("out") is not None
        or bool(kwargs.get("inplace"))
        or any(argument is True for argument in args)
    )


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors in arguments or results, through lists, tuples and dicts."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
        elif isinstance(value, dict):
            yield from _tensors(value.values())


def _caller(method: str) -> optim.Optimizer | None:
    """The optimizer whose method of this name is running."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == method:
            owner = frame.f_locals.get("self")
            if isinstance(owner, optim.Optimizer):
                return owner
        frame = frame.f_back  # type: ignore[assignment]
    return None
