"""Initialisations: how the weights of a layer begin. The functions of `torch.nn.init`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from torch import Tensor
from torch.nn import init

from gradviz.blocks.sizes import NotNegative
from gradviz.blocks.tables import INITS

Mode = Literal["fan_in", "fan_out"]
Nonlinearity = Literal["linear", "relu", "leaky_relu", "tanh", "sigmoid", "selu"]


@INITS.add(given=("tensor",))
def zeros_(tensor: Tensor) -> Tensor:
    """All 0. Two units that begin alike stay alike: for biases only."""
    return init.zeros_(tensor)


@INITS.add(given=("tensor",))
def ones_(tensor: Tensor) -> Tensor:
    """All 1."""
    return init.ones_(tensor)


@INITS.add(given=("tensor",))
def constant_(tensor: Tensor, val: float) -> Tensor:
    """All the same number."""
    return init.constant_(tensor, val)


@INITS.add(given=("tensor",))
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Any number between a and b."""
    return init.uniform_(tensor, a=a, b=b)


@INITS.add(given=("tensor",))
def normal_(tensor: Tensor, mean: float = 0.0, std: NotNegative = 1.0) -> Tensor:
    """Normally distributed."""
    return init.normal_(tensor, mean=mean, std=std)


@INITS.add(given=("tensor",))
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: NotNegative = 1.0, a: float = -2.0, b: float = 2.0
) -> Tensor:
    """Normally distributed, and never outside of a and b."""
    return init.trunc_normal_(tensor, mean=mean, std=std, a=a, b=b)


@INITS.add(given=("tensor",))
def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: the layer begins by handing on what it gets."""
    return init.eye_(tensor)


@INITS.add(given=("tensor",))
def dirac_(tensor: Tensor) -> Tensor:
    """The same for filters."""
    return init.dirac_(tensor)


@INITS.add(given=("tensor",))
def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform, and as wide as keeps the variance forward and backward (Glorot, Bengio 2010)."""
    return init.xavier_uniform_(tensor, gain=gain)


@INITS.add(given=("tensor",))
def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal, and as wide as keeps the variance forward and backward (Glorot, Bengio 2010)."""
    return init.xavier_normal_(tensor, gain=gain)


@INITS.add(given=("tensor",))
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: Nonlinearity = "leaky_relu",
) -> Tensor:
    """Uniform, and as wide as keeps the variance through ReLUs (He et al. 2015)."""
    return init.kaiming_uniform_(tensor, a=a, mode=mode, nonlinearity=nonlinearity)


@INITS.add(given=("tensor",))
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: Nonlinearity = "leaky_relu",
) -> Tensor:
    """Normal, and as wide as keeps the variance through ReLUs (He et al. 2015)."""
    return init.kaiming_normal_(tensor, a=a, mode=mode, nonlinearity=nonlinearity)


@INITS.add(given=("tensor",))
def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Rows that stand at right angles to each other: lengths stay (Saxe et al. 2013)."""
    return init.orthogonal_(tensor, gain=gain)


@INITS.add(given=("tensor",))
def sparse_(
    tensor: Tensor, sparsity: Annotated[float, Meta(ge=0, le=1)], std: NotNegative = 0.01
) -> Tensor:
    """Normal, with a part of each column 0 (Martens 2010)."""
    return init.sparse_(tensor, sparsity=sparsity, std=std)
