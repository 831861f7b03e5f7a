"""What might make a block fit: changes of the diagram that it is in, each to be tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.misfits import BROADCAST, FLAT, IMAGE, unlike
from gradviz.engine.building.site import Proposal, Site
from gradviz.engine.building.wants import Shape, gap, wanted_text
from gradviz.errors import GradvizError
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.formula import is_formula
from gradviz.spec.model import Block, Setting, Wire

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
ROWS = (("in_features", "out_features"), ("in_channels", "out_channels"),
        ("input_size", "hidden_size"))  # fmt: skip
"""What goes in and what comes out; alike in a block that is repeated."""
PARTS = ("num_heads", "nhead", "num_groups", "groups")
"""Settings that must divide another one."""
WHOLES = ("embed_dim", "d_model", "num_channels", "in_channels")


def wanted_sizes(site: Site) -> Iterator[tuple[str, Setting]]:
    """Settings that are not as large as what comes in, and what they should be; that first which
    stands where the block looks for it.
    """
    block, kind = site.block, site.kind
    wants = "" if kind is None else _wants(kind, block)
    gaps = [gap(wants, place, shape) for place, shape in enumerate(site.shapes)]
    meant = [each.got for each in gaps if each is not None and each.place is not None]
    some = [size for shape in site.shapes for size in shape[1:] if isinstance(size, int)]
    for name in FITTED:
        old = block.settings.get(name)
        if old is None:
            continue
        for size in dict.fromkeys(meant or some):
            value: Setting = [size] if isinstance(old, list) else size
            if value != old:
                yield name, value


def fitted(site: Site) -> Iterator[Proposal]:
    """Settings as large as what comes in."""
    for name, value in wanted_sizes(site):
        if is_formula(site.block.settings[name]):
            continue
        yield site.setting(name, value)
        for part in PARTS:
            count = site.block.settings.get(part)
            if isinstance(count, int) and isinstance(value, int) and value % count:
                divisor = nearest_divisor(count, value)
                yield Proposal(
                    N_("set {setting} of {block} to {value}, and {part} to {count}"),
                    {"setting": name, "block": site.block.name, "value": value,
                     "part": part, "count": divisor},
                    site.with_settings(**{name: value, part: divisor}),
                )  # fmt: skip


def flattened(site: Site) -> Iterator[Proposal]:
    """All dimensions joined into one, and the block as wide as that."""
    if site.block.kind not in FLAT:
        return
    for wire, shape in site.feeds:
        if shape is None or len(shape) < IMAGE:
            continue
        proposal = site.inserting(wire, "Flatten")
        yield proposal
        name = next((each for each in FITTED if each in site.block.settings), "")
        width = math.prod(size for size in shape[1:] if isinstance(size, int))
        if name and not is_formula(site.block.settings[name]):
            wide = replace(site.block, settings={**site.block.settings, name: width})
            blocks = tuple(wide if b.name == wide.name else b for b in proposal.diagram.blocks)
            yield Proposal(
                N_("insert {kind} in front of {block} and set {setting} to {value}"),
                {**proposal.fields, "setting": name, "value": width},
                replace(proposal.diagram, blocks=blocks),
            )


def reshaped(site: Site) -> Iterator[Proposal]:
    """A dimension more, dimensions in another order, or a row of numbers as an image."""
    if site.kind is None or not (site.kind.wants or site.kind.name in ("MatMul", "Concat")):
        return
    channels = site.block.settings.get("in_channels")
    for wire, shape in site.feeds:
        if shape is None:
            continue
        sizes = [size for size in shape[1:] if isinstance(size, int)]
        if len(shape) == 4 and shape[-1] == channels:
            yield site.inserting(wire, "Permute", dims=[0, 3, 1, 2])
        yield site.inserting(wire, "Unsqueeze", dim=1)
        if len(shape) == 3:
            yield site.inserting(wire, "Transpose", dim0=1, dim1=2)
        if len(shape) == 2 and isinstance(channels, int) and sizes:
            side = math.isqrt(sizes[0] // channels)
            if channels * side * side == sizes[0]:
                yield site.inserting(wire, "Unflatten", dim=1, sizes=[channels, side, side])
        if site.kind.name == "Concat":
            yield site.inserting(wire, "Flatten")


def of_dtype(site: Site) -> Iterator[Proposal]:
    """Numbers of the sort that the block calculates with, where they come into the model."""
    wanted: Setting = "int64" if site.block.kind == "Embedding" else site.block.dtype or "float32"
    feeding = {block_of(wire.source) for wire, _shape in site.feeds}
    for block in site.diagram.blocks:
        if block.name in feeding and block.kind == "Input" and block.settings.get("shape"):
            entry = replace(site, block=block)
            if block.settings.get("dtype", "float32") != wanted:
                yield entry.setting("dtype", wanted)
    if site.block.dtype:
        yield Proposal(
            N_("let {block} calculate with float32"),
            {"block": site.block.name},
            site.with_block(replace(site.block, dtype="")),
        )


def siblings(site: Site) -> Iterator[Proposal]:
    """The same block for another number of dimensions."""
    name = site.block.kind
    if name[-2:] not in ("1d", "2d", "3d"):
        return
    for shape in site.shapes[:1]:
        other = f"{name[:-2]}{max(1, len(shape) - 2)}d"
        if other != name and other in BLOCKS:
            yield Proposal(
                N_("make {block} a {kind}"),
                {"block": site.block.name, "kind": other},
                site.with_block(replace(site.block, kind=other)),
            )


def windows(site: Site) -> Iterator[Proposal]:
    """A window that is not larger than what it slides over."""
    window, padding = site.block.settings.get("kernel_size"), site.block.settings.get("padding", 0)
    if not isinstance(window, int) or not isinstance(padding, int):
        return
    for shape in site.shapes[:1]:
        sides = [size for size in shape[2:] if isinstance(size, int)]
        if sides and min(sides) < window:
            yield site.setting("kernel_size", min(sides))
            yield site.setting("padding", window // 2)


def divisors(site: Site) -> Iterator[Proposal]:
    """The nearest number that divides what it must."""
    for name in PARTS:
        count = site.block.settings.get(name)
        whole = next((site.block.settings[n] for n in WHOLES if n in site.block.settings), None)
        if isinstance(count, int) and isinstance(whole, int):
            yield site.setting(name, nearest_divisor(count, whole))


def nearest_divisor(count: int, whole: int) -> int:
    """The largest number up to ``count`` that divides the other one."""
    return next((n for n in range(min(count, whole), 0, -1) if whole % n == 0), 1)


def in_a_row(site: Site) -> Iterator[Proposal]:
    """As much out of a block as into it, if it is repeated."""
    if site.block.repeat == 1:
        return
    for one, other in ROWS:
        if one in site.block.settings and other in site.block.settings:
            yield site.setting(other, site.block.settings[one])


def of_dim(site: Site) -> Iterator[Proposal]:
    """A dimension that there is."""
    if isinstance(site.block.settings.get("dim"), int):
        yield site.setting("dim", -1)


def of_reshape(site: Site) -> Iterator[Proposal]:
    """A size that is the rest."""
    wanted = site.block.settings.get("shape")
    if site.block.kind != "Reshape" or not isinstance(wanted, list) or not site.shapes:
        return
    for place in reversed(range(len(wanted))):
        yield site.setting("shape", [*wanted[:place], -1, *wanted[place + 1 :]])


def projected(site: Site) -> Iterator[Proposal]:
    """One of two tensors brought to the shape of the other one, as ResNet does at its residual
    connections.
    """
    if site.kind is None or len(site.shapes) != 2 or len(site.feeds) != 2:
        return
    (one, a), (other, b) = site.feeds
    if a is None or b is None or len(a) != len(b):
        return
    if site.kind.name in BROADCAST and unlike(a, b) is not None:
        for wire, had, wants in ((one, a, b), (other, b, a)):
            yield from _projection(site, wire, had, wants)
    if len(a) == 4 and a[2:] != b[2:] and (site.kind.name == "Concat" or a[1] == b[1]):
        larger, size = (one, b[2:]) if math.prod(_ints(a)) > math.prod(_ints(b)) else (other, a[2:])
        pool = site.named("AdaptiveAvgPool2d", output_size=list(_ints(size)))
        yield Proposal(
            N_("insert {kind} behind {source}, which makes it as small"),
            {"kind": pool.kind, "source": block_of(larger.source)},
            site.with_inserted(larger, pool),
        )


def _projection(site: Site, wire: Wire, had: Shape, wants: Shape) -> Iterator[Proposal]:
    start, end = had[1], wants[1]
    if len(had) == 2 and isinstance(start, int) and isinstance(end, int):
        kind = "Linear"
        settings: dict[str, Setting] = {"in_features": start, "out_features": end}
    elif len(had) == 4 and all(isinstance(size, int) for size in (*had[1:], *wants[1:])):
        tall, short = _ints(had)[-1], _ints(wants)[-1]
        if short > tall:
            return
        stride = -(-tall // short)
        kind = "Conv2d"
        settings = {"in_channels": start, "out_channels": end, "kernel_size": 1}
        if stride > 1:
            settings["stride"] = stride
    else:
        return
    block = site.named(kind, **settings)
    yield Proposal(
        N_("insert {kind} ({start} → {end}) behind {source}"),
        {"kind": kind, "start": start, "end": end, "source": block_of(wire.source)},
        site.with_inserted(wire, block),
    )


def _wants(kind: BlockKind, block: Block) -> str:
    """What the block wants; empty if it is set to what it cannot be."""
    try:
        return wanted_text(kind, kind.checked(block.settings, where=block.name))
    except GradvizError:
        return ""


def _ints(shape: Shape) -> list[int]:
    return [size for size in shape if isinstance(size, int)]


Propose: TypeAlias = Callable[[Site], Iterator[Proposal]]
PROPOSALS: tuple[Propose, ...] = (
    divisors,
    fitted,
    flattened,
    of_dtype,
    in_a_row,
    siblings,
    windows,
    of_dim,
    of_reshape,
    projected,
    reshaped,
)
