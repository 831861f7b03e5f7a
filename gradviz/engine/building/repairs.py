"""What would make a block fit that does not: changes of the model that were tried, and hold."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import Blocks
from gradviz.engine.building.misfits import IMAGE
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.proposals import PROPOSALS, wanted_sizes
from gradviz.engine.building.shapes import Shapes, infer
from gradviz.engine.building.site import Proposal, Site
from gradviz.errors import GradvizError
from gradviz.spec.check import block_of, check_model
from gradviz.spec.model import Block, Composite, Diagram, Model

MOST = 4
"""Repairs that are offered: more are no help."""


class Repair(Struct, frozen=True):
    """A change that makes a block fit. ``text`` is a template that ``fields`` fill in, ``model``
    the whole model with the change in it.
    """

    text: str
    fields: dict[str, object]
    model: Model


class Spot(Struct, frozen=True):
    """A block in its diagram, which stands in the model at ``start``. ``around`` is the block whose
    inside that is, in its own diagram; None in the model itself.
    """

    diagram: Diagram
    block: Block
    start: str
    around: Spot | None = None

    @property
    def path(self) -> str:
        """Where the block stands."""
        return f"{self.start}{self.block.name}"


def repairs(model: Model, path: str, blocks: Blocks = BLOCKS) -> tuple[Repair, ...]:
    """What makes the block at a path (``layer1.0.conv1``) fit, the likeliest first; only what was
    tried and does, without making another one unfit.

    A block in a composite is mended in the composite, which is the same wherever it stands.
    """
    spot = _spot(model, path)
    if spot is None:
        return ()
    before = infer(model, blocks)
    site = _site(model, spot, before, blocks)
    found: list[Repair] = []
    for proposal, within in _proposals(site, spot):
        # What one change does needs no other beside it.
        simpler = any(each.fields.items() <= proposal.fields.items() for each in found)
        if simpler or len(found) == MOST:
            continue
        changed = _within(model, within, proposal.diagram)
        if _holds(changed, spot.path, before, blocks):
            found.append(Repair(proposal.text, proposal.fields, changed))
    image = any(len(shape) > IMAGE for shape in site.shapes)
    return tuple(sorted(found, key=lambda each: not _is_likely(each, image=image)))


def _is_likely(repair: Repair, *, image: bool) -> bool:
    """A layer of features in front of which an image stands nearly always wants it flattened; so
    does one that is as wide as that already.
    """
    flat = repair.fields.get("kind") == "Flatten"
    return flat and (image or "setting" not in repair.fields)


def _holds(model: Model, path: str, before: Shapes, blocks: Blocks) -> bool:
    try:
        check_model(model)
        after = infer(model, blocks)
    except GradvizError:
        return False
    known = {problem.block for problem in before.problems}
    spoilt = {each.block for each in after.problems if each.block in before.outputs}
    return path in after.outputs and not spoilt - known


def _proposals(site: Site, spot: Spot) -> Iterator[tuple[Proposal, Diagram]]:
    """What may help, and in which diagram."""
    if spot.around is not None:
        around = Site(spot.around.diagram, spot.around.block, ())
        for name, size in wanted_sizes(site):
            formula = site.block.settings[name]
            parameter = formula[1:].strip() if isinstance(formula, str) else ""
            if isinstance(spot.diagram, Composite) and parameter in spot.diagram.parameters:
                yield around.setting(parameter, size), spot.around.diagram
    for propose in PROPOSALS:
        for proposal in propose(site):
            yield proposal, spot.diagram


def _site(model: Model, spot: Spot, known: Shapes, blocks: Blocks) -> Site:
    steps = {each.block.name: each for each in Planner(model, blocks).plan(spot.diagram).steps}
    sources = steps[spot.block.name].sources
    wires = [wire for wire in spot.diagram.wires if block_of(wire.target) == spot.block.name]
    feeds = []
    for source in sources:
        wire = next(each for each in wires if block_of(each.source) == source.block)
        wires.remove(wire)
        shapes = known.outputs.get(f"{spot.start}{source.block}", ())
        feeds.append((wire, shapes[source.place] if source.place < len(shapes) else None))
    return Site(spot.diagram, spot.block, tuple(feeds))


def _spot(model: Model, path: str) -> Spot | None:
    """The block that a path leads to; a number in it is one of several in a row."""
    composites = {composite.name: composite for composite in model.composites}
    diagram: Diagram | None = model
    spot: Spot | None = None
    start = ""
    for part in path.split("."):
        if spot is not None and part.isdecimal():
            start = f"{spot.path}.{part}."
            continue
        block = (
            next((each for each in diagram.blocks if each.name == part), None) if diagram else None
        )
        if diagram is None or block is None:
            return spot  # the rest names a parameter of the block
        spot = Spot(diagram, block, start, spot)
        diagram, start = composites.get(block.kind), f"{spot.path}."
    return spot


def _within(model: Model, old: Diagram, new: Diagram) -> Model:
    """The model with a diagram in the place of one."""
    if isinstance(new, Model):
        return new
    composites = tuple(new if each.name == new.name else each for each in model.composites)
    return replace(model, composites=composites)
