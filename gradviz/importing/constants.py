"""The block that gives a tensor which nothing trains: by a rule if there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from gradviz.blocks.catalogue import BLOCKS

MOST = 4096
"""Numbers that are written into the project; those of a larger tensor are only in its weights."""
_USUAL = {"Range": "int64"}
"""The types that blocks have anyway, if not float32."""
Said = tuple[str, dict[str, Any]]


def constant_of(tensor: Tensor) -> Said:
    """The kind of the block, and what it is set to."""
    tensor = tensor.detach().cpu()
    dtype = str(tensor.dtype).removeprefix("torch.")
    for kind, settings in _rules(tensor):
        said = settings if dtype == _USUAL.get(kind, "float32") else {**settings, "dtype": dtype}
        if _gives(kind, said, tensor):
            return kind, said
    said = {} if dtype == "float32" else {"dtype": dtype}
    return "Constant", {"shape": list(tensor.shape), **said}


def _gives(kind: str, settings: dict[str, Any], tensor: Tensor) -> bool:
    try:
        made: Any = BLOCKS[kind].make(**BLOCKS[kind].checked(settings, where=""))
    except Exception:  # noqa: BLE001 - what cannot be made is not this tensor
        return False
    return made.dtype == tensor.dtype and torch.equal(made, tensor)


def _rules(tensor: Tensor) -> Iterator[Said]:
    """What may give the tensor, the shortest first."""
    if tensor.numel() == 0 or tensor.is_complex():
        return
    shape, flat = list(tensor.shape), tensor.flatten()
    if tensor.is_floating_point() and not bool(torch.isfinite(flat).all()):
        return
    yield "Constant", {"shape": shape, "value": float(flat[0])}
    if tensor.dim() == 1 and len(flat) > 1:
        yield "Range", _range(flat)
    if tensor.dim() >= 2:
        row = tensor[(0,) * (tensor.dim() - 1)]
        ones = int((row != 0).sum())
        yield "LowerTriangle", {"shape": shape, **_unless(0, diagonal=ones - 1)}
        yield "UpperTriangle", {"shape": shape, **_unless(0, diagonal=len(row) - ones)}
    if len(flat) <= MOST:
        yield "Values", {"values": tensor.tolist()}


def _range(flat: Tensor) -> dict[str, Any]:
    first, second = (int(each) for each in flat[:2].tolist())
    step = second - first
    return {"stop": first + step * len(flat), **_unless(0, start=first), **_unless(1, step=step)}


def _unless(usual: int, **setting: int) -> dict[str, int]:
    return {name: value for name, value in setting.items() if value != usual}
