"""Blocks that say what an op does: each fed by tensors of the frame or by other such blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gradviz.engine.building.forms import Form
from gradviz.importing.frames import Fixed, Frame, In, Op, Out, Owned, Ref
from gradviz.importing.structure import values_in
from gradviz.importing.symbols import InTraining, Sized

REFS = (In, Out, Owned, Fixed)


class Node(Struct, frozen=True):
    """A block to be. ``weights`` are parameters of the model that become its own."""

    kind: str
    inputs: tuple[Source, ...]
    settings: Mapping[str, Any] = {}
    weights: Mapping[str, Ref] = {}
    name: str = ""


class Part(Struct, frozen=True):
    """One of several outputs of a block."""

    node: Node
    place: int


Source: TypeAlias = Node | Part | Ref
Said: TypeAlias = Source | tuple[Source, ...] | None
"""What an op is in blocks, an entry for each of its results; nothing if it cannot be said so."""
Reader: TypeAlias = Callable[..., Said]


class Place(Struct, frozen=True):
    """Where an op stands: what readers may ask about the tensors around it."""

    frame: Frame
    op: Op

    def shape(self, ref: Ref) -> tuple[Any, ...]:
        """The shape of a tensor, with `Sized` where it goes with the batch."""
        form = self.frame.form(ref)
        return () if form is None else form.shape

    @property
    def result(self) -> Form:
        """The op's first result."""
        return self.op.outputs[0]


def is_ref(thing: object) -> bool:
    """Whether it is a tensor of the frame."""
    return isinstance(thing, REFS)


def is_number(thing: object) -> bool:
    """Whether it is a plain number."""
    return isinstance(thing, int | float) and not isinstance(thing, bool)


def settled(node: Node) -> bool:
    """Whether nothing that the blocks are set to goes with the batch or the mode."""
    for each in nodes_in(node):
        values = [*each.settings, *(v for s in each.settings.values() for v in values_in(s))]
        if any(isinstance(value, Sized | InTraining) or is_ref(value) for value in values):
            return False
    return True


def refs_in(source: Source) -> Iterator[Ref]:
    """The tensors of the frame that a block is fed, also through others."""
    if isinstance(source, Part):
        yield from refs_in(source.node)
    elif isinstance(source, Node):
        yield from source.weights.values()
        for each in source.inputs:
            yield from refs_in(each)
    else:
        yield source


def nodes_in(source: Source) -> Iterator[Node]:
    """The blocks that lead to a tensor of the frame, itself among them."""
    if isinstance(source, Part):
        yield from nodes_in(source.node)
    elif isinstance(source, Node):
        yield source
        for each in source.inputs:
            yield from nodes_in(each)
