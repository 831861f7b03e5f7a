"""What a training program holds, object by object, to put all of it back in place.

Reached are modules, optimizers, schedulers and generators, with the plain containers and tensors in
them: parameters and buffers, but also a counter, a mode, or the hidden state that a module keeps
for its next call. Hooks stay as they are, and objects of any other class are left alone.
"""

from __future__ import annotations

import random
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn, optim
from torch.nn.parameter import is_lazy
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.weak import TensorWeakRef

from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.trace.events import ValueRef

MOST = 10_000
"""The items of the largest container that is looked into; a dataset is none of the program's."""

_OF_A_MODULE = {"training", "_parameters", "_buffers", "_modules"}
_LEFT_ALONE = (vars(nn.Module()).keys() - _OF_A_MODULE) | {
    name for name in vars(optim.SGD([torch.empty(0)])) if name.endswith("_hooks")
}
_DICTS = (dict, OrderedDict, defaultdict)
_OWN = (nn.Module, optim.Optimizer, LRScheduler)
_ATOMS = (type(None), bool, int, float, complex, str, bytes, type, types.ModuleType)


class _Tensor(NamedTuple):
    """A tensor as it was. It is not held, unless it is a Parameter: who holds them all would hold
    what every iteration has left.
    """

    found: Callable[[], Tensor | None]
    value: ValueRef | None
    grad: ValueRef | None
    requires_grad: bool


class _Slot(NamedTuple):
    """Where a tensor was in a container, by its number."""

    number: int


class Contents:
    """Everything reachable from some roots, as it is now; tensors are kept by ``keep``."""

    def __init__(self, roots: list[object], *, keep: Callable[[Tensor], ValueRef]) -> None:
        self._keep = keep
        self._seen: dict[int, object] = {}
        self._slots: dict[int, _Slot] = {}
        self._tensors: list[_Tensor] = []
        self._containers: list[tuple[Any, Any]] = []
        self._others: list[Callable[[], object]] = []
        self._lazy = False
        for root in roots:
            self._take_root(root)
        self._seen, self._slots = {}, {}

    def refs(self) -> Iterator[ValueRef]:
        """All values that are needed to put it back."""
        for tensor in self._tensors:
            yield from filter(None, (tensor.value, tensor.grad))

    def live(self) -> Iterator[Tensor]:
        """The tensors and gradients that are still there, as they are now."""
        for kept in self._tensors:
            tensor = kept.found()
            if tensor is not None and not is_lazy(tensor):
                yield tensor
                if tensor.is_leaf and tensor.grad is not None:
                    yield tensor.grad

    def put_back(
        self, *, get: Callable[[ValueRef], Tensor], secure: Callable[[Tensor], None]
    ) -> None:
        """Make everything as it was. Raises `TraceError` if a value was dropped, and then nothing
        has changed. ``secure`` is told of each tensor that is about to change.
        """
        if self._lazy:
            raise TraceError(
                N_("what was before the lazy modules had shapes cannot be had again"),
                mend=N_("run the model once on a batch before the session begins"),
            )
        values = [None if kept.value is None else get(kept.value) for kept in self._tensors]
        grads = [None if kept.grad is None else get(kept.grad) for kept in self._tensors]
        live = [kept.found() for kept in self._tensors]
        with torch.no_grad():
            for i, (value, grad) in enumerate(zip(values, grads, strict=True)):
                if value is not None:
                    live[i] = _restored(live[i], value, secure)
                _restore_leaf(live[i], self._tensors[i], grad)
        for container, items in self._containers:
            _fill(container, items, live)
        for restore in self._others:
            restore()

    def _take_root(self, root: object) -> None:
        """A root may also be a function, or any object that can be called."""
        if isinstance(root, types.MethodType):
            self._take_root(root.__self__)
        elif isinstance(root, partial):
            for item in (root.func, *root.args, *root.keywords.values()):
                self._take_root(item)
        elif isinstance(root, types.FunctionType):
            for name in root.__code__.co_names:
                self._take(root.__globals__.get(name))
            for cell in root.__closure__ or ():
                self._take_cell(cell)
        elif isinstance(root, _OWN) or not hasattr(root, "__dict__"):
            self._take(root)
        else:
            self._take_attributes(root)

    def _take_cell(self, cell: types.CellType) -> None:
        try:
            item = self._take(cell.cell_contents)
        except ValueError:  # it is empty
            return
        if isinstance(item, _ATOMS):
            self._others.append(partial(setattr, cell, "cell_contents", item))

    def _take(self, value: Any) -> Any:
        """Write down what is in a value; gives what stands for it in its container."""
        if isinstance(value, _ATOMS):
            return value
        if isinstance(value, Tensor):
            return self._take_tensor(value)
        if type(value) is tuple or (isinstance(value, tuple) and hasattr(value, "_make")):
            return _tuple_like(value)(self._take(item) for item in value)
        if id(value) in self._seen:
            return value
        self._seen[id(value)] = value
        if isinstance(value, torch.jit.ScriptModule):
            self._take_script(value)
        elif isinstance(value, _OWN):
            self._take_attributes(value)
        elif type(value) in _DICTS and len(value) <= MOST:
            named = {key: self._take(item) for key, item in value.items()}
            self._containers.append((value, named))
        elif type(value) in (list, deque, set) and len(value) <= MOST:
            items = [self._take(item) for item in value]
            self._containers.append((value, items))
        else:
            self._take_generator(value)
        return value

    def _take_script(self, value: torch.jit.ScriptModule) -> None:
        for tensor in (*value.parameters(), *value.buffers()):
            self._take(tensor)
        for module in value.modules():
            self._others.append(partial(setattr, module, "training", module.training))

    def _take_attributes(self, value: Any) -> None:
        items = {}
        for name, item in vars(value).items():
            if name not in _LEFT_ALONE:
                items[name] = self._take(item)
                if isinstance(value, LRScheduler) and name == "lr_lambdas":
                    for function in item:
                        self._take_root(function)
        self._containers.append((_Attributes(vars(value)), items))

    def _take_tensor(self, tensor: Tensor) -> _Slot:
        slot = self._slots.get(id(tensor))
        if slot is None:
            slot = self._slots[id(tensor)] = _Slot(len(self._tensors))
            self._seen[id(tensor)] = tensor
            strong = isinstance(tensor, nn.Parameter)
            found = partial(_itself, tensor) if strong else TensorWeakRef(tensor)
            value = grad = None
            if is_lazy(tensor):
                self._lazy = True
            else:
                value = self._keep(tensor.detach())
                if tensor.is_leaf and tensor.grad is not None:
                    grad = self._keep(tensor.grad)
            self._tensors.append(_Tensor(found, value, grad, tensor.requires_grad))
        return slot

    def _take_generator(self, value: Any) -> None:
        if isinstance(value, torch.Generator):
            self._others.append(partial(value.set_state, value.get_state()))
        elif isinstance(value, random.Random):
            self._others.append(partial(value.setstate, value.getstate()))
        elif isinstance(value, np.random.RandomState):
            self._others.append(partial(value.set_state, value.get_state()))
        elif isinstance(value, np.random.Generator):
            bits, state = value.bit_generator, value.bit_generator.state
            self._others.append(partial(setattr, bits, "state", state))
        elif isinstance(value, np.ndarray):
            self._others.append(partial(value.__setitem__, ..., value.copy()))


