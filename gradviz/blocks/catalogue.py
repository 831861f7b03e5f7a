"""The whole catalogue: importing this fills the tables, each module with its own entries."""

from gradviz.blocks import (
    activations,
    arithmetic,
    convolution,
    ends,
    inits,
    joining,
    linear,
    losses,
    normalisation,
    optimizers,
    pooling,
    reducing,
    sequences,
    shaping,
    sources,
)
from gradviz.blocks.tables import BLOCKS, INITS, LOSSES, OPTIMIZERS

__all__ = [
    "BLOCKS",
    "INITS",
    "LOSSES",
    "OPTIMIZERS",
    "activations",
    "arithmetic",
    "convolution",
    "ends",
    "inits",
    "joining",
    "linear",
    "losses",
    "normalisation",
    "optimizers",
    "pooling",
    "reducing",
    "sequences",
    "shaping",
    "sources",
]
