"""Parameters that two blocks have in common: the later one's are tied to the earlier one's."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from torch import Tensor, nn

from gradviz.importing.drafts import Draft, UnsaidError
from gradviz.importing.words import SHARED
from gradviz.spec.sharing import VALUE

_MOVING = ("running_mean", "running_var", "num_batches_tracked")
"""Buffers that change in training: blocks cannot have them in common."""


def tie(draft: Draft, tensors: Mapping[str, Tensor]) -> None:
    """Tie what blocks of the draft have in common. Raises `UnsaidError` for running statistics."""
    order = {block.name: place for place, block in enumerate(draft.blocks)}
    names = sorted(draft.state(), key=lambda each: order[each[0].partition(".")[0]])
    firsts: dict[int, str] = {}
    ties: dict[str, dict[str, str]] = {}
    for name, of in names:
        if not isinstance(of, str):
            continue
        tensor = tensors[of]
        first = firsts.setdefault(id(tensor), name)
        block, _, own = name.partition(".")
        if first.partition(".")[0] == block:
            continue
        if not isinstance(tensor, nn.Parameter):
            if of.rpartition(".")[2] in _MOVING:
                raise UnsaidError(SHARED)
            continue
        ties.setdefault(block, {})[own or VALUE] = first
    draft.blocks = [
        replace(block, tied=ties[block.name]) if block.name in ties else block
        for block in draft.blocks
    ]
