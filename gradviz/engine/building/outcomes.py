"""What comes out of one block: found on torch's meta device, and remembered.

A model is looked at anew at each change while it is built, and nearly all of its blocks are as they
were.
"""

from __future__ import annotations

import math
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from msgspec.structs import replace
from torch import Tensor, nn

from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.assembly import initialise, made_of
from gradviz.engine.building.blockmodel import flat
from gradviz.engine.building.forms import MISFITS, Form, Outcome, taken_by
from gradviz.engine.building.misfits import dtype_gap, named
from gradviz.engine.building.settled import Filling
from gradviz.engine.building.trial import samples_of, tried
from gradviz.engine.building.wants import gap, says_rank, wanted_text
from gradviz.errors import ExpressionError
from gradviz.spec.model import Block, Setting

REMEMBERED = 4096
TRIED = 100_000
"""Numbers that are calculated with at most, to try a block for real."""
STRICT = ("normalisation", "sequences")
"""Groups whose blocks must have as many dimensions as they say."""
UNCHECKED = ("Softmax", "Softmin", "Slice")
"""Blocks of which the meta device does not check ``dim``."""

Key: TypeAlias = tuple[object, ...]
_known: OrderedDict[Key, Outcome] = OrderedDict()


def outcome(
    block: Block,
    kind: BlockKind,
    settings: Mapping[str, Setting],
    fillings: tuple[Filling, ...],
    dtype: str,
    inputs: tuple[Form, ...],
    path: str,
) -> Outcome:
    """What comes out of a block that is fed such tensors. Raises `BuildError` for settings that it
    cannot be made with.
    """
    key = (kind.make, repr(settings), repr(fillings), dtype, inputs)
    found = _known.get(key)
    if found is None:

        def made() -> nn.Module:
            module = made_of(kind, settings, path)
            initialise(module, block, fillings, path)
            return module.to(getattr(torch, dtype)) if dtype else module

        if kind.home:
            found = tried(made, inputs, outputs=len(kind.outputs))
        else:
            try:
                with torch.device("meta"), torch.no_grad(), warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # what torch says of numbers that are not there
                    found = _run(made(), kind, settings, inputs)
            except ExpressionError as error:
                raise error.at(path) from error
            if not found.reason and _is_odd(inputs):
                found = replace(found, reason=_really(kind, settings, inputs))
        _known[key] = found
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return found


def _run(
    module: nn.Module, kind: BlockKind, settings: Mapping[str, Setting], inputs: tuple[Form, ...]
) -> Outcome:
    weights = list(module.parameters())
    count = sum(parameter.numel() for parameter in weights)
    reason = _silent(module, kind, settings, inputs)
    taken = taken_by(module)
    if reason:
        return Outcome(parameters=count, taken=taken, reason=reason)
    tensors = [torch.empty(form.shape, dtype=form.dtype) for form in inputs]
    try:
        results: tuple[Any, ...] = tuple(flat(module(*tensors)))
    except MISFITS as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        return Outcome(parameters=count, taken=taken, reason=reason)
    if len(results) != len(kind.outputs):
        told = f"it gives {len(results)} tensors instead of {len(kind.outputs)}"
        return Outcome(parameters=count, taken=taken, reason=told)
    forms = [Form(tuple(out.shape), out.dtype) for out in results if isinstance(out, Tensor)]
    if weights and not isinstance(module, nn.Embedding | nn.EmbeddingBag):
        reason = dtype_gap(weights[0].dtype, inputs)
    return Outcome(tuple(forms), count, taken, reason)


def _silent(
    module: nn.Module, kind: BlockKind, settings: Mapping[str, Setting], inputs: tuple[Form, ...]
) -> str:
    """What is wrong though the meta device takes it: it looks at no dtype and at few ``dim``; and
    torch itself takes a batch for one sample where a dimension is missing, or only warns.
    """
    checked = kind.checked(settings, where="")
    shapes = [named(form) for form in inputs]
    if kind.group in STRICT and says_rank(kind.wants):
        wants = wanted_text(kind, checked)
        if any(gap(wants, place, shape) for place, shape in enumerate(shapes)):
            return f"{kind.name} wants {wants}"
    dim = checked.get("dim")
    if kind.name in UNCHECKED and isinstance(dim, int):
        count = len(shapes[0])
        if not -count <= dim < count:
            return f"Dimension out of range: {dim}"
    return ""


def _is_odd(inputs: tuple[Form, ...]) -> bool:
    """Whether dtypes come in of which the meta device lets pass what no processor can do."""
    dtypes = {form.dtype for form in inputs}
    return len(dtypes) > 1 or not all(each.is_floating_point for each in dtypes)


def _really(kind: BlockKind, settings: Mapping[str, Setting], inputs: tuple[Form, ...]) -> str:
    """Why an operation without weights cannot take such tensors; empty if it can, or if they are
    too large to try.
    """
    small = samples_of(inputs, 2)
    if sum(math.prod(form.shape) for form in small) > TRIED:
        return ""
    with torch.no_grad():
        module = kind.module(settings, where="")
        if list(module.parameters()):
            return ""
        try:
            module(*[torch.zeros(form.shape, dtype=form.dtype) for form in small])
        except MISFITS as error:
            return str(error).partition("\n")[0] or type(error).__name__
    return ""
