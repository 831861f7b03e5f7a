"""Modules that stand for blocks which torch has no module for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from torch import Tensor, nn


class Operation(nn.Module):
    """An operation with its settings. As a module of its own it has the block's name in a trace."""

    function: Callable[..., Any]

    def __init__(self, settings: Mapping[str, object]) -> None:
        super().__init__()
        self.settings = dict(settings)

    def forward(self, *inputs: Tensor) -> Any:
        """What the function makes of the tensors."""
        return self.function(*inputs, **self.settings)

    def extra_repr(self) -> str:
        """The settings."""
        return ", ".join(f"{name}={value!r}" for name, value in self.settings.items())


@cache
def operation(function: Callable[..., Any]) -> type[Operation]:
    """The class of an operation, which has its name: that is what pictures and ``repr`` tell."""
    return type(function.__name__, (Operation,), {"function": staticmethod(function)})


class Source(nn.Module):
    """A tensor that the model has: trained if it is a Parameter, else a buffer."""

    value: Tensor

    def __init__(self, value: Tensor) -> None:
        super().__init__()
        if isinstance(value, nn.Parameter):
            self.value = value
        else:
            self.register_buffer("value", value)

    def forward(self) -> Tensor:
        """The tensor itself."""
        return self.value
