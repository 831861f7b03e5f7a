"""Paths to parameters, as ``init`` and ``tied`` have them: they follow the blocks on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec.structs import replace

from gradviz.editing.diagrams import each_diagram, mapped, name_of
from gradviz.spec.model import Block, Choice, Composite, Diagram, Model
from gradviz.spec.sharing import ties_of

Moves: TypeAlias = "Mapping[str, tuple[str, ...] | Mapping[str, str]]"
"""Where blocks of a composite lie now: their new paths by their names before. An empty one leads
nowhere. Of a composite block that was taken apart, the new names of the blocks that were in it.
"""


def moved_paths(before: Model, after: Model, within: str, moves: Moves) -> Model:
    """The model ``after``, in which blocks of a composite lie elsewhere. What a path that leads
    nowhere was for is dropped.
    """
    if not within:
        return after
    composites = {composite.name: composite for composite in before.composites}
    diagrams: dict[str, Diagram] = {}
    for diagram in each_diagram(after):
        blocks = []
        for block in diagram.blocks:
            init: dict[str, Choice] = {}
            for path, choice in block.init.items():
                found = _moved(path.split("."), block, composites, within, moves)
                if found:
                    init[".".join(found)] = choice
            tied = _tied(block, diagram, composites, within, moves)
            blocks.append(
                block
                if (init, tied) == (block.init, block.tied)
                else replace(block, init=init, tied=tied)
            )
        if blocks != list(diagram.blocks):
            diagrams[name_of(diagram)] = replace(diagram, blocks=tuple(blocks))
    return mapped(after, diagrams) if diagrams else after


def _tied(
    block: Block,
    diagram: Diagram,
    composites: Mapping[str, Composite],
    within: str,
    moves: Moves,
) -> dict[str, str]:
    """The block's ties, at both ends."""
    blocks = {each.name: each for each in diagram.blocks}
    tied = {}
    for tie in ties_of(block):
        own = _moved(tie.parameter.split("."), block, composites, within, moves)
        target = blocks[tie.target]
        parts = tie.of.split(".")
        numbered = target.repeat != 1 and not target.shared
        theirs = _moved(parts[numbered:], target, composites, within, moves)
        if own and (theirs or not parts[numbered:]):
            path = ".".join([tie.target, *parts[:numbered], *theirs])
            tied[".".join(own)] = path if "." in block.tied[tie.parameter] else tie.target
    return tied


def _moved(
    parts: list[str],
    block: Block,
    composites: Mapping[str, Composite],
    within: str,
    moves: Moves,
) -> list[str]:
    """The path, which begins in this block."""
    composite = composites.get(block.kind)
    if composite is None or not parts:
        return parts
    name, rest = parts[0], parts[1:]
    place: tuple[str, ...] = (name,)
    if composite.name == within and name in moves:
        move = moves[name]
        if isinstance(move, Mapping):
            return [move[rest[0]], *rest[1:]] if rest and rest[0] in move else []
        place = move
        if not place:
            return []
    inner = next((each for each in composite.blocks if each.name == name), None)
    if inner is None:
        return [*place, *rest]
    numbered = inner.repeat != 1 and not inner.shared and bool(rest)
    behind = _moved(rest[numbered:], inner, composites, within, moves)
    if rest[numbered:] and not behind:
        return []
    return [*place, *rest[:numbered], *behind]
