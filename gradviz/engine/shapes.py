"""The shape on every wire, found on torch's meta device: exact, and nothing is computed."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor

from gradviz.blocks.catalogue import BLOCKS
from gradviz.engine.build import Step, made, plan
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.project import Model

Shape: TypeAlias = "tuple[int | str, ...]"
_BATCH = 4  # any size above 1, which BatchNorm refuses in training


def infer_shapes(model: Model) -> dict[str, Shape]:
    """What leaves each block, with the batch dimension as ``"N"``.

    Raises `BuildError` that names the first block that does not fit, what it got and what it wants.
    """
    values: dict[str, Tensor] = {}
    for step in plan(model):
        values[step.block.name] = _output(step, values)
    return {name: named(value) for name, value in values.items()}


def named(value: Tensor) -> Shape:
    """The tensor's shape, its first dimension called N if it is the batch."""
    shape = tuple(value.shape)
    return ("N", *shape[1:]) if shape and shape[0] == _BATCH else shape


def text(shape: Shape) -> str:
    """A shape as it is written: ``(N, 8, 24, 24)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _output(step: Step, values: dict[str, Tensor]) -> Tensor:
    block = step.block
    kind = BLOCKS[block.kind]
    settings = kind.checked(block.settings, where=block.name)
    if block.kind == "Input":
        shape, dtype = settings["shape"], getattr(torch, str(settings["dtype"]))
        try:
            return torch.empty(_BATCH, *shape, dtype=dtype, device="meta")  # type: ignore[misc]
        except RuntimeError as error:
            raise BuildError(
                N_("a tensor of shape {shape} is too large for torch"),
                block=block.name,
                mend=N_("make its sizes smaller"),
                shape=shape,
            ) from error
    inputs = [values[source] for source in step.sources]
    try:
        with torch.device("meta"), torch.no_grad():
            output = made(block)(*inputs)
    except (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError) as error:
        got = " , ".join(text(named(value)) for value in inputs)
        if kind.wants:
            raise BuildError(
                N_("{kind} got shape {got} but wants {wants}"),
                block=block.name,
                mend=N_("change its settings or the block before it ({reason})"),
                kind=block.kind,
                got=got,
                wants=kind.wants.format(**settings),
                reason=_first_line(error),
            ) from error
        raise BuildError(
            N_("{kind} cannot take shape {got}: {reason}"),
            block=block.name,
            mend=N_("change its settings or the block before it"),
            kind=block.kind,
            got=got,
            reason=_first_line(error),
        ) from error
    assert isinstance(output, Tensor)
    return output


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
