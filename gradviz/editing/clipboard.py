"""Blocks as text, to be put elsewhere: in the same model, in another one, in another window."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gradviz.editing.diagrams import changed, chosen_in, diagram_of
from gradviz.editing.edited import Edited
from gradviz.editing.known import known_blocks
from gradviz.editing.naming import free_name
from gradviz.editing.parameters import block_with, names_of_block
from gradviz.editing.placing import Position, checked_position, middle_of
from gradviz.editing.sharing import pointed, released
from gradviz.engine.building.settled import parameters_of
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of, check_model
from gradviz.spec.codec import LARGEST, complaint
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting, Wire

ASIDE = 32.0
"""How far from the old one a copy is put."""


class Clip(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="blocks"):
    """Blocks, the wires between them, and the composites that they need. ``known`` are values for
    the names in their formulas.
    """

    blocks: tuple[Block, ...]
    wires: tuple[Wire, ...] = ()
    composites: tuple[Composite, ...] = ()
    known: dict[str, Setting] = {}


def copy(model: Model, names: Iterable[str], *, within: str = "") -> str:
    """Blocks and what belongs to them, as JSON; what they share with others is not shared there.
    Raises `UsageError`.
    """
    diagram = diagram_of(model, within)
    return msgspec.json.encode(_clip(model, diagram, chosen_in(diagram, names))).decode()


def paste(
    model: Model, text: str | bytes, *, within: str = "", position: Position | None = None
) -> Edited:
    """Put copied blocks into a diagram, under names that are free. ``position`` is where their
    middle goes; else they come a little aside of where they were.

    A composite that is there with the same content is used, else it comes along. Formulas whose
    names are not known here become the values that they had. Raises `UsageError`, `ProjectError` or
    `BuildError`.
    """
    return _put(model, _read(text), within=within, position=position)


def duplicate(model: Model, names: Iterable[str], *, within: str = "") -> Edited:
    """Copy blocks, with the wires between them, to a place a little aside. Raises `UsageError`."""
    diagram = diagram_of(model, within)
    return _put(model, _clip(model, diagram, chosen_in(diagram, names)), within=within)


def _clip(model: Model, diagram: Diagram, blocks: tuple[Block, ...]) -> Clip:
    names = {block.name for block in blocks}
    alone, _ = released(diagram, {block.name for block in diagram.blocks} - names)
    blocks = tuple(block for block in alone.blocks if block.name in names)
    wires = tuple(
        wire
        for wire in diagram.wires
        if block_of(wire.source) in names and block_of(wire.target) in names
    )
    known: dict[str, Setting] = {}
    if isinstance(diagram, Composite):
        used = {name for block in blocks for name in names_of_block(block)}
        values = parameters_of(diagram, {}, diagram.name) if used else {}
        known = {name: value for name, value in values.items() if name in used}
    return Clip(blocks, wires, _needed(model, blocks), known)


def _needed(model: Model, blocks: Iterable[Block]) -> tuple[Composite, ...]:
    """The composites that blocks are of, and those in them, in the order of the model."""
    known = {composite.name: composite for composite in model.composites}
    waiting = [block.kind for block in blocks]
    found: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if kind in known and kind not in found:
            found.add(kind)
            waiting += [block.kind for block in known[kind].blocks]
    return tuple(each for each in model.composites if each.name in found)


def _read(text: str | bytes) -> Clip:
    mend = N_("copy blocks in gradviz first")
    if len(text) > LARGEST:
        raise UsageError(N_("what was copied is too large"), mend=mend)
    try:
        clip = msgspec.json.decode(text, type=Clip)
    except msgspec.ValidationError as error:
        raise complaint(error, "clipboard") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UsageError(N_("what was copied is no blocks"), mend=mend) from error
    check_model(Model(clip.blocks, clip.wires, clip.composites), where="clipboard")
    return clip


def _put(model: Model, clip: Clip, *, within: str, position: Position | None = None) -> Edited:
    diagram = diagram_of(model, within)
    model, kinds = _with_composites(model, clip.composites)
    diagram = diagram_of(model, within)
    parameters = diagram.parameters if isinstance(diagram, Composite) else {}
    unknown = {name: value for name, value in clip.known.items() if name not in parameters}
    across, down = _shift(clip.blocks, position)
    taken = {block.name for block in diagram.blocks}
    names: dict[str, str] = {}
    pasted = []
    for block in clip.blocks:
        names[block.name] = free_name(block.name, taken)
        taken.add(names[block.name])
        place = block.position
        if place is not None:
            place = checked_position(block.name, (place[0] + across, place[1] + down))
        kind = kinds.get(block.kind, block.kind)
        new = replace(block, name=names[block.name], kind=kind, position=place)
        pasted.append(block_with(new, unknown) if unknown else new)
    blocks = pointed(Model(tuple(pasted)), names).blocks
    wires = tuple(
        Wire(_moved(wire.source, names), _moved(wire.target, names)) for wire in clip.wires
    )
    after = replace(diagram, blocks=(*diagram.blocks, *blocks), wires=(*diagram.wires, *wires))
    return Edited(changed(model, within, after), tuple(names.values()))


def _with_composites(
    model: Model, composites: tuple[Composite, ...]
) -> tuple[Model, dict[str, str]]:
    """The model with these composites, and what they are called there."""
    present = list(model.composites)
    taken = {each.name for each in present} | {kind.name for kind in known_blocks()}
    inside = {each.name: {block.kind for block in each.blocks} for each in composites}
    known = {each.name: each for each in composites}
    names: dict[str, str] = {}
    for name in TopologicalSorter(inside).static_order():
        if name not in known:
            continue
        blocks = tuple(
            replace(block, kind=names.get(block.kind, block.kind)) for block in known[name].blocks
        )
        new = replace(known[name], blocks=blocks)
        same = [each for each in present if replace(new, name=each.name) == each]
        names[name] = next((each.name for each in same if _stem(each.name) == _stem(name)), "")
        if not names[name]:
            names[name] = free_name(name, taken)
            taken.add(names[name])
            present.append(replace(new, name=names[name]))
    return replace(model, composites=tuple(present)), names


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _shift(blocks: tuple[Block, ...], position: Position | None) -> Position:
    if position is None:
        return ASIDE, ASIDE
    middle = middle_of(block for block in blocks if block.position is not None)
    if middle is None:
        return 0.0, 0.0
    return position[0] - middle[0], position[1] - middle[1]


def _moved(end: str, names: dict[str, str]) -> str:
    block, dot, port = end.partition(".")
    return f"{names[block]}{dot}{port}"
