"""Tensors without their numbers, and what is known of a block by them."""

from __future__ import annotations

import torch
from msgspec import Struct
from torch import nn

BATCH = 997
"""The size of a batch on the meta device: a prime, so that its multiples are known again."""
MISFITS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, AssertionError)
"""What torch's modules raise for a tensor that they cannot take."""


class Form(Struct, frozen=True):
    """A tensor without its numbers."""

    shape: tuple[int, ...]
    dtype: torch.dtype


class Outcome(Struct, frozen=True):
    """The forms that come out, how many numbers the block learns, and how many bytes it takes with
    the gradients of them; or why nothing comes out.
    """

    outputs: tuple[Form, ...] = ()
    parameters: int = 0
    taken: int = 0
    reason: str = ""


def taken_by(module: nn.Module) -> int:
    """Bytes of the parameters, each with a gradient, and of the buffers."""
    learned = sum(each.numel() * each.element_size() for each in module.parameters())
    return 2 * learned + sum(each.numel() * each.element_size() for each in module.buffers())
