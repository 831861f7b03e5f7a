"""One module that a person could have written, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Maker = Callable[[], Tensor]


@dataclass(frozen=True)
class Person:
    """How to make a module and its inputs, both drawn from torch's generator.

    ``fixed_batch``: the first axis of the inputs is not a batch of any size.
    ``python``: forward itself branches on values, so that no fixed blocks are the same.
    """

    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Tensor, ...]]
    fixed_batch: bool = False
    python: bool = False


def normal(*shape: int) -> Maker:
    """Normal numbers of a shape."""
    return lambda: torch.randn(shape)


def uniform(*shape: int) -> Maker:
    """Numbers from 0 to 1, as pixels are."""
    return lambda: torch.rand(shape)


def whole(end: int, *shape: int) -> Maker:
    """Whole numbers from 0 to before ``end``."""
    return lambda: torch.randint(end, shape)


def given(*makers: Maker) -> Callable[[], tuple[Tensor, ...]]:
    """Inputs, made in turn."""
    return lambda: tuple(make() for make in makers)
