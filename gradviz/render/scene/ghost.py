"""What is drawn although the autograd graph does not have it: who was cut off, and by what."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.graph import GraphEdge

GhostKind: TypeAlias = Literal["frozen", "cut", "loss", "lost"]


class Ghost(Struct, frozen=True, kw_only=True, gc=False):
    """A card of no node: a ``frozen`` leaf or what was computed from frozen ones alone; a tensor
    that was ``cut`` off; a ``loss`` that has no node; or a list of leaves that are ``lost``.

    ``lines`` stand below its title; ``leaves`` are those that it is about, and ``word`` is what
    stands on its edge.
    """

    kind: GhostKind
    lines: tuple[str, ...]
    leaves: tuple[str, ...] = ()
    word: str = ""
    leaf: bool = False


class Stub(GraphEdge, frozen=True, gc=False):
    """An edge that the graph does not have. ``word`` says what cut it, ``ghost`` that it comes from
    a card that the graph does not have either. Without a word the data flows as ever, and only no
    gradient is wanted. ``behind`` are the nodes that it is between, of a ghost the card's id.
    """

    word: str = ""
    ghost: bool = True
    behind: tuple[tuple[int, int], ...] = ()
