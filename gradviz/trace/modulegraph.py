"""The module graph of one forward, as plain data: ops in the module calls that ran them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from gradviz.trace.calls import ModuleCall
from gradviz.trace.graph import Graph, GraphNode

Role: TypeAlias = Literal["op", "input", "output"]


class ModuleNode(GraphNode, frozen=True, gc=False):
    """An op that ran in forward, or a tensor that enters or leaves the model.

    ``op`` is torch's function, ``name`` the last autograd node that it made and ``made`` the ids of
    all of them; nothing, where autograd did not watch. ``variable`` is an input's name, ``kind``
    the class of the module that ran it, ``event`` the index of the event that tells of it.
    ``parameters`` and ``buffers`` are those that it uses, and ``shapes`` its outputs' shapes.
    """

    role: Role = "op"
    event: int | None = None
    made: tuple[int, ...] = ()
    kind: str = ""
    parameters: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()
    owned: tuple[tuple[int, ...], ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()

    @property
    def build(self) -> tuple[object, ...]:
        """What is the same of nodes that are built alike; ``owned`` are the parameters' shapes."""
        return (self.kind, self.op, self.name, self.shapes, self.owned)

    @property
    def comes_from_outside(self) -> bool:
        return self.role == "input"


class ModuleGraph(Graph, frozen=True, dict=True):
    """What ran in a forward and in the computation of its loss, wired by the tensors between.

    Arrows are as data flows. ``calls`` are the modules behind the calls, ``iteration`` the
    iteration that it ran in.
    """

    iteration: int = 0
    calls: Mapping[str, ModuleCall] = {}

    def __repr__(self) -> str:
        return f"<ModuleGraph of {len(self.nodes)} nodes and {len(self.edges)} edges>"

    def __iter__(self) -> Iterator[ModuleNode]:
        return (node for node in self.nodes if isinstance(node, ModuleNode))

    @cached_property
    def makers(self) -> dict[int, int]:
        """The node that made each autograd node, by id; of an input that is a leaf its own."""
        return {made: node.id for node in self for made in node.made if node.role != "output"}

    @cached_property
    def users(self) -> dict[str, tuple[int, ...]]:
        """The nodes that use each parameter and buffer, by name."""
        found: dict[str, list[int]] = {}
        for node in self:
            for name in (*node.parameters, *node.buffers):
                found.setdefault(name, []).append(node.id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def tellers(self) -> dict[int, tuple[int, ...]]:
        """The nodes that an event tells of, by its index."""
        found: dict[int, list[int]] = {}
        for node in self:
            if node.event is not None and node.role != "output":
                found.setdefault(node.event, []).append(node.id)
        return {event: tuple(ids) for event, ids in found.items()}

    @cached_property
    def idle(self) -> dict[str, tuple[str, ...]]:
        """The calls in which no op ran, as in an nn.Identity, by the path of the call around."""
        busy = {""}
        for node in self:
            path = node.module
            while path not in busy:
                busy.add(path)
                path = path.rpartition(".")[0]
        found: dict[str, list[str]] = {}
        for path in self.calls:
            around = path.rpartition(".")[0]
            if path not in busy and around in busy:
                found.setdefault(around, []).append(path)
        return {path: tuple(calls) for path, calls in found.items()}
