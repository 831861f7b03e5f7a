"""The autograd graph of one backward, as plain data."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from msgspec import Struct

from gradviz.i18n import gettext
from gradviz.trace.shown import ShownAsSvg


class SavedTensor(Struct, frozen=True, gc=False):
    """A tensor that a node saved for its backward, as it was just before backward began.

    ``name`` is torch's (``mat1``), ``leaf`` the parameter or leaf that it is, or is a view of.
    ``saved`` is its version when it was saved and ``now`` that before backward: every change in
    place adds one, and where they differ backward fails. None is a version that torch does not
    tell. ``packed`` tensors are in the hands of ``saved_tensors_hooks``, ``freed`` ones were used
    up by an earlier backward; of neither more is known.
    """

    name: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    leaf: str | None = None
    saved: int | None = None
    now: int | None = None
    state: Literal["held", "packed", "freed"] = "held"

    @property
    def modified(self) -> bool:
        """Whether it was changed in place since, so that backward cannot use it."""
        return self.saved != self.now and self.saved is not None

    @property
    def versions(self) -> str:
        """``saved v0 / now v1``; ``v0`` if it is still the same, empty if that is not known."""
        if self.modified:
            text = gettext("saved v{saved} / now v{now}")
            return text.format(saved=self.saved, now=self.now)
        return "" if self.now is None else f"v{self.now}"


class GraphNode(Struct, frozen=True, gc=False):
    """One node as torch built it.

    ``name`` is torch's (``AddmmBackward0``), ``op`` the function that made it (``linear``),
    ``module`` the path of the module call, ``shape`` and ``dtype`` those of the tensor it stands
    for (its first output), and ``variable`` the name of the leaf that an ``AccumulateGrad`` feeds.
    ``view`` says whether that tensor is a view of another one; None if nothing saw it being made.
    """

    id: int
    name: str
    module: str
    op: str
    shape: tuple[int, ...] | None
    variable: str | None = None
    dtype: str = ""
    view: bool | None = None
    saved: tuple[SavedTensor, ...] = ()

    @property
    def build(self) -> tuple[object, ...]:
        """What is the same of nodes that are built alike."""
        return (self.name, self.op, self.shape)

    @property
    def comes_from_outside(self) -> bool:
        """Whether it is no part of the model, as an input: calls are alike whoever feeds them."""
        return False


class GraphEdge(Struct, frozen=True, gc=False):
    """The tensor between two nodes: made by ``producer``'s output number ``output``, used by
    ``consumer`` as its input number ``slot`` (its place in ``next_functions``).

    Arrows are drawn as data flows forward, producer to consumer; gradients run against them.
    """

    producer: int
    consumer: int
    slot: int
    output: int = 0


class Graph(Struct, frozen=True, dict=True):
    """Nodes in the order in which forward made them, and what flows between them; ``root`` is the
    node that made the loss.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    root: int | None

    @cached_property
    def by_id(self) -> dict[int, GraphNode]:
        """Each node by its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def leaves(self) -> dict[str, GraphNode]:
        """Each leaf by its name."""
        return {node.variable: node for node in self.nodes[::-1] if node.variable is not None}

    @cached_property
    def consumers(self) -> dict[int, tuple[GraphEdge, ...]]:
        """The edges that leave each producer, in slot order of their consumers."""
        found: dict[int, list[GraphEdge]] = {}
        for edge in self.edges:
            found.setdefault(edge.producer, []).append(edge)
        return {producer: tuple(edges) for producer, edges in found.items()}


class AutogradGraph(ShownAsSvg, Graph, frozen=True, dict=True):
    """The nodes reachable from ``root``, in the order in which forward made them.

    ``begins`` is the index of the first event of this backward, in iteration ``iteration``.
    ``frozen`` are the names of the leaves that require no gradient, and ``retained`` tells that
    saved tensors outlive this backward.
    """

    iteration: int = 0
    begins: int = 0
    frozen: tuple[str, ...] = ()
    retained: bool = False

    def __repr__(self) -> str:
        start = f" from {self.by_id[self.root].name}" if self.root is not None else ""
        return f"<AutogradGraph of {len(self.nodes)} nodes and {len(self.edges)} edges{start}>"
