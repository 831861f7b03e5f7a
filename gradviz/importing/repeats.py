"""Equal blocks in a row as one that is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from msgspec import json
from msgspec.structs import replace

from gradviz.blocks.catalogue import BLOCKS
from gradviz.importing.drafts import Draft
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Wire

Key = tuple[object, ...]


def key_of(draft: Draft) -> Key:
    """What two drafts share that are the same but for their weights."""
    blocks = tuple((block.name, *_key(draft, block)) for block in draft.blocks)
    return (draft.title, blocks, tuple((w.source, w.target) for w in draft.wires), draft.grad)


def repeat(draft: Draft) -> None:
    """Make one repeated block of each row of equal ones."""
    for row in _rows(draft):
        called = {block.same for block in draft.blocks if block not in row}
        if not called & {block.name for block in row}:
            _join(draft, row)


def _key(draft: Draft, block: Block) -> Key:
    inner = draft.inner.get(block.name)
    what: object = block.kind if inner is None else key_of(inner)
    return what, json.encode(replace(block, name="", kind="")), len(draft.rows.get(block.name, ()))


def _rows(draft: Draft) -> list[list[Block]]:
    """The blocks of each row, two or more."""
    rows: list[list[Block]] = []
    follows = False
    for before, block in pairwise(draft.blocks):
        joined = _repeats(draft, before, block)
        if joined and not follows:
            rows.append([before])
        if joined:
            rows[-1].append(block)
        follows = joined
    return rows


def _repeats(draft: Draft, before: Block, block: Block) -> bool:
    """Whether a block is the same as the one before, fed by just that."""
    if before.name not in draft.inner:
        if before.kind not in BLOCKS or BLOCKS[before.kind].sort != "layer":
            return False
        if before.kind in ("Input", "Output"):
            return False
    again = bool(block.same) and block.same in (before.name, before.same)
    if block.repeat != 1 or before.repeat != 1:
        return False
    if not again and _key(draft, before) != _key(draft, block):
        return False
    if not again and _is_shared(draft, before, block):
        return False
    fed, fed_before = _feeds(draft, block), _feeds(draft, before)
    out = list(dict.fromkeys(w.source for w in draft.wires if block_of(w.source) == before.name))
    ports = _outputs(draft, before)
    handed = [f"{before.name}.{port}" for port in ports][: len(fed)]
    got = [_whole(source, ports) for source in fed.values()]
    same = list(fed_before.values())[len(handed) :] == list(fed.values())[len(handed) :]
    users = {block_of(w.target) for w in draft.wires if w.source in out}
    return got[: len(handed)] == handed and same and users == {block.name}


def _is_shared(draft: Draft, *blocks: Block) -> bool:
    """Whether one of them calls another's module, or has its own called again."""
    names = {block.name for block in blocks}
    return any(block.same for block in blocks) or any(b.same in names for b in draft.blocks)


def _feeds(draft: Draft, block: Block) -> dict[str, str]:
    """What feeds each input, in the order of the ports."""
    found = {
        w.target.partition(".")[2]: w.source
        for w in draft.wires
        if block_of(w.target) == block.name
    }
    if len(found) == 1:
        return found
    order = _inputs(draft, block)
    return {port: found[port] for port in order if port in found}


def _inputs(draft: Draft, block: Block) -> tuple[str, ...]:
    inner = draft.inner.get(block.name)
    if inner is None:
        return BLOCKS[block.kind].inputs
    return tuple(each.name for each in inner.blocks if each.kind == "Input")


def _outputs(draft: Draft, block: Block) -> tuple[str, ...]:
    inner = draft.inner.get(block.name)
    if inner is None:
        return BLOCKS[block.kind].outputs
    return tuple(each.name for each in inner.blocks if each.kind == "Output")


def _whole(source: str, ports: tuple[str, ...]) -> str:
    """``conv`` ▸ ``conv.y``."""
    return source if "." in source else f"{source}.{ports[0]}"


def _join(draft: Draft, row: list[Block]) -> None:
    first, last = row[0].name, row[-1].name
    names = [block.name for block in row]
    taken = {block.name for block in draft.blocks} - set(names)
    stem = re.sub(r"_?\d+$", "", first) or first
    name = stem if stem not in taken else first
    inner = [draft.inner.pop(each) for each in names if each in draft.inner]
    if inner:
        draft.inner[name] = inner[0]
    if inner and not row[-1].same:
        draft.rows[name] = inner
    place = draft.blocks.index(row[0])
    shared = bool(row[-1].same)
    joined = replace(row[0], name=name, repeat=len(row), shared=shared)
    draft.blocks[place : place + len(row)] = [joined]
    dropped = set(names[1:])
    draft.wires = [
        Wire(_moved(wire.source, last, name), _moved(wire.target, first, name))
        for wire in draft.wires
        if block_of(wire.target) not in dropped
    ]
    rows = {each: name if shared else f"{name}.{i}" for i, each in enumerate(names)}
    draft.weights = {_under(key, rows): of for key, of in draft.weights.items()}


def _moved(port: str, old: str, new: str) -> str:
    name, dot, rest = port.partition(".")
    return f"{new}{dot}{rest}" if name == old else port


def _under(key: str, rows: Mapping[str, str]) -> str:
    name, dot, rest = key.partition(".")
    return f"{rows.get(name, name)}{dot}{rest}"
