"""Which functions and methods an expression may call: those that make tensors of tensors.

Torch itself says which these are: a function that a tensor-like class can take over, and that is an
operation of aten which gives tensors and changes none. By name stand here only what makes tensors
of numbers, what asks for sizes, and what is meant for torch's own use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MemberDescriptorType
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

HOMES: Mapping[str, Any] = {
    "torch": torch,
    "F": F,
    "torch.nn.functional": F,
    "torch.fft": torch.fft,
    "torch.linalg": torch.linalg,
    "torch.special": torch.special,
}
"""Where functions are found, by how one writes it."""
_OPS = {"torch.fft": "fft_", "torch.linalg": "linalg_", "torch.special": "special_"}
"""What the names of operations begin with."""
MAKERS = frozenset(
    {
        *("arange", "eye", "full", "linspace", "logspace", "ones", "rand", "rand_like", "randint"),
        *("randint_like", "randn", "randn_like", "randperm", "tensor", "tril_indices"),
        *("triu_indices", "zeros"),
    }
)
"""Functions of torch that make tensors of numbers."""
_OLD = frozenset({"sigmoid", "tanh"})
"""Functions of torch.nn.functional that torch now has elsewhere."""
_CASTS = frozenset(
    {
        *("bfloat16", "bool", "byte", "cdouble", "cfloat", "char", "double", "float", "half"),
        *("int", "long", "short"),
    }
)
_SIZES = frozenset({"dim", "ndimension", "nelement", "numel", "size"})
_NEW = frozenset({"new_full", "new_ones", "new_tensor", "new_zeros"})
METHODS = _CASTS | _SIZES | _NEW
"""Methods of tensors beside those that torch tells."""
ATTRIBUTES = frozenset({"H", "T", "device", "dtype", "imag", "mH", "mT", "ndim", "real", "shape"})
"""What one may ask of a tensor."""
_INTERNAL = re.compile(
    r"""(batch_norm|choose|cudnn|fbgemm|hash|miopen|mkldnn|native|q|quantized)_
    | .*quantize | (?!index_).*_copy$ | (c?col|c?row)_indices | empty | resize
    | (cpu|cuda|pin_memory|int_repr|slice_inverse|to_mkldnn|to_sparse)$""",
    re.VERBOSE,
)
"""What is for a kind of device, for quantised numbers, or leaves numbers as memory has them."""
CONSTANTS = frozenset({"e", "inf", "nan", "pi"})
NUMBERS: Mapping[str, Callable[..., Any]] = {
    "float": float,
    "int": int,
    **{
        f"math.{name}": getattr(math, name)
        for name in ("ceil", "cos", "exp", "floor", "log", "log2", "sin", "sqrt", "tanh")
    },
}
"""What may be called with numbers."""


@cache
def function_of(home: str, name: str) -> Callable[..., Any] | None:
    """The function of that name, if an expression may call it."""
    found = vars(HOMES[home]).get(name)
    if _hidden(name) or not callable(found):
        return None
    if HOMES[home] is F:
        allowed = name in _OLD or found in _overridable(F)
    elif home == "torch" and name in MAKERS:
        allowed = True
    else:
        own = found in _overridable(HOMES[home])
        allowed = own and _gives_tensors(_OPS.get(home, "") + name)
    return cast(Callable[..., Any], found) if allowed else None


@cache
def is_method(name: str) -> bool:
    """Whether an expression may call this method of a tensor."""
    if name in METHODS:
        return True
    found = getattr(Tensor, name, None)
    if _hidden(name) or not callable(found):
        return False
    return found in _overridable(Tensor) and _gives_tensors(name)


@cache
def functions() -> tuple[str, ...]:
    """All functions, by how one writes them."""
    short = {home: each for home, each in HOMES.items() if home != "torch.nn.functional"}
    return tuple(
        f"{home}.{name}"
        for home, each in short.items()
        for name in sorted(vars(each))
        if function_of(home, name) is not None
    )


@cache
def methods() -> tuple[str, ...]:
    """All methods of a tensor."""
    return tuple(name for name in dir(Tensor) if is_method(name))


def constant_of(home: str, name: str) -> object:
    """A number or type of numbers that has a name; None if it has none."""
    if home == "math" or (home == "torch" and name in CONSTANTS):
        return getattr(math, name) if name in CONSTANTS else None
    found = vars(HOMES[home]).get(name) if home == "torch" else None
    return found if isinstance(found, torch.dtype | torch.memory_format) else None


@cache
def fields_of(kind: type) -> frozenset[str]:
    """The names of the parts of what a function gives: ``values`` and ``indices`` of a ``max``."""
    if kind.__module__ != "torch.return_types":
        return frozenset()
    return frozenset(
        name
        for name, each in vars(kind).items()
        if isinstance(each, MemberDescriptorType) and not name.startswith("_")
    )


@cache
def fields() -> frozenset[str]:
    """The names of the parts of whatever torch's functions give."""
    kinds = [each for each in vars(torch.return_types).values() if isinstance(each, type)]
    return frozenset(name for kind in kinds for name in fields_of(kind))


def _hidden(name: str) -> bool:
    return name.startswith("_") or name.endswith("_") or _INTERNAL.match(name) is not None


@cache
def _overridable(home: Any) -> frozenset[Any]:
    from torch.overrides import get_overridable_functions

    found = get_overridable_functions()
    more = found.get(torch.functional, []) if home is torch else []
    return frozenset([*found.get(home, []), *more])


def _gives_tensors(name: str) -> bool:
    """Whether an operation of aten gives tensors alone and writes into none."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return False
    schemas = [getattr(packet, each)._schema for each in packet.overloads()]
    return any(
        schema.returns
        and not schema.is_mutable
        and all(str(each.type) in ("Tensor", "List[Tensor]") for each in schema.returns)
        for schema in schemas
    )
