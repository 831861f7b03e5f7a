"""Sizes of what comes in: a block that was just put down takes them from what feeds it."""

from __future__ import annotations

from msgspec.structs import replace

from gradviz.editing.diagrams import block_in, changed, diagram_of, with_block
from gradviz.editing.known import known_blocks
from gradviz.editing.starting import starting_settings
from gradviz.engine.building.misfits import FLAT, IMAGE
from gradviz.engine.building.proposals import FITTED
from gradviz.engine.building.shapes import infer
from gradviz.errors import GradvizError
from gradviz.spec.check import block_of
from gradviz.spec.model import Model


def fitted(model: Model, name: str, *, within: str = "", path: str = "") -> Model:
    """The model with a block fitted to what feeds it, if that is known, and nobody has set the
    block to anything yet. ``path`` is where the composite ``within`` stands: ``layer1.0``.
    """
    diagram = diagram_of(model, within)
    block = block_in(diagram, name)
    if block.kind not in known_blocks() or block.settings != starting_settings(
        known_blocks()[block.kind]
    ):
        return model
    inner = f"{path}.{name}" if path else name
    try:
        outputs = infer(model, known_blocks()).outputs
        if inner in outputs:
            return model
        start = f"{path}." if path else ""
        feeding = [block_of(wire.source) for wire in diagram.wires
                   if block_of(wire.target) == name]  # fmt: skip
        shapes = [shape for each in feeding for shape in outputs.get(f"{start}{each}", ())]
        if block.kind in FLAT and any(len(shape) > IMAGE for shape in shapes):
            return model  # it would fit, and is hardly what is meant: a Flatten is missing
        for setting in FITTED:
            for size in dict.fromkeys(size for shape in shapes for size in shape[1:]):
                if setting in block.settings and isinstance(size, int):
                    old = block.settings[setting]
                    value = [size] if isinstance(old, list) else size
                    new = replace(block, settings={**block.settings, setting: value})
                    found = changed(model, within, with_block(diagram, name, new))
                    if inner in infer(found, known_blocks()).outputs:
                        return found
    except GradvizError:
        pass
    return model
