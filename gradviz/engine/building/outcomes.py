"""What comes out of one block: found on torch's meta device, and remembered.

A model is looked at anew at each change while it is built, and nearly all of its blocks are as they
were.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.assembly import initialise, made_of
from gradviz.engine.building.blockmodel import flat
from gradviz.engine.building.forms import MISFITS, Form, Outcome
from gradviz.engine.building.settled import Filling
from gradviz.engine.building.trial import tried
from gradviz.errors import ExpressionError
from gradviz.spec.model import Block, Setting

REMEMBERED = 4096

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
                with torch.device("meta"), torch.no_grad():
                    found = _run(made(), inputs)
            except ExpressionError as error:
                raise error.at(path) from error
        _known[key] = found
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return found


def _run(module: nn.Module, inputs: tuple[Form, ...]) -> Outcome:
    count = sum(parameter.numel() for parameter in module.parameters())
    tensors = [torch.empty(form.shape, dtype=form.dtype) for form in inputs]
    try:
        results: tuple[Any, ...] = tuple(flat(module(*tensors)))
    except MISFITS as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        return Outcome(parameters=count, reason=reason)
    forms = [Form(tuple(out.shape), out.dtype) for out in results if isinstance(out, Tensor)]
    return Outcome(tuple(forms), count)
