"""What would make a block fit that does not: changes of the model that were tried, and hold."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from gradviz.engine.building.shapes import Shape, infer
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Model, Setting, Wire

FITTED = (
    "in_features",
    "in_channels",
    "num_features",
    "num_channels",
    "normalized_shape",
    "input_size",
    "embed_dim",
    "d_model",
)
"""Settings that must be a size of what comes in."""
INSERTED: tuple[tuple[str, dict[str, Setting]], ...] = (
    ("Flatten", {}),
    ("Unsqueeze", {"dim": 1}),
    ("Transpose", {"dim0": 1, "dim1": 2}),
)
"""Blocks that change the shape and nothing else."""


IMAGE = 3
"""Dimensions of a batch of sequences; one of images has more."""


class Repair(Struct, frozen=True):
    """A change that makes a block fit. ``text`` is a template that ``fields`` fill in, ``model``
    the whole model with the change in it.
    """

    text: str
    fields: dict[str, object]
    model: Model


def repairs(model: Model, block: str) -> tuple[Repair, ...]:
    """What makes the block of this name fit, the likeliest first; only what was tried and does.

    Only blocks of the model itself are mended: one in a composite stands in several places.
    """
    index = next((i for i, each in enumerate(model.blocks) if each.name == block), None)
    if index is None:
        return ()
    found: list[Repair] = []
    for repair in (*_fitted(model, index), *_inserted(model, index)):
        # What one change does needs no other beside it.
        simpler = any(each.fields.items() <= repair.fields.items() for each in found)
        if not simpler and block in infer(repair.model).outputs:
            found.append(repair)
    # A layer of features in front of which an image stands nearly always wants it flattened.
    image = any(len(shape) > IMAGE for shape in _incoming(model, model.blocks[index]))
    return tuple(sorted(found, key=lambda each: not image or each.fields.get("kind") != "Flatten"))


def _fitted(model: Model, index: int) -> Iterator[Repair]:
    """Settings as large as what comes in."""
    block = model.blocks[index]
    for name in FITTED:
        if name not in block.settings:
            continue
        for size in dict.fromkeys(size for shape in _incoming(model, block) for size in shape[1:]):
            if isinstance(size, int) and size != block.settings[name]:
                settings: dict[str, Setting] = {**block.settings, name: size}
                yield Repair(
                    N_("set {setting} of {block} to {value}"),
                    {"setting": name, "block": block.name, "value": size},
                    _with(model, index, replace(block, settings=settings)),
                )


def _inserted(model: Model, index: int) -> Iterator[Repair]:
    """A block in front, which brings the shape that is wanted."""
    block = model.blocks[index]
    for kind, settings in INSERTED:
        name = free_name(model, kind.lower())
        for place, wire in enumerate(model.wires):
            if block_of(wire.target) != block.name:
                continue
            wires = list(model.wires)
            wires[place : place + 1] = [Wire(wire.source, name), Wire(name, wire.target)]
            blocks = list(model.blocks)
            blocks.insert(index, Block(name, kind, dict(settings)))
            changed = replace(model, blocks=tuple(blocks), wires=tuple(wires))
            before = infer(model).outputs.get(block_of(wire.source))
            if infer(changed).outputs.get(name, before) == before:
                continue  # it would do nothing, or does not fit itself
            told: dict[str, object] = {"kind": kind, "block": block.name}
            yield Repair(N_("insert {kind} in front of {block}"), told, changed)
            for repair in _fitted(changed, index + 1):
                both = {**told, **repair.fields}
                text = N_("insert {kind} in front of {block} and set {setting} to {value}")
                yield Repair(text, both, repair.model)


def _incoming(model: Model, block: Block) -> list[Shape]:
    """The shapes of what comes into a block, as far as they are known."""
    outputs = infer(model).outputs
    found: list[Shape] = []
    for wire in model.wires:
        if block_of(wire.target) == block.name:
            found += outputs.get(block_of(wire.source), ())
    return found


def _with(model: Model, index: int, block: Block) -> Model:
    blocks = list(model.blocks)
    blocks[index] = block
    return replace(model, blocks=tuple(blocks))


def free_name(model: Model, wanted: str) -> str:
    """The name, with a number behind it if a block has it already."""
    taken = {block.name for block in model.blocks}
    names = (wanted if number == 1 else f"{wanted}{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
