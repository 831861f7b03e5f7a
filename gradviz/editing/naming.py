"""Names of blocks and composites: new ones, and other ones for what is there."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

from msgspec.structs import replace

from gradviz.editing.diagrams import (
    block_in,
    changed,
    composite_of,
    diagram_of,
    each_diagram,
    mapped,
    name_of,
    with_block,
)
from gradviz.editing.edited import Edited
from gradviz.editing.known import known_blocks
from gradviz.editing.paths import moved_paths
from gradviz.editing.sharing import pointed
from gradviz.engine.building.assembly import TAKEN
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of, check_model
from gradviz.spec.model import Model, Wire

USUAL = {
    "Input": "x",
    "Output": "y",
    "Linear": "fc",
    "MyLinear": "fc",
    "Embedding": "embed",
    "BatchNorm": "bn",
    "LayerNorm": "norm",
    "RMSNorm": "norm",
    "GroupNorm": "norm",
    "InstanceNorm": "norm",
    "MaxPool": "pool",
    "AvgPool": "pool",
    "AdaptiveAvgPool": "avgpool",
    "AdaptiveMaxPool": "maxpool",
    "ConvTranspose": "up",
    "Dropout": "drop",
    "MultiheadAttention": "attention",
    "ScaledDotProductAttention": "attention",
    "TransformerEncoderLayer": "encoder",
    "PositionalEncoding": "positions",
    "TransformerDecoderLayer": "decoder",
    "SplitThree": "split",
    "SplitTwo": "split",
    "EmbeddingBag": "embed",
    "LocalResponseNorm": "norm",
    "AlphaDropout": "drop",
    "LPPool": "pool",
    "CosineSimilarity": "similarity",
    "PairwiseDistance": "distance",
}
"""What blocks are usually called, by their kinds without ``1d`` and the like."""
_UNNUMBERED = frozenset({"x", "y"})


def stem_of(kind: str) -> str:
    """What blocks of this kind are called, without a number: ``Conv2d`` ▸ ``conv``."""
    kind = re.sub(r"[123]d$", "", kind)
    stem = USUAL.get(kind, kind.lower())
    return f"{stem}_" if stem[-1:].isdigit() else stem


def fresh_name(stem: str, taken: Collection[str]) -> str:
    """A name that no block has: ``conv1``, ``conv2``; ``x`` gets a number only if it needs one."""
    numbers = count(1)
    if stem in _UNNUMBERED:
        next(numbers)
        if stem not in taken:
            return stem
    return next(name for n in numbers if (name := f"{stem}{n}") not in taken and name not in TAKEN)


def free_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or else the next number behind it: ``conv1`` ▸ ``conv2``."""
    if name not in taken and name not in TAKEN:
        return name
    stem = name.rstrip("0123456789") or name
    numbers = count(int(name[len(stem) :] or 1) + 1)
    return next(free for n in numbers if (free := f"{stem}{n}") not in taken)


def rename(model: Model, old: str, new: str, *, within: str = "") -> Edited:
    """Give a block another name; wires follow, and those around the composite that it is a port of.

    Raises `UsageError` or `ProjectError`.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, old)
    if new == old:
        return Edited(model, (old,))
    if new in {each.name for each in diagram.blocks}:
        raise UsageError(
            N_("two blocks are called “{name}”"),
            where=within,
            mend=N_("give one of them another name"),
            name=new,
        )
    if block.kind not in ("Input", "Output"):
        check_free(new)
    wires = tuple(
        Wire(_moved(wire.source, old, new), _moved(wire.target, old, new)) for wire in diagram.wires
    )
    named = with_block(replace(diagram, wires=wires), old, replace(block, name=new))
    named = pointed(named, {old: new})
    after = changed(model, within, named, ports={old: new})
    return Edited(moved_paths(model, after, within, {old: (new,)}), (new,))


def rename_composite(model: Model, old: str, new: str) -> Edited:
    """Give a composite another name, wherever it is used. Raises `UsageError` or `ProjectError`."""
    composite = composite_of(model, old)
    if new == old:
        return Edited(model)
    check_composite_name(model, new)
    diagrams = {}
    for diagram in each_diagram(model):
        blocks = [
            replace(block, kind=new) if block.kind == old else block for block in diagram.blocks
        ]
        diagrams[name_of(diagram)] = replace(diagram, blocks=tuple(blocks))
    diagrams[composite.name] = replace(diagrams[composite.name], name=new)
    after = mapped(model, diagrams)
    check_model(after, where="")
    return Edited(after)


def check_composite_name(model: Model, name: str) -> None:
    """Raise `UsageError` for a name that a block of the catalogue or a composite has."""

    if name in known_blocks() or any(each.name == name for each in model.composites):
        raise UsageError(
            N_("there is a block “{name}” already"),
            mend=N_("give the composite another name"),
            name=name,
        )


def check_free(name: str) -> None:
    """Raise `UsageError` for a name that a module has already."""
    if name in TAKEN:
        raise UsageError(
            N_("“{name}” is a name that every nn.Module uses itself"),
            mend=N_("give the block another name"),
            name=name,
        )


def _moved(end: str, old: str, new: str) -> str:
    return new + end[len(old) :] if block_of(end) == old else end
