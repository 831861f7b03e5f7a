"""Which op used what which op made.

A reference tells that two tensors are the same memory at the same version. That is not enough where
an op hands its input on (``detach``, a ``view`` of the same shape), nor where a view changes under
its holder. There autograd knows: the edges of its graph say from where a gradient goes to where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from gradviz.trace.events import NotRecorded, OpRan, ValueRef
from gradviz.trace.forwardops import Op, inputs_of
from gradviz.trace.graph import AutogradGraph


class Wire(Struct, frozen=True):
    """The tensor at an op's ``slot``: output number ``output`` of the op at the place ``maker``, or
    a ``ref`` that no op made.
    """

    slot: int
    maker: int | None
    output: int = 0
    ref: ValueRef | None = None


class Wiring:
    """The wires of ops in the order in which they ran, and the autograd nodes that each stands for.

    ``known`` are the ids of references to parameters and buffers, which no wire is drawn for.
    """

    def __init__(
        self, ops: Sequence[Op], graph: AutogradGraph | None, known: Iterable[int]
    ) -> None:
        self._ops = ops
        self._graph = graph
        self._known = frozenset(known)
        self.made: list[tuple[int, ...]] = [op.nodes for op in ops]
        self._owner = {node: place for place, op in enumerate(ops) for node in op.nodes}
        self._sources: dict[int, tuple[int, ...]] = {}
        for edge in graph.edges if graph else ():
            held = self._sources.get(edge.consumer, ())
            self._sources[edge.consumer] = (*held, edge.producer)
        self._makers: dict[int, list[tuple[int, int]]] = {}
        self.wires: list[tuple[Wire, ...]] = []
        for place, op in enumerate(ops):
            self.wires.append(self._wires(place, op))
            for output, ref in enumerate(op.outputs):
                self._makers.setdefault(ref.id, []).append((place, output))

    def _wires(self, place: int, op: Op) -> tuple[Wire, ...]:
        tracked = self._tracked(place, op)
        if isinstance(op, NotRecorded):
            return tuple(Wire(slot, maker) for slot, maker in enumerate(dict.fromkeys(tracked)))
        found: list[Wire] = []
        open_slots: list[int] = []
        for slot, ref in enumerate(op.inputs):
            if ref.id in self._known:
                continue
            candidates = self._makers.get(ref.id, [])
            if candidates:
                maker, output = self._choose(candidates, tracked, op)
                if maker in tracked:
                    tracked.remove(maker)
                found.append(Wire(slot, maker, output))
            else:
                open_slots.append(slot)
        wired = {wire.maker for wire in found}
        unexplained = [maker for maker in dict.fromkeys(tracked) if maker not in wired]
        for slot in open_slots:
            if unexplained:
                found.append(Wire(slot, unexplained.pop(0)))
            else:
                found.append(Wire(slot, None, ref=op.inputs[slot]))
        return tuple(sorted(found, key=lambda wire: wire.slot))

    def _choose(
        self, candidates: list[tuple[int, int]], tracked: list[int], op: Op
    ) -> tuple[int, int]:
        """Of several ops that gave the same memory on, the one whose result this op was given."""
        if len(candidates) == 1:
            return candidates[0]
        for candidate in reversed(candidates):
            if candidate[0] in tracked:
                return candidate
        watched = self._graph is not None and any(node in self._graph.by_id for node in op.nodes)
        if watched:  # a gradient would go to it, so it is none that autograd has seen
            for candidate in reversed(candidates):
                if not self.made[candidate[0]]:
                    return candidate
        return candidates[-1]

    def _tracked(self, place: int, op: Op) -> list[int]:
        """The places of the ops that autograd says it was given results of, one for each edge."""
        own = frozenset(op.nodes)
        found: list[int] = []
        for node in op.nodes:
            for source in self._sources.get(node, ()):
                if source not in own:
                    self._adopt(source, op, place)
                    found += self._owners(source)
        return [owner for owner in found if owner < place]

    def _adopt(self, node: int, user: Op, place: int) -> None:
        """A node that no op made is one of a custom function, or of a tensor that was changed
        through a view of it. It stands for the op that made the tensor, inside of the function,
        where autograd does not watch; or for the last op that changed anything in place.
        """
        graph = self._graph
        if graph is None or node in self._owner or graph.by_id[node].variable is not None:
            return
        made = [
            maker
            for ref in inputs_of(user)
            for maker, _output in reversed(self._makers.get(ref.id, ()))
        ]
        changed = (maker for maker in range(place - 1, -1, -1) if _in_place(self._ops[maker]))
        for maker in made or changed:
            if not self.made[maker]:
                self.made[maker] = (node,)
                self._owner[node] = maker
                return

    def _owners(self, node: int) -> tuple[int, ...]:
        """The places of the ops that made a node, or what it was made of if none did."""
        found: dict[int, None] = {}
        waiting, seen = [node], {node}
        while waiting:
            one = waiting.pop()
            owner = self._owner.get(one)
            if owner is not None:
                found[owner] = None
                continue
            for source in self._sources.get(one, ()):
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return tuple(found)


def _in_place(op: Op) -> bool:
    return isinstance(op, OpRan) and (op.op.endswith("_") or op.op == "setitem")
