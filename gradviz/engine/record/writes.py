"""Which of its arguments a torch call writes into.

Torch says so in the name (a trailing underscore, ``out=``, ``inplace=``) or in the schema of an
operator; the few functions that write without saying are in a table.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

Rule: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], Iterable[Any]]

EXPOSING = {"numpy", "__array__", "__dlpack__", "share_memory_", "storage", "untyped_storage"}
"""Calls after which the tensor's memory can be written to, or given back, with no word of it."""

_METADATA = {"requires_grad_", "detach_", "rename_", "share_memory_"}
_FIRSTS = {"input", "self", "tensor"}
_IN_PLACE = {"__setitem__"} | {
    f"__i{name}__"
    for name in (
        "add", "sub", "mul", "truediv", "floordiv", "div", "mod", "pow", "matmul",
        "and", "or", "xor", "lshift", "rshift",
    )
}  # fmt: skip


def written(
    func: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Tensor]:
    """The tensors that the call may write into; of one that only reads, none."""
    try:
        rule = _rules[func]
    except KeyError:
        rule = _rules[func] = _rule(func, name)
    out = kwargs.get("out") if kwargs else None
    if rule is None and out is None:
        return []
    targets = () if rule is None else rule(args, kwargs)
    return tensors_in([*targets, out])


def tensors_in(values: Iterable[Any]) -> list[Tensor]:
    """The tensors in arguments or results, through lists, tuples and dicts."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += tensors_in(value)
        elif isinstance(value, dict):
            found += tensors_in(value.values())
    return found


def _rule(func: Callable[..., Any], name: str) -> Rule | None:
    if name == "__set__":
        of = getattr(getattr(func, "__self__", None), "__name__", "")
        return _first if of in ("real", "imag") else None
    if name.startswith("__"):
        return _first if name in _IN_PLACE else None
    if name.endswith("_"):
        if name in _METADATA:
            return None
        return _all if name.startswith("_") and not name.startswith("_foreach_") else _first
    schema = getattr(func, "_schema", None) or getattr(func, "_schemas", None)
    if schema is not None:
        known = schema.values() if isinstance(schema, dict) else (schema,)
        return _all if any(each.is_mutable for each in known) else None
    if inspect.isfunction(func) and func.__module__ == F.__name__:
        names = list(inspect.signature(func).parameters)
        return _inplace(names.index("inplace")) if "inplace" in names else None
    return None


def _all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
    return (*args, *kwargs.values())


def _first(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
    return args[:1] or [value for key, value in kwargs.items() if key in _FIRSTS]


def _inplace(place: int) -> Rule:
    def rule(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
        asked = args[place] if place < len(args) else kwargs.get("inplace", False)
        return _first(args, kwargs) if asked else ()

    return rule


def _statistics(first: int, flag: str, default: bool) -> Rule:
    """Running statistics, which a normalization updates while it trains."""

    def rule(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
        if not (args[5] if len(args) > 5 else kwargs.get(flag, default)):
            return ()
        return (*args[first : first + 2], kwargs.get("running_mean"), kwargs.get("running_var"))

    return rule


def _renormalized(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
    """An embedding's weight, whose rows are shortened to ``max_norm`` when they are looked up."""
    if (args[3] if len(args) > 3 else kwargs.get("max_norm")) is None:
        return ()
    return (args[1] if len(args) > 1 else kwargs.get("weight"),)


_rules: dict[Any, Rule | None] = {
    F.batch_norm: _statistics(1, "training", False),
    F.instance_norm: _statistics(1, "use_input_stats", True),
    torch.batch_norm: _statistics(3, "training", True),
    torch.native_batch_norm: _statistics(3, "training", True),
    torch.instance_norm: _statistics(3, "use_input_stats", True),
    F.embedding: _renormalized,
    F.embedding_bag: _renormalized,
    torch.fused_moving_avg_obs_fake_quant: _all,
}
