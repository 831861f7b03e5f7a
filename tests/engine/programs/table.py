"""The table of programs, and what they share.

A program builds everything from the present seed and returns ``(model, optimizers, results)``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

Outcome = tuple[nn.Module | None, list[torch.optim.Optimizer], list[Tensor]]
PROGRAMS: dict[str, Callable[[], Outcome]] = {}


def program(function: Callable[[], Outcome]) -> Callable[[], Outcome]:
    PROGRAMS[function.__name__] = function
    return function


def mlp(*sizes: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
