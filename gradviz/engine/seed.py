"""Randomness that a seed decides and that leaves the user's own generators alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import torch
from torch import Tensor

RandomState: TypeAlias = "tuple[Tensor, ...]"
"""The states of torch's generators: the CPU's, then each GPU's."""


class RandomStream:
    """Torch's random numbers as a program draws them that began with ``torch.manual_seed(seed)``.

    Only what runs inside `running` draws from it; outside, the global generators are as they were.
    """

    def __init__(self, seed: int) -> None:
        outer = random_state()
        torch.manual_seed(seed)
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
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return (torch.get_rng_state(), *gpus)


def _set(states: RandomState) -> None:
    cpu, *gpus = states
    torch.set_rng_state(cpu)
    if gpus:
        torch.cuda.set_rng_state_all(gpus)
