"""The card of one block: what stands on it, how large it is, and where its ports are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.render import fonts
from gradviz.render.blocks.kindcards import KindCard, Sort
from gradviz.render.blocks.settingsline import settings_parts, value_text
from gradviz.spec.letters import letters
from gradviz.spec.model import Block

Side: TypeAlias = Literal["in", "out"]
Shape: TypeAlias = "tuple[int | str, ...]"

TITLE, TEXT = 15, 13
"""Pixel sizes of the kind, and of what else is written."""
WIDTH = 240.0
"""All cards are so wide, so that a column of them is straight whatever they say; but for those with
more ports than have room.
"""
LINE, LOW = 22.0, 34.0
"""Pixels that a further line takes, and those of a card with just a title."""
NAMES = 16.0
"""Pixels for the names of ports, where there are several."""
PORT_ROOM = 46.0
"""Pixels from one port to the next at least."""
PADDING = 12.0
LEFT = 34.0
"""Where texts begin, right of the sign of the group."""


class BlockCard(Struct, frozen=True, kw_only=True):
    """What is drawn of a block, in pixels from its upper left corner. ``count`` is how many numbers
    it learns, None as long as nobody knows. Of a ``variadic`` one the last input is always free.
    A ``shared`` one has the module, or parameters, of another block, as its ``settings`` say.
    ``marks`` are what differs from other blocks of the kind: ``× 3``, ``float64``.
    """

    name: str
    kind: str
    group: str
    sort: Sort
    settings: tuple[str, ...]
    marks: tuple[str, ...]
    frozen: bool
    shared: bool
    many: bool
    count: int | None
    learns: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    variadic: bool
    width: float
    height: float

    def port(self, side: Side, place: int) -> tuple[float, float]:
        """The middle of a port."""
        count = len(self.inputs if side == "in" else self.outputs)
        x = self.width * (place + 0.5) / max(count, 1)
        return x, 0.0 if side == "in" else self.height


def block_card(
    block: Block, kind: KindCard, *, taken: Sequence[str] = (), count: int | None = None
) -> BlockCard:
    """The card of a block, set as it is built. ``taken`` are the inputs that have a wire; a
    variadic one has as many as that, and one that is free.
    """
    inputs = kind.inputs
    if kind.variadic:
        inputs = (*sorted(taken, key=lambda port: (len(port), port)),)
        inputs = (*inputs, free_port(inputs))
    outputs = kind.outputs
    if kind.sort == "composite":  # what it stands for hangs on all of them
        settings = settings_parts(block.kind, {**kind.defaults, **block.settings}, {})
    else:
        settings = settings_parts(block.kind, block.settings, kind.defaults)
    ties = tuple(f"{name} = {_short(name, value)}" for name, value in block.tied.items())
    settings = (f"= {block.same}",) if block.same else (*settings[:1], *ties, *settings[1:])
    several = (len(inputs) > 1) + (len(outputs) > 1)
    low = not settings and not count and kind.sort != "composite"
    height = LOW + (0.0 if low else LINE) + NAMES * several
    width = max(WIDTH, PORT_ROOM * max(len(inputs), len(outputs)))
    return BlockCard(
        name=block.name,
        kind=block.kind,
        group=kind.group,
        sort=kind.sort,
        settings=settings,
        marks=tuple(_marks(block)),
        frozen=block.frozen,
        shared=bool(block.same or block.tied),
        many=block.repeat != 1,
        count=count,
        learns=kind.learns or bool(count),
        inputs=inputs,
        outputs=outputs,
        variadic=kind.variadic,
        width=width,
        height=height,
    )


def _short(name: str, value: str) -> str:
    """What a parameter is tied to; just the block, if it is called the same there."""
    return value.removesuffix(f".{name}")


def free_port(taken: Sequence[str]) -> str:
    """The name of the next input of a block that takes any number: a, b, and so on."""
    return next(name for name in letters() if name not in taken)


def count_text(count: int) -> str:
    """How many numbers a block learns, short enough for its card."""
    if count < 1_000_000:
        return f"{count:,}"
    millions = count / 1_000_000
    return f"{millions:.4g} M" if millions < 10_000 else f"{millions / 1000:.4g} G"


def room_for_settings(card: BlockCard) -> float:
    """Pixels for the line of settings, left of the count."""
    count = fonts.width(count_text(card.count), size=TEXT) + PADDING if card.count else 0.0
    return card.width - PADDING - LEFT - count


def _marks(block: Block) -> list[str]:
    marks = []
    if block.repeat != 1:
        marks.append(f"× {value_text(block.repeat)}")
    if block.dtype:
        marks.append(block.dtype)
    return marks
