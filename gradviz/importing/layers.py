"""Which block of the catalogue a layer of torch is: by its class, and by its attributes."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import torch
from msgspec import Struct
from torch import nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import BlockKind
from gradviz.blocks.modules import Operation
from gradviz.errors import BuildError
from gradviz.parsing import parsed
from gradviz.spec.model import DType, Setting

_OWN = {
    "_parameters",
    "_buffers",
    "_modules",
    "training",
    "_is_full_backward_hook",
    "_flat_weights",
    "_flat_weight_refs",
}
"""Attributes of a module that its settings do not decide."""


class Layer(Struct, frozen=True):
    """A module as a block of the catalogue."""

    kind: BlockKind
    settings: dict[str, Setting]
    dtype: DType = ""
    frozen: bool = False


def layer_of(module: nn.Module) -> Layer | None:
    """The block that makes just such a module; None if there is none."""
    if isinstance(module, Operation):
        kind = BLOCKS[type(module).__name__]
        return Layer(kind, {name: _plain(each) for name, each in module.settings.items()})
    known = _layers().get(type(module))
    if known is None or any(_hooks(each) for each in module.modules()):
        return None
    kind, arguments = known
    try:
        settings = {name: _plain(read(module)) for name, read in arguments.items()}
        with torch.device("meta"):
            return _made_alike(module, kind, settings)
    except (AttributeError, BuildError, TypeError, ValueError, AssertionError, RuntimeError):
        return None


def _made_alike(module: nn.Module, kind: BlockKind, settings: dict[str, Setting]) -> Layer | None:
    dtypes = {each.dtype for each in module.parameters()}
    dtype = dtypes.pop() if len(dtypes) == 1 else torch.float32
    frozen = {not each.requires_grad for each in module.parameters()} or {False}
    made = kind.module(settings, where="").to(dtype)
    if dtypes or len(frozen) > 1 or not _alike(made, module):
        return None
    for name, value in list(settings.items()):
        for shorter in _shorter(value):
            simple = {**settings, name: shorter}
            with_it = _tried(kind, simple, dtype)
            if with_it is not None and _alike(with_it, module):
                settings = simple
    defaults = kind.defaults()
    settings = {
        name: value
        for name, value in settings.items()
        if name not in defaults or defaults[name] != value
    }
    known: Any = "" if dtype == torch.float32 else str(dtype).removeprefix("torch.")
    return Layer(kind, settings, known, frozen.pop())


def _tried(kind: BlockKind, settings: dict[str, Setting], dtype: torch.dtype) -> nn.Module | None:
    try:
        return kind.module(settings, where="").to(dtype)
    except (BuildError, TypeError, ValueError, AssertionError, RuntimeError):
        return None


def _shorter(value: Setting) -> Iterator[Setting]:
    """``[3, 3]`` as ``3``."""
    if isinstance(value, list) and value and all(each == value[0] for each in value):
        yield value[0]


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def _hooks(module: nn.Module) -> bool:
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
        or "forward" in vars(module)
    )


def _alike(made: nn.Module, module: nn.Module) -> bool:
    """Whether the two are set alike and have parameters of the same shapes."""
    state, wanted = dict(_state(made)), dict(_state(module))
    if state != wanted or type(module) not in type(made).__mro__[:2]:
        return False
    pairs = zip(made.named_modules(), module.named_modules(), strict=False)
    return all(
        name == other_name
        and (not name or type(each) is type(other))
        and _attributes(each) == _attributes(other)
        for (name, each), (other_name, other) in pairs
    )


def _state(module: nn.Module) -> Iterator[tuple[str, object]]:
    for name, each in (*module.named_parameters(), *module.named_buffers()):
        yield name, (each.shape, each.dtype, isinstance(each, nn.Parameter))


def _attributes(module: nn.Module) -> dict[str, object]:
    return {
        name: value
        for name, value in vars(module).items()
        if name not in _OWN and not name.endswith("_hooks") and not name.startswith("_forward_")
    }


Read = Callable[[Any], Any]
_OF_TRANSFORMERS: dict[str, Read] = {
    "d_model": lambda it: it.self_attn.embed_dim,
    "nhead": lambda it: it.self_attn.num_heads,
    "dim_feedforward": lambda it: it.linear1.out_features,
    "dropout": lambda it: it.dropout.p,
    "activation": lambda it: it.activation.__name__,
    "batch_first": lambda it: it.self_attn.batch_first,
    "layer_norm_eps": lambda it: it.norm1.eps,
    "bias": lambda it: it.linear1.bias is not None,
}
_ELSEWHERE: dict[tuple[type, str], Read] = {
    **{
        (made, name): read
        for made in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer)
        for name, read in _OF_TRANSFORMERS.items()
    },
    (nn.PairwiseDistance, "p"): lambda it: it.norm,
    (nn.MultiheadAttention, "bias"): lambda it: it.in_proj_bias is not None,
    (nn.MultiheadAttention, "add_bias_kv"): lambda it: it.bias_k is not None,
    (nn.Unflatten, "unflattened_size"): lambda it: it.unflattened_size,
    (nn.PReLU, "init"): lambda it: it.init,
}
"""Arguments of classes that are kept under another name, or not at all."""


@cache
def _layers() -> dict[type, tuple[BlockKind, Mapping[str, Read]]]:
    """The classes that blocks make, and how each setting is read off a module."""
    found = {}
    for kind in BLOCKS:
        if kind.sort == "layer" and kind.name not in ("Input", "Output"):
            made = _construction(kind)
            if made is not None:
                own, base = made[0].__mro__[:2]
                found[own] = kind, made[1]
                if own.__module__.startswith("gradviz.") and base is not nn.Module:
                    found[base] = kind, made[1]  # ours takes its tensors one by one
    return found


def _construction(kind: BlockKind) -> tuple[type, Mapping[str, Read]] | None:
    """The class that the block's function calls, and where it puts its arguments."""
    body = parsed(textwrap.dedent(inspect.getsource(kind.make))).body[0]
    assert isinstance(body, ast.FunctionDef)
    match body.body[-1]:
        case ast.Return(value=ast.Call() as call):
            made = _named(call.func, kind.make.__globals__)
        case _:
            return None
    parameters = inspect.signature(made).parameters.values()
    names = [each.name for each in parameters if each.kind is not each.VAR_POSITIONAL]
    if len(names) < len(list(parameters)):  # recurrent ones hand all on to their base
        names = [value.id for value in call.args if isinstance(value, ast.Name)]
    given = [*zip(names, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
    return made, {
        value.id: _ELSEWHERE.get((made, str(name)), _reading(str(name)))
        for name, value in given
        if isinstance(value, ast.Name)
    }


def _named(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """What ``nn.Linear`` means in the file of the block."""
    if isinstance(node, ast.Attribute):
        return getattr(_named(node.value, known), node.attr)
    assert isinstance(node, ast.Name)
    return known[node.id]


def _reading(name: str) -> Read:
    def read(module: Any) -> Any:
        value = getattr(module, name)
        return value if name != "bias" or isinstance(value, bool) else value is not None

    return read
