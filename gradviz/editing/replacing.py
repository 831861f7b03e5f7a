"""A block of another kind in the place of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from msgspec import structs

from gradviz.blocks.kinds import BlockKind
from gradviz.editing.diagrams import block_in, changed, diagram_of, with_block
from gradviz.editing.edited import Edited
from gradviz.editing.known import planner_of
from gradviz.editing.naming import fresh_name, rename, stem_of
from gradviz.editing.ports import End, ends_of, ports_in, wire_of
from gradviz.editing.settings import fits
from gradviz.editing.sharing import released
from gradviz.editing.starting import starting_settings
from gradviz.engine.building.plan import Planner, Ports
from gradviz.errors import GradvizError
from gradviz.spec.model import Block, Choice, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import ENDS, calls_of, resolved

ALIKE = (
    ("in_features", "in_channels", "num_features", "num_channels", "normalized_shape",
     "input_size", "embed_dim", "d_model", "embedding_dim"),
    ("out_features", "out_channels", "hidden_size"),
    ("kernel_size", "scale_factor", "upscale_factor"),
)  # fmt: skip
"""Settings that say the same of different kinds."""


def replace(model: Model, name: str, kind: str, *, within: str = "") -> Edited:
    """Make a block one of another kind; others that call its module keep that. It keeps its wires,
    as far as there are ports for them, and the settings that both kinds have. A block that was
    called after its old kind is called after the new one.

    Raises `BuildError` for a kind that is not known, and `ProjectError`.
    """
    diagram = diagram_of(model, within)
    old = block_in(diagram, name)
    if old.kind == kind:
        return Edited(model, (name,))
    old = structs.replace(resolved(diagram, old), same="")
    diagram = with_block(_without_calls(diagram, name, kind), name, old)
    planner = planner_of(model)
    new = structs.replace(old, kind=kind)
    found = planner.kind(new, where=name)
    settings = _settings(old, found)
    init = _init(new, found, settings)
    tied = _tied(new, found, settings)
    block = structs.replace(new, settings=settings, init=init, tied=tied)
    if kind in ("Input", "Output"):
        block = Block(name, kind, settings, position=old.position)
    diagram = _rewired(diagram, with_block(diagram, name, block), name, planner)
    after = changed(model, within, diagram)
    stem = stem_of(old.kind)
    if name.startswith(stem) and (name == stem or name[len(stem) :].isdecimal()):
        taken = {each.name for each in diagram.blocks} - {name}
        return rename(after, name, fresh_name(stem_of(kind), taken), within=within)
    return Edited(after, (name,))


def _settings(old: Block, kind: BlockKind | Composite) -> dict[str, Setting]:
    """What the block was set to, as far as the kind has it, and what it needs beside that."""
    if isinstance(kind, Composite):
        return {name: value for name, value in old.settings.items() if name in kind.parameters}
    kept = {name: each for name, each in old.settings.items() if fits(kind, name, each)}
    needed = starting_settings(kind)
    for name in needed.keys() - kept.keys():
        value = _alike(name, old.settings)
        for each in (value, [value]):
            if value is not None and fits(kind, name, each):
                needed[name] = each
                break
    return needed | kept


def _alike(name: str, settings: Mapping[str, Setting]) -> Setting:
    """What says the same of the old kind; None if nothing does."""
    for names in ALIKE:
        if name in names:
            found = next((settings[each] for each in names if each in settings), None)
            return found[-1] if isinstance(found, list) and found else found
    return None


def _init(
    block: Block, kind: BlockKind | Composite, settings: dict[str, Setting]
) -> dict[str, Choice]:
    """How the parameters that the new kind has, too, are initialised."""
    names = _parameters(kind, settings) if block.init else ()
    return {name: each for name, each in block.init.items() if names is None or name in names}


def _tied(
    block: Block, kind: BlockKind | Composite, settings: dict[str, Setting]
) -> dict[str, str]:
    """The tied parameters that the new kind has, too."""
    names = _parameters(kind, settings) if block.tied else ()
    return {name: each for name, each in block.tied.items() if names is None or name in names}


def _parameters(
    kind: BlockKind | Composite, settings: dict[str, Setting]
) -> Collection[str] | None:
    """The names of the parameters of a block; None if they cannot be known here."""
    if isinstance(kind, Composite):
        return ()
    try:
        with torch.device("meta"):
            return dict(kind.module(settings, where="").named_parameters())
    except (GradvizError, RuntimeError, ValueError, TypeError):
        return None  # with formulas it cannot be made


def _without_calls(diagram: Diagram, name: str, kind: str) -> Diagram:
    """The diagram whose other blocks do not call the module of this one; a kind without parameters
    has none that others could be tied to.
    """
    if calls_of(diagram, name) or kind in ENDS:
        return released(diagram, {name})[0]
    return diagram


def _rewired(old: Diagram, new: Diagram, name: str, planner: Planner) -> Diagram:
    """The new diagram with the wires of a block at the ports that it has now: those of the same
    names, or else those at the same places.
    """
    had, has = ports_in(old, planner), ports_in(new, planner)
    wires = []
    fed: set[End] = set()
    for wire in old.wires:
        source, target = ends_of(wire, had)
        if name not in (source.block, target.block):
            wires.append(wire)
            continue
        if source.block == name:
            port = _same(source.port, had[name].outputs, has[name].outputs)
            source = source._replace(port=port)
        if target.block == name:
            target = target._replace(port=_input(target.port, had[name], has[name]))
        if source.port and target.port and target not in fed:
            fed.add(target)
            wires.append(wire_of((source, target), has))
    return structs.replace(new, wires=tuple(wires))


def _input(port: str, had: Ports, has: Ports) -> str:
    if has.variadic:
        place = had.inputs.index(port) if port in had.inputs else -1
        return port if had.variadic or place < 0 else chr(ord("a") + min(place, 25))
    if had.variadic and len(port) == 1 and port not in has.inputs:
        place = ord(port) - ord("a")
        return has.inputs[place] if 0 <= place < len(has.inputs) else ""
    return _same(port, had.inputs, has.inputs)


def _same(port: str, had: tuple[str, ...], has: tuple[str, ...]) -> str:
    if port in has:
        return port
    place = had.index(port) if port in had else len(has)
    return has[place] if place < len(has) else ""