class _Attributes(MutableMapping[str, Any]):
    """An object's attributes, without those that are left alone."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._names[name] = value

    def __delitem__(self, name: str) -> None:
        del self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._names if name not in _LEFT_ALONE])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _itself(tensor: Tensor) -> Tensor:
    return tensor


def _fill(container: Any, items: Any, live: list[Tensor | None]) -> None:
    """Give a container these items; it is the same object as before."""
    container.clear()
    if isinstance(items, dict):
        container.update({name: _filled(item, live) for name, item in items.items()})
    elif isinstance(container, set):
        container.update(_filled(item, live) for item in items)
    else:
        container.extend(_filled(item, live) for item in items)


def _filled(item: Any, live: list[Tensor | None]) -> Any:
    """What a slot stands for, also in tuples; other containers are filled on their own."""
    if isinstance(item, _Slot):
        return live[item.number]
    if isinstance(item, tuple):
        return _tuple_like(item)(_filled(each, live) for each in item)
    return item


def _tuple_like(value: Any) -> Callable[[Iterable[Any]], Any]:
    """What makes a tuple of the same class."""
    return getattr(value, "_make", tuple)


def _restored(tensor: Tensor | None, value: Tensor, secure: Callable[[Tensor], None]) -> Tensor:
    """The tensor with this value; another one if it is no more."""
    if tensor is None:
        return value.clone()
    if _is(tensor, value):
        return tensor
    secure(tensor)
    if _alike(tensor, value):
        tensor.copy_(value)
    else:
        tensor.data = value.clone()
    return tensor


def _restore_leaf(tensor: Tensor | None, kept: _Tensor, grad: Tensor | None) -> None:
    if tensor is None or not tensor.is_leaf:
        return
    if tensor.requires_grad != kept.requires_grad:
        tensor.requires_grad_(kept.requires_grad)
    if grad is None:
        tensor.grad = None
    elif tensor.grad is None or not _is(tensor.grad, grad):
        tensor.grad = grad.clone()


def _is(tensor: Tensor, value: Tensor) -> bool:
    """Whether the tensor holds the value's numbers now."""
    if not _alike(tensor, value):
        return False
    try:
        if not torch.equal(tensor, value):
            return False
        return not tensor.is_floating_point() or torch.equal(tensor.signbit(), value.signbit())
    except RuntimeError:  # torch cannot compare every type
        return False


def _alike(tensor: Tensor, value: Tensor) -> bool:
    """Whether one can be copied into the other."""
    if tensor.layout is not torch.strided or value.layout is not torch.strided:
        return False
    return (tensor.shape, tensor.dtype) == (value.shape, value.dtype)
