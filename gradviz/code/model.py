"""A model of blocks as Python: its classes, and what they need."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from graphlib import TopologicalSorter

from gradviz.code.classes import class_of
from gradviz.code.imports import HOMES
from gradviz.code.lines import Line
from gradviz.engine.building.plan import Planner
from gradviz.spec.model import Model
from gradviz.spec.reserved import DEFINED

LONGEST = 60
"""Characters of the name of the model's class."""


def classes_of(planner: Planner, name: str) -> list[list[Line]]:
    """The definitions that a model needs, one after the other: of ours, composites from the inside
    outwards, and last the model, as a class of this name.
    """
    model = planner.model
    needs: dict[str, str] = {}
    inside = {
        composite.name: {block.kind for block in composite.blocks} & set(planner.composites)
        for composite in model.composites
    }
    used = _used(model, inside)
    written = [
        class_of(planner.composites[each], each, planner, needs)
        for each in TopologicalSorter(inside).static_order()
        if each in used
    ]
    written.append(class_of(model, name, planner, needs))
    ours = [[Line(text) for text in source.rstrip().splitlines()] for source in needs.values()]
    return [*ours, *written]


def _used(model: Model, inside: dict[str, set[str]]) -> set[str]:
    """The composites that the model has, in each other too."""
    waiting = [block.kind for block in model.blocks if block.kind in inside]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += inside[name] & set(inside)
    return found


def kinds_used(model: Model) -> set[str]:
    """The kinds of all blocks that the model has, in its composites too."""
    inside = {each.name: {block.kind for block in each.blocks} for each in model.composites}
    own = {block.kind for block in model.blocks}
    return own.union(*(inside[name] for name in _used(model, inside)))


def class_name(title: str, taken: Iterable[str]) -> str:
    """A project's name as that of a class: ``letters CNN`` ▸ ``LettersCNN``."""
    words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in title).split()
    name = "".join(word[:1].upper() + word[1:] for word in words)[:LONGEST]
    if not name.isidentifier() or keyword.iskeyword(name):
        name = "Net"
    while name in {*taken, *HOMES, *DEFINED}:
        name += "Net"
    return name
