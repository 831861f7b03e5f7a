"""Tensors without their numbers, and what is known of a block by them."""

from __future__ import annotations

import torch
from msgspec import Struct

BATCH = 997
"""The size of a batch on the meta device: a prime, so that its multiples are known again."""
MISFITS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, AssertionError)
"""What torch's modules raise for a tensor that they cannot take."""


class Form(Struct, frozen=True):
    """A tensor without its numbers."""

    shape: tuple[int, ...]
    dtype: torch.dtype


class Outcome(Struct, frozen=True):
    """The forms that come out, and how many numbers the block learns; or why nothing comes out."""

    outputs: tuple[Form, ...] = ()
    parameters: int = 0
    reason: str = ""
