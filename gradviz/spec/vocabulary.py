"""The words of a condition: what it can ask of an event, and its functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from gradviz.i18n import N_

Kind: TypeAlias = Literal["number", "text", "shape", "texts", "truth"]
"""What a term of a condition is: ``shape`` is a tuple of numbers, ``texts`` a tuple of texts."""

PHASES = ("data", "zero_grad", "forward", "loss", "backward", "step")
EVENTS = (
    "BatchFetched", "GradZeroed", "OpRan", "LossComputed", "NodeRan", "GradEdited",
    "GradAccumulated", "ParamUpdated", "BufferChanged", "NotRecorded", "Failed",
)  # fmt: skip


class Word(Struct, frozen=True):
    """A name: what it is, what it means, and whether it is computed from a tensor when asked.

    ``among`` are the only texts that it can be; empty for any.
    """

    kind: Kind
    meaning: str
    computed: bool = False
    among: tuple[str, ...] = ()


class Function(Struct, frozen=True):
    """A function of one argument."""

    takes: Kind
    gives: Kind
    meaning: str
    compute: Callable[[Any], Any]


NAMES: dict[str, Word] = {
    "index": Word("number", N_("its number in the whole trace, from 0")),
    "iteration": Word("number", N_("the training iteration, from 0")),
    "phase": Word("text", N_("the phase of the loop"), among=PHASES),
    "event": Word("text", N_("what sort of event it is"), among=EVENTS),
    "op": Word("text", N_("the torch function that ran: “conv2d”")),
    "node": Word("text", N_("the autograd node that ran: “AddmmBackward0”")),
    "module": Word("text", N_("the path of the module call that it belongs to: “layer1.0.relu#2”")),
    "param": Word("text", N_("the parameter that it is about: “fc1.weight”")),
    "buffer": Word("text", N_("the buffer that changed: “bn1.running_mean”")),
    "shape": Word("shape", N_("the shape of the tensor that says most about it")),
    "dtype": Word("text", N_("the dtype of that tensor: “float32”")),
    "lr": Word("number", N_("the learning rate of an update")),
    "loss": Word("number", N_("the loss, where backward starts"), computed=True),
    "value_norm": Word("number", N_("the norm of what was computed"), computed=True),
    "grad_norm": Word("number", N_("the norm of the gradient"), computed=True),
    "update_norm": Word("number", N_("how far a parameter or a buffer moved"), computed=True),
    "min": Word("number", N_("the smallest element of the tensor"), computed=True),
    "max": Word("number", N_("the largest element of the tensor"), computed=True),
    "mean": Word("number", N_("the mean of the tensor"), computed=True),
    "bad": Word("number", N_("how many elements came out NaN or infinite"), computed=True),
}  # fmt: skip
"""What a condition can ask of an event."""

OF_A_NODE: dict[str, Word] = {
    "name": Word("text", N_("what its card is called: “fc1.weight”, “linear”")),
    "op": Word("text", N_("the torch function that made it: “conv2d”")),
    "node": Word("text", N_("torch's name of it: “AddmmBackward0”")),
    "module": Word("text", N_("the path of the module call that it belongs to: “layer1.0.relu#2”")),
    "param": Word("text", N_("the parameter that it is: “fc1.weight”")),
    "shape": Word("shape", N_("the shape of the tensor that it stands for")),
    "dtype": Word("text", N_("the dtype of that tensor: “float32”")),
    "norm": Word("number", N_("the norm of the gradient that arrived"), computed=True),
    "grad_norm": Word("number", N_("the norm of the gradient that arrived"), computed=True),
    "value_norm": Word("number", N_("the norm of the tensor"), computed=True),
    "uses": Word("number", N_("how many edges its tensor goes into")),
    "saved": Word("number", N_("how many tensors it saved for backward")),
}
"""What a condition can ask of a node of the autograd graph."""


def _sqrt(number: float) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _log10(number: float) -> float:
    if number == 0:
        return -math.inf
    return math.log10(number) if number > 0 else math.nan


FUNCTIONS: dict[str, Function] = {
    "abs": Function("number", "number", N_("without the sign"), abs),
    "sqrt": Function("number", "number", N_("the square root"), _sqrt),
    "log10": Function("number", "number", N_("the decimal logarithm"), _log10),
    "isnan": Function("number", "truth", N_("whether it is NaN"), math.isnan),
    "isinf": Function("number", "truth", N_("whether it is infinite"), math.isinf),
    "isfinite": Function("number", "truth", N_("whether it is a finite number"), math.isfinite),
    "len": Function("shape", "number", N_("how many dimensions a shape has"), len),
    "prod": Function("shape", "number", N_("how many elements a shape has"), math.prod),
}
"""The functions of a condition."""

METHODS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
}
"""The methods that a text has: ``module.startswith("layer1")``."""
