"""Drafts of one structure as one composite: what they are set to otherwise are its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import json
from msgspec.structs import replace

from gradviz.blocks.catalogue import BLOCKS
from gradviz.importing.drafts import Draft
from gradviz.importing.names import free_title
from gradviz.spec.model import Block, Composite, Model, Setting
from gradviz.spec.reserved import OF_ARGUMENTS

Key = tuple[object, ...]
Settings = dict[str, Setting]


def model_of(root: Draft, taken: Iterable[str] = ()) -> Model:
    """The model that the outermost draft is, with a composite for each structure in it. ``taken``
    are names that no composite may have.
    """
    groups: dict[Key, list[Draft]] = {}
    for draft in _drafts(root):
        if draft is not root:
            groups.setdefault(_structure(draft), []).append(draft)
    made = _Made(set(taken))
    for members in groups.values():
        made.add(members)
    return Model(
        tuple(made.said(made.resolved(root, block)) for block in root.blocks),
        tuple(root.wires),
        tuple(made.composites),
    )


def _drafts(draft: Draft) -> Iterable[Draft]:
    """All drafts, the members of rows too, those inside first."""
    for name, inner in draft.inner.items():
        for member in draft.rows.get(name, [inner]):
            yield from _drafts(member)
    yield draft


class _Made:
    """The composites so far, and for each draft which one it is and how it is set."""

    def __init__(self, taken: set[str]) -> None:
        self.composites: list[Composite] = []
        self._taken = taken
        self._known: dict[int, tuple[str, Settings]] = {}
        self._defaults: dict[str, Settings] = {}

    def add(self, members: list[Draft]) -> None:
        """One composite of drafts of one structure."""
        name = free_title(members[0].title, self._taken)
        self._taken.add(name)
        resolved = [[self.resolved(draft, block) for block in draft.blocks] for draft in members]
        settings, parameters = _generalised(resolved)
        blocks = tuple(
            self.said(replace(block, settings=settings[block.name])) for block in resolved[0]
        )
        defaults = {parameter: values[0] for parameter, values in parameters.items()}
        self._defaults[name] = defaults
        self.composites.append(
            Composite(
                name=name,
                parameters=defaults,
                blocks=blocks,
                wires=tuple(members[0].wires),
                grad=members[0].grad,
            )
        )
        for i, draft in enumerate(members):
            self._known[id(draft)] = name, {each: own[i] for each, own in parameters.items()}

    def resolved(self, draft: Draft, block: Block) -> Block:
        """The block with the composite that it is."""
        inner = draft.inner.get(block.name)
        if inner is None:
            return block
        kind, settings = self._known[id(inner)]
        return replace(block, kind=kind, settings={} if block.same else settings)

    def said(self, block: Block) -> Block:
        """The block with those settings alone that are not as its composite has them anyway."""
        defaults = self._defaults.get(block.kind, {})
        settings = {
            name: value
            for name, value in block.settings.items()
            if name not in defaults or value != defaults[name]
        }
        return replace(block, settings=settings)


def _structure(draft: Draft) -> Key:
    """What drafts of one composite share: all but the numbers that blocks are set to."""
    blocks = tuple((block.name, *_shape(draft, block)) for block in draft.blocks)
    wires = tuple((wire.source, wire.target) for wire in draft.wires)
    return (draft.title, blocks, wires, draft.grad)


def _shape(draft: Draft, block: Block) -> Key:
    inner = draft.inner.get(block.name)
    what: object = block.kind if inner is None else _structure(inner)
    words = {name: each for name, each in block.settings.items() if not _is_number(each)}
    return what, json.encode(replace(block, name="", kind="", settings=words))


def _is_number(setting: Setting) -> bool:
    parts = setting if isinstance(setting, list) else [setting]
    return all(isinstance(each, bool | int | float) for each in parts)


def _generalised(
    resolved: list[list[Block]],
) -> tuple[dict[str, Settings], dict[str, tuple[Setting, ...]]]:
    """The settings by blocks, where those that differ are formulas; and the parameters that these
    use, each with its values for all members.
    """
    settings: dict[str, Settings] = {}
    parameters: dict[str, tuple[Setting, ...]] = {}
    known: dict[bytes, str] = {}
    taken = {block.name for block in resolved[0]}
    for place, block in enumerate(resolved[0]):
        members = [blocks[place] for blocks in resolved]
        names = dict.fromkeys(name for each in members for name in each.settings if not each.same)
        found: Settings = {}
        for name in names:
            values = tuple(_setting(each, name) for each in members)
            if all(value == values[0] and type(value) is type(values[0]) for value in values):
                found[name] = values[0]
                continue
            key = json.encode(values)
            if key not in known:
                known[key] = _parameter(name, block.name, {*taken, *parameters})
                parameters[known[key]] = values
            found[name] = f"={known[key]}"
        settings[block.name] = found
    return settings, parameters


def _setting(block: Block, name: str) -> Setting:
    if name in block.settings or block.kind not in BLOCKS:
        return block.settings.get(name)
    default: Any = BLOCKS[block.kind].defaults()[name]
    return list(default) if isinstance(default, tuple) else default


def _parameter(name: str, block: str, taken: set[str]) -> str:
    """The setting's own name if it is free."""
    long = f"{block}_{name}"
    free = name if name not in taken and name not in OF_ARGUMENTS else long
    number = 2
    while free in taken:
        free, number = f"{long}{number}", number + 1
    return free
