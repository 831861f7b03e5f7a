"""Checkpoints: everything that decides what an iteration does, to have it again.

The tensors are references into the trace's value store, which copies them only when they change;
so a checkpoint costs no memory of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn, optim

from gradviz.engine.loop import Batch
from gradviz.engine.seed import RandomState, RandomStream
from gradviz.trace.events import ValueRef
from gradviz.trace.store import ValueStore


class Checkpoint:
    """The state before an iteration: parameters, gradients, buffers, optimizer, mode, random state.

    ``batch`` is what the iteration was fed, once that is known; the random state is then the one
    after it was fetched, so that the same iteration can run without the loader.
    """

    def __init__(
        self,
        store: ValueStore,
        *,
        model: nn.Module,
        optimizer: optim.Optimizer,
        random: RandomStream,
    ) -> None:
        self._store = store
        self.random: RandomState = random.state
        self.batch: Batch | None = None
        self._tensors = {name: store.keep(tensor) for name, tensor in _tensors(model).items()}
        self._grads = {
            name: None if parameter.grad is None else store.keep(parameter.grad)
            for name, parameter in model.named_parameters()
        }
        self._optimizer = _mapped(optimizer.state_dict(), Tensor, store.keep)
        self._modes = [module.training for module in model.modules()]

    def feed(self, batch: Batch, random: RandomState) -> None:
        """Write down the batch, and the random state that it left."""
        self.batch, self.random = batch, random

    @property
    def lost(self) -> bool:
        """Whether the store has dropped a part of it."""
        return not all(self._store.holds(ref) for ref in self.refs())

    def refs(self) -> list[ValueRef]:
        """All values that it needs."""
        found = [*self._tensors.values(), *filter(None, self._grads.values())]
        _mapped(self._optimizer, ValueRef, found.append)
        return found

    def restore(
        self, *, model: nn.Module, optimizer: optim.Optimizer, random: RandomStream
    ) -> None:
        """Make everything as it was. Raises `TraceError` if a value was dropped."""
        values = {name: self._store.get(ref) for name, ref in self._tensors.items()}
        with torch.no_grad():
            for name, tensor in _tensors(model).items():
                self._store.secure(tensor)
                tensor.copy_(values[name])
        for name, parameter in model.named_parameters():
            ref = self._grads[name]
            parameter.grad = None if ref is None else self._store.get(ref).clone()
        optimizer.load_state_dict(
            _mapped(self._optimizer, ValueRef, lambda ref: self._store.get(ref).clone())
        )
        for module, training in zip(model.modules(), self._modes, strict=True):
            module.training = training
        random.state = self.random


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and all buffers, also those that a ``state_dict`` leaves out."""
    return {
        **{name: parameter.detach() for name, parameter in model.named_parameters()},
        **dict(model.named_buffers()),
    }


def _mapped(value: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """A copy of nested containers with every object of a kind changed."""
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(item, kind, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, kind, change) for item in value]
    if type(value) is tuple:
        return tuple(_mapped(item, kind, change) for item in value)
    return value if isinstance(value, ValueRef) else copy.deepcopy(value)
