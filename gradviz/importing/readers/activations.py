"""Activations that are called as functions."""

from __future__ import annotations

from typing import Any

from gradviz.importing.nodes import Node, Place, Said, Source
from gradviz.importing.readers.table import plain_name, reads
from gradviz.importing.symbols import InTraining


def _alone(name: str, kind: str) -> None:
    def read(at: Place, input: Source, inplace: bool = False) -> Said:
        return Node(kind, (input,))

    reads(name)(read)


for _name, _kind in {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "selu": "SELU",
    "silu": "SiLU",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "logsigmoid": "LogSigmoid",
    "tanh": "Tanh",
    "softsign": "Softsign",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
}.items():
    _alone(_name, _kind)


@reads("leaky_relu")
def leaky_relu(
    at: Place, input: Source, negative_slope: float = 0.01, inplace: bool = False
) -> Said:
    return Node("LeakyReLU", (input,), {"negative_slope": negative_slope})


@reads("elu")
def elu(at: Place, input: Source, alpha: float = 1.0, inplace: bool = False) -> Said:
    return Node("ELU", (input,), {"alpha": alpha})


@reads("celu")
def celu(at: Place, input: Source, alpha: float = 1.0, inplace: bool = False) -> Said:
    return Node("CELU", (input,), {"alpha": alpha})


@reads("gelu")
def gelu(at: Place, input: Source, approximate: str = "none") -> Said:
    return Node("GELU", (input,), {} if approximate == "none" else {"approximate": approximate})


@reads("softplus")
def softplus(at: Place, input: Source, beta: float = 1.0, threshold: float = 20.0) -> Said:
    return Node("Softplus", (input,), {"beta": beta, "threshold": threshold})


@reads("hardtanh")
def hardtanh(
    at: Place, input: Source, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Said:
    return Node("Hardtanh", (input,), {"min_val": min_val, "max_val": max_val})


@reads("softmax")
def softmax(
    at: Place, input: Source, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Said:
    return _along("Softmax", input, dim, dtype)


@reads("log_softmax")
def log_softmax(
    at: Place, input: Source, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Said:
    return _along("LogSoftmax", input, dim, dtype)


@reads("glu")
def glu(at: Place, input: Source, dim: int = -1) -> Said:
    return Node("GLU", (input,), {"dim": dim})


DROPOUTS = {
    "dropout": "Dropout",
    "dropout1d": "Dropout1d",
    "dropout2d": "Dropout2d",
    "dropout3d": "Dropout3d",
    "alpha_dropout": "AlphaDropout",
}


@reads(*DROPOUTS)
def dropout(
    at: Place, input: Source, p: float = 0.5, training: Any = True, inplace: bool = False
) -> Said:
    """Only one that is on in training and off in evaluation is the block."""
    as_usual = training == InTraining(True, False)
    kind = DROPOUTS[plain_name(at.op.name)]
    return Node(kind, (input,), {"p": p}, name="drop") if as_usual else None


def _along(kind: str, input: Source, dim: Any, dtype: Any) -> Said:
    known = isinstance(dim, int) and dtype is None
    return Node(kind, (input,), {"dim": dim}) if known else None
