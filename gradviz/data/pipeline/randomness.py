"""Looks at a loader that leave no trace in what it draws later."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def random_kept(*generators: torch.Generator | None) -> Iterator[None]:
    """The block leaves these random generators, and those of this process, as they were."""
    python, numbers = random.getstate(), np.random.get_state()
    own = [(each, each.get_state()) for each in generators if each is not None]
    with torch.random.fork_rng(devices=[]):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numbers)
            for generator, state in own:
                generator.set_state(state)
