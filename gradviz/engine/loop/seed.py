"""Randomness that a seed decides and that leaves the user's own generators alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor


class RandomState(NamedTuple):
    """The states of all generators that a program draws from without naming one: torch's for each
    device, Python's and NumPy's, which datasets and their transforms use.
    """

    cpu: Tensor
    devices: dict[str, Any]
    python: tuple[Any, ...]
    numpy: Any


class RandomStream:
    """Random numbers as a program draws them that began with ``torch.manual_seed(seed)``,
    ``random.seed(seed)`` and ``numpy.random.seed(seed)``.

    Only what runs inside `running` draws from it; outside, the global generators are as they were.
    """

    def __init__(self, seed: int) -> None:
        outer = random_state()
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)  # it takes no larger one
        self.state = random_state()
        _set(outer)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The block draws from this stream, which goes on where it stopped the last time."""
        outer = random_state()
        _set(self.state)
        try:
            yield
        finally:
            self.state = random_state()
            _set(outer)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Run the block from this seed, on every device, then put all generators back."""
    with RandomStream(seed).running():
        yield


def random_state() -> RandomState:
    """The present states."""
    devices: dict[str, Any] = {}
    if torch.cuda.is_available():
        devices["cuda"] = torch.cuda.get_rng_state_all()
    if torch.xpu.is_available():
        devices["xpu"] = torch.xpu.get_rng_state_all()
    if torch.backends.mps.is_available():
        devices["mps"] = torch.mps.get_rng_state()
    return RandomState(
        torch.get_rng_state(), devices, random.getstate(), np.random.get_state(legacy=False)
    )


def _set(state: RandomState) -> None:
    torch.set_rng_state(state.cpu)
    if "cuda" in state.devices:
        torch.cuda.set_rng_state_all(state.devices["cuda"])
    if "xpu" in state.devices:
        torch.xpu.set_rng_state_all(state.devices["xpu"])
    if "mps" in state.devices:
        torch.mps.set_rng_state(state.devices["mps"])
    random.setstate(state.python)
    np.random.set_state(state.numpy)
