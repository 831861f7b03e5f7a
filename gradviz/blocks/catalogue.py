"""The whole catalogue: importing this fills the tables, each module with its own entries."""

from gradviz.blocks import (
    activations,
    arithmetic,
    ends,
    layers,
    losses,
    optimizers,
    shaping,
)
from gradviz.blocks.tables import BLOCKS, LOSSES, OPTIMIZERS

__all__ = [
    "BLOCKS",
    "LOSSES",
    "OPTIMIZERS",
    "activations",
    "arithmetic",
    "ends",
    "layers",
    "losses",
    "optimizers",
    "shaping",
]
