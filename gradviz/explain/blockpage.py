"""What the form of a block says besides its settings: shapes, numbers to learn, formulas, and what
is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from msgspec import Struct

from gradviz.blocks.catalogue import INITS
from gradviz.blocks.kinds import BlockKind, Blocks
from gradviz.engine.building.misfits import text
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.repairs import Repair, repairs
from gradviz.engine.building.shapes import Shapes
from gradviz.errors import BuildError
from gradviz.explain.blockform import Field, fields_of, fields_of_composite
from gradviz.i18n import gettext
from gradviz.spec.check import block_of
from gradviz.spec.formula import is_formula
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import ENDS, calls_of, resolved


class Learned(Struct, frozen=True):
    """A parameter of a block: its name, its shape, how it begins, empty for torch's way, and which
    one of another block it is ``tied`` to. The ``fields`` are what its beginning is set to.
    """

    name: str
    shape: str
    init: str = ""
    fields: tuple[Field, ...] = ()
    tied: str = ""


class BlockPage(Struct, frozen=True, kw_only=True):
    """Everything about one block, set as it is built. ``inputs`` and ``outputs`` are ports with the
    shapes there, empty where these are not known; ``where`` is its path in the model. ``alike`` are
    the blocks that it could be the same as, ``calls`` those that call its module too.
    """

    block: Block
    kind: str
    group: str
    summary: str
    composite: bool
    end: bool
    fields: tuple[Field, ...]
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    count: int | None = None
    learned: tuple[Learned, ...] = ()
    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    problem: BuildError | None = None
    where: str = ""
    repairs: tuple[Repair, ...] = ()
    inits: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def block_page(
    model: Model, diagram: Diagram, name: str, shapes: Shapes | None, path: str, blocks: Blocks
) -> BlockPage | None:
    """The page about a block of a diagram that stands at a path; None if it is not there."""
    block = next((each for each in diagram.blocks if each.name == name), None)
    if block is None:
        return None
    block = resolved(diagram, block)
    planner = Planner(model, blocks)
    inner = f"{path}.{name}" if path else name
    problem = None if shapes is None else _problem_at(shapes, inner)
    try:
        kind = planner.kind(block, where=name)
    except BuildError as error:
        return BlockPage(block=block, kind=block.kind, group="", summary="", composite=False,
                         end=False, fields=(), problem=problem or error)  # fmt: skip
    composite = isinstance(kind, Composite)
    ports = planner.ports(kind)
    outputs = {} if shapes is None else shapes.outputs
    leaving = outputs.get(inner, ())
    known = dict(zip(ports.outputs, map(text, leaving), strict=False))
    ends = block.kind in ("Input", "Output")
    return BlockPage(
        block=block,
        kind=kind.name,
        group="composites" if isinstance(kind, Composite) else kind.group,
        summary=kind.note if isinstance(kind, Composite) else gettext(kind.summary),
        composite=composite,
        end=ends,
        fields=fields_of_composite(kind, block.settings)
        if isinstance(kind, Composite)
        else fields_of(kind, block.settings),
        inputs=() if block.kind == "Input" else _incoming(diagram, block, path, planner, outputs),
        outputs=()
        if block.kind == "Output"
        else tuple((port, known.get(port, "")) for port in ports.outputs),
        count=None if shapes is None else shapes.parameters.get(inner),
        learned=_tied(block) if isinstance(kind, Composite) else _learned(kind, block),
        forward=() if isinstance(kind, Composite) else _forward(kind, block),
        backward=() if isinstance(kind, Composite) else kind.backward,
        problem=problem,
        where=inner,
        repairs=repairs(model, problem.block, blocks) if problem is not None else (),
        inits=tuple(each.name for each in INITS),
        alike=_alike(diagram, block, kind),
        calls=calls_of(diagram, name),
    )


def _alike(diagram: Diagram, block: Block, kind: BlockKind | Composite) -> tuple[str, ...]:
    """The blocks of this kind that have a module of their own, if there is anything to share."""
    if isinstance(kind, BlockKind) and kind.sort == "operation" and not block.same:
        return ()
    return tuple(
        each.name
        for each in diagram.blocks
        if each.kind == block.kind and not each.same and each.name != block.name
        if block.kind not in ENDS
    )


def _forward(kind: BlockKind, block: Block) -> tuple[str, ...]:
    """What a block computes; one that is an expression, that."""
    return (f"y = {block.settings[kind.code]}",) if kind.code in block.settings else kind.forward


def _problem_at(shapes: Shapes, path: str) -> BuildError | None:
    """What is wrong with a block, or in it."""
    return next((each for each in shapes.problems if f"{each.block}.".startswith(f"{path}.")), None)


def _incoming(
    diagram: Diagram,
    block: Block,
    path: str,
    planner: Planner,
    outputs: Mapping[str, tuple[tuple[int | str, ...], ...]],
) -> tuple[tuple[str, str], ...]:
    """The block's inputs with the shapes that come in."""
    plan = planner.plan(diagram)
    step = next(each for each in plan.steps if each.block.name == block.name)
    shapes = []
    for value in step.sources:
        inner = f"{path}.{value.block}" if path else value.block
        leaving = outputs.get(inner, ())
        shapes.append(text(leaving[value.place]) if value.place < len(leaving) else "")
    ports = planner.ports(planner.kind(block, where=block.name))
    names = ports.inputs
    if ports.variadic:
        wires = [wire.target for wire in diagram.wires if block_of(wire.target) == block.name]
        found = {target.partition(".")[2] or "a" for target in wires}
        names = tuple(sorted(found, key=lambda port: (len(port), port)))
    shapes += [""] * (len(names) - len(shapes))
    return tuple(zip(names, shapes, strict=False))


def _learned(kind: BlockKind, block: Block) -> tuple[Learned, ...]:
    """The parameters of a layer with these settings; none if they hang on formulas, or if there is
    no such layer.
    """
    if kind.sort == "operation" or any(_has_formula(each) for each in block.settings.values()):
        return (*(_begun(block, name, "") for name in block.init), *_tied(block))
    try:
        with torch.device("meta"), torch.no_grad():
            module = kind.module(block.settings, where=block.name)
            found = [(name, tuple(each.shape)) for name, each in module.named_parameters()]
    except Exception:  # noqa: BLE001 - the problem is told elsewhere
        return ()
    return tuple(_begun(block, name, text(shape)) for name, shape in found)


def _begun(block: Block, name: str, shape: str) -> Learned:
    """A parameter with how it begins, or the one of another block that it is."""
    tied = block.tied.get(name, "")
    choice = block.init.get(name)
    if choice is None:
        return Learned(name, shape, tied=tied)
    known = choice.kind in INITS
    fields = fields_of(INITS[choice.kind], choice.settings) if known else ()
    return Learned(name, shape, choice.kind, fields, tied)


def _tied(block: Block) -> tuple[Learned, ...]:
    """What is known of parameters without the module: those that are another's."""
    return tuple(Learned(name, "", tied=value) for name, value in block.tied.items())


def _has_formula(setting: Setting) -> bool:
    if isinstance(setting, list):
        return any(map(_has_formula, setting))
    return is_formula(setting)
