"""Watch a module run once, and write down what its code did: which functions, with which arguments.

The recorder keeps what happened, value by value; this keeps what was said, so that it can be said
again with blocks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.overrides import TorchFunctionMode, resolve_name

from gradviz.engine.building.forms import Form
from gradviz.engine.catalogues.takenapart import pattern_of
from gradviz.importing.frames import Called, Fixed, Frame, In, Op, Out, Owned, Ref
from gradviz.importing.layers import Layer
from gradviz.importing.structure import mapped, values_in
from gradviz.importing.words import (
    BEHIND,
    CONDITION,
    FOREIGN,
    HOOKED,
    INPLACE,
    UNSEEN,
)

_PROPERTIES = {"T", "H", "mT", "mH", "real", "imag", "data"}
_READING = frozenset(
    (
        *("__bool__", "item", "__int__", "__float__", "__index__", "__complex__", "tolist"),
        *("numpy", "__array__", "__contains__", "equal", "allclose", "is_nonzero", "__format__"),
    )
)
"""What tells Python a number of a tensor."""
_AS_IT_IS = {"contiguous", "to", "float", "double", "half", "type_as", "cpu", "cuda"}
"""What gives its tensor back if that is as wanted already."""
_CHANCE = ("rand", "bernoulli", "multinomial", "normal", "dropout", "poisson", "exponential")
LARGEST = 1 << 24
"""Elements of a constant that is kept."""


def watched(module: nn.Module, inputs: tuple[Any, ...], layers: Mapping[int, Layer]) -> Frame:
    """Call the module with these inputs. The frame that calls it has one step: that call.

    ``layers`` are the modules that are one block each, by their ids. Whatever the module raises
    passes through.
    """
    watch = _Watch(module, layers)
    with contextlib.ExitStack() as hooks:
        for each in dict.fromkeys(module.modules()):
            before = each.register_forward_pre_hook(watch.enter, with_kwargs=True)
            hooks.callback(before.remove)
            after = each.register_forward_hook(watch.leave, with_kwargs=True)
            hooks.callback(after.remove)
        with watch:
            watch.begin(inputs)
            module(*inputs)
    outer = watch.frames[0]
    outer.result = next(outer.calls()).result
    return outer


class _Watch(TorchFunctionMode):
    """The frames of the calls that are running, the outermost first, and the names of tensors."""

    def __init__(self, module: nn.Module, layers: Mapping[int, Layer]) -> None:
        super().__init__()
        self.frames = [Frame(module, "")]
        self._calls: list[Called] = []
        self._layers = layers
        self._inside = 0
        self._names = {id(each): name for name, each in module.named_modules()}
        self._known: list[dict[int, tuple[Ref, int, bool]]] = [{}]
        self._owned: dict[int, tuple[str, int, bool]] = {}
        for name, each in (*module.named_parameters(), *module.named_buffers()):
            self._owned[id(each)] = name, each._version, isinstance(each, nn.Parameter)
        self._fixed: dict[int, int] = {}
        self._held: list[Tensor] = []

    def begin(self, inputs: tuple[Any, ...]) -> None:
        """These are the inputs of the frame that calls the module."""
        self._receive(self.frames[0], inputs, set())

    def enter(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        """A module is being called."""
        if self._inside:
            self._inside += 1
            return
        frame = self.frames[-1]
        with torch._C.DisableTorchFunction():
            given = self._refs((args, kwargs))
            name = self._names.get(id(module), "")
            call = Called(module, name, given[0], given[1], grad=torch.is_grad_enabled())
            frame.steps.append(call)
            self._calls.append(call)
            call.layer = self._layers.get(id(module))
            if call.layer is not None:
                self._inside = 1
                return
            call.frame = Frame(module, name)
            hooks = (module._forward_hooks, module._forward_pre_hooks)
            if any(len(each) > 1 for each in hooks) or hasattr(module, "parametrizations"):
                call.frame.troubles.append(HOOKED)
            self.frames.append(call.frame)
            fixed = {id(each) for each in _tensors((args, kwargs)) if self._is_constant(each)}
            self._known.append({})
            self._receive(call.frame, (args, kwargs), fixed)

    def leave(self, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        """Its call has ended."""
        if self._inside > 1:
            self._inside -= 1
            return
        self._inside = 0
        call = self._calls.pop()
        with torch._C.DisableTorchFunction():
            if call.frame is not None:
                call.frame.result = self._refs(output)
                self.frames.pop()
                self._known.pop()
            call.pattern = pattern_of(output)
            self._give(call, output, len(self.frames[-1].steps) - 1, constant=False)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._inside:
            return func(*args, **kwargs)
        name = resolve_name(func) or getattr(func, "__name__", "")
        short = name.rpartition(".")[2]
        if short == "__get__" and name.split(".")[-2] not in _PROPERTIES:
            return func(*args, **kwargs)
        with torch._C.DisableTorchFunction():
            tensors = _tensors((args, kwargs))
            versions = [each._version for each in tensors]
            if short in _READING:
                self._read(tensors)
                return func(*args, **kwargs)
        result = func(*args, **kwargs)
        with torch._C.DisableTorchFunction():
            made = _tensors(result)
            changed = [
                each
                for each, version in zip(tensors, versions, strict=True)
                if each._version != version
            ]
            if not made and not changed:
                return result
            if short in _AS_IT_IS and not changed and any(result is each for each in tensors):
                return result
            frame = self.frames[-1]
            if any(each is not result or id(each) in self._owned for each in changed):
                frame.troubles.append(INPLACE)
            known = dict(zip(map(id, tensors), versions, strict=True))
            given = self._refs((args, kwargs), known)
            constant = not any(chance in short for chance in _CHANCE) and all(
                self._is_constant(each) for each in tensors
            )
            op = Op(func, name, given[0], given[1], None, [], torch.is_grad_enabled())
            frame.steps.append(op)
            handed = any(isinstance(each, In) for each in values_in(given))
            if constant and not handed and sum(each.numel() for each in made) <= LARGEST:
                op.constant = [each.detach().clone() for each in made]
            self._give(op, result, len(frame.steps) - 1, constant=constant)
        return result

    def _receive(self, frame: Frame, given: Any, constants: set[int]) -> None:
        for each in _tensors(given):
            if id(each) not in self._known[-1]:
                self._held.append(each)
                ref, constant = In(len(frame.inputs)), id(each) in constants
                self._known[-1][id(each)] = ref, each._version, constant
                frame.inputs.append(Form(tuple(each.shape), each.dtype))

    def _give(self, step: Op | Called, result: Any, number: int, *, constant: bool) -> None:
        """Name the tensors that a step of the innermost frame gave."""
        known = self._known[-1]

        def named(each: Any) -> Any:
            if not isinstance(each, Tensor):
                return each
            ref = Out(number, len(step.outputs))
            step.outputs.append(Form(tuple(each.shape), each.dtype))
            self._held.append(each)
            before = known.get(id(each))
            if before is not None and before[1] == each._version:
                self.frames[-1].aliases[ref] = before[0]
            known[id(each)] = ref, each._version, constant
            return ref

        step.result = mapped(result, named)

    def _refs(self, thing: Any, versions: Mapping[int, int] | None = None) -> Any:
        """The structure with the names of tensors in the innermost frame."""

        def ref(each: Any) -> Any:
            return self._ref(each, versions or {}) if isinstance(each, Tensor) else each

        return mapped(thing, ref)

    def _ref(self, tensor: Tensor, versions: Mapping[int, int]) -> Ref:
        key = id(tensor)
        version = versions.get(key, tensor._version)
        frame = self.frames[-1]
        if key in self._known[-1]:
            ref, known, _ = self._known[-1][key]
            if known != version:
                frame.troubles.append(BEHIND)
            own = isinstance(ref, Out) and isinstance(frame.steps[ref.step], Op)
            if own and isinstance(tensor.grad_fn, BackwardCFunction):
                frame.troubles.append(UNSEEN)
            return ref
        if key in self._owned:
            name, known, _ = self._owned[key]
            if known != version:
                frame.troubles.append(BEHIND)
            return Owned(name)
        above = next((i for i, each in enumerate(self._known) if key in each), None)
        if above is not None:
            for each in self.frames[above:]:
                each.troubles.append(FOREIGN)
        elif tensor.requires_grad or tensor.grad_fn is not None:
            frame.troubles.append(UNSEEN)
        if key not in self._fixed:
            self._fixed[key] = len(self._fixed)
            self._held.append(tensor)
        frame.fixed[self._fixed[key]] = tensor
        return Fixed(self._fixed[key])

    def _is_constant(self, tensor: Tensor) -> bool:
        key = id(tensor)
        if key in self._known[-1]:
            return self._known[-1][key][2]
        if key in self._owned:
            return not self._owned[key][2]
        return not tensor.requires_grad

    def _read(self, tensors: list[Tensor]) -> None:
        """A number of one of these is asked for, and the code may go on otherwise for another."""
        if not all(self._is_constant(each) for each in tensors):
            self.frames[-1].troubles.append(CONDITION)


def _tensors(thing: Any) -> list[Tensor]:
    return [each for each in values_in(thing) if isinstance(each, Tensor)]
