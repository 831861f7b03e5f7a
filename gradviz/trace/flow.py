"""Follows all values of an iteration from op to op: with their history, without it, and since when.

Values are known by their references, which know a tensor again by its memory and its version. A
detached tensor is the same value as the one that it was detached from, so one value can be both;
how many edges lead into what an op made then tells which one the op was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from gradviz.trace.cut import Cut, How, counts, how_of, makes_anew, passes
from gradviz.trace.events import AnyEvent, LossComputed, OpRan, ParamUpdated, ValueRef
from gradviz.trace.graph import AutogradGraph


class _Value(Struct, frozen=True):
    """A value: the leaves that it was computed from, as bits, the nodes of the op that made it."""

    leaves: int
    ref: ValueRef
    leaf: str | None = None
    nodes: tuple[int, ...] = ()
    op: str = ""
    module: str = ""


class _Severed(Struct, frozen=True):
    """What was done to a value, after which nothing remembers it."""

    how: How
    event: int
    op: str
    value: _Value


class Flow:
    """``edges`` are the cut edges into the nodes of the graphs; ``blind`` says that code ran whose
    ops are not known. What was before event ``since`` counts only for what it leads to.
    """

    def __init__(self, graphs: Sequence[AutogradGraph], *, since: int = 0) -> None:
        self.edges: list[Cut] = []
        self.blind = False
        self._graphs = graphs
        self._since = since
        self._frozen_names = {name for graph in graphs for name in graph.frozen}
        self._names: list[str] = []
        self._bits: dict[str, int] = {}
        self._live: dict[int, _Value] = {}
        self._cut: dict[int, tuple[_Severed, ...]] = {}
        self._frozen: dict[int, _Value] = {}
        self._touched: list[tuple[int, int]] = []
        self._known: set[Cut] = set()
        self._leaf_nodes: dict[str, int] = {}
        self._sources: dict[int, list[int]] = {}
        for graph in graphs:
            self._leaf_nodes.update(
                (node.variable, node.id) for node in graph.nodes if node.variable
            )
            for node in graph.nodes:
                self._sources.setdefault(node.id, [])
            for edge in graph.edges:
                self._sources[edge.consumer].append(edge.producer)

    @property
    def trainable(self) -> list[str]:
        """The leaves that require a gradient."""
        return [name for name in self._names if name not in self._frozen_names]

    def last(self, name: str) -> int | None:
        """The last op that had to do with a leaf's value."""
        bit = self._bits.get(name, 0)
        return next((index for index, leaves in reversed(self._touched) if leaves & bit), None)

    def begin(self, name: str, ref: object) -> None:
        """A leaf has this value from now on."""
        if not isinstance(ref, ValueRef):
            return
        if name not in self._bits:
            self._bits[name] = 1 << len(self._names)
            self._names.append(name)
        if name in self._frozen_names:
            self._frozen[ref.id] = _Value(self._bits[name], ref, name)
            return
        node = self._leaf_nodes.get(name)
        nodes = () if node is None else (node,)
        self._live[ref.id] = _Value(self._bits[name], ref, name, nodes)

    def note(self, event: AnyEvent) -> None:
        """Follow the values through the next event."""
        match event:
            case OpRan():
                self._op(event)
            case ParamUpdated():
                self.begin(event.param, event.after)
            case LossComputed() if event.node is None:
                self._loss(event)

    def _op(self, event: OpRan) -> None:
        given = [ref for ref in event.inputs if ref.id in self._live or ref.id in self._cut]
        frozen = [self._frozen[ref.id] for ref in event.inputs if ref.id in self._frozen]
        if not given and not frozen:
            return
        touched = 0
        for ref in given:
            touched |= self._leaves(ref)
        for value in frozen:
            touched |= value.leaves
        if event.index >= self._since:
            self._touched.append((event.index, touched))
        consumer = next((id for id in reversed(event.nodes) if id in self._sources), None)
        kept = given
        if consumer is not None:
            severed = self._severed_inputs(event, given)
            kept = [ref for ref in given if ref.id not in severed]
            for ref_id, how in severed.items():
                self._arrive(ref_id, how, consumer, event.index, event.op)
            for value in frozen:
                self._add(_Severed("frozen", event.index, event.op, value), consumer)
        leaves = 0
        for ref in kept:
            leaves |= self._leaves(ref) if consumer is not None else self._live_leaves(ref)
        if event.nodes and (leaves or consumer is not None):
            self._carry_on(event, leaves, given, known=consumer is not None)
        elif given and not passes(event):
            cuts = self._cuts_by(event, given)
            for ref in event.outputs:
                self._cut[ref.id] = cuts
        elif frozen and not given and not passes(event):
            for ref in event.outputs:
                self._frozen[ref.id] = _made(event, ref, touched)

    def _carry_on(self, event: OpRan, leaves: int, given: list[ValueRef], *, known: bool) -> None:
        """The outputs of an op that made nodes have a history, but for those that are integers."""
        cuts: tuple[_Severed, ...] = ()
        if not known and any(ref.id in self._cut for ref in given):
            found = [cut for ref in given for cut in self._cut.get(ref.id, ())]
            cuts = tuple(dict.fromkeys(found))
        for ref in event.outputs:
            if counts(ref):
                self._cut[ref.id] = self._cuts_by(event, given)
                continue
            self._live[ref.id] = _made(event, ref, leaves)
            if cuts:
                self._cut[ref.id] = cuts

    def _severed_inputs(self, event: OpRan, given: list[ValueRef]) -> dict[int, How | None]:
        """Which of the inputs came without history into an op that made a node of the graph; with
        how, if nothing is known that did it.
        """
        own = set(event.nodes)
        sources = [
            source
            for id in event.nodes
            for source in self._sources.get(id, ())
            if source not in own
        ]
        edges = Counter(sources)
        missing = len({ref.id for ref in given}) - len(edges)
        found: dict[int, How | None] = {}
        for ref_id, times in Counter(ref.id for ref in given).items():
            live, cut = self._live.get(ref_id), self._cut.get(ref_id)
            here = sum(edges[node] for node in live.nodes) if live else 0
            if cut and live and here:
                if here < times and len(event.nodes) == 1:
                    found[ref_id] = None
            elif missing > 0 and not here:
                if cut:
                    found[ref_id] = None
                    missing -= 1
                elif live and not any(node in self._sources for node in live.nodes):
                    found[ref_id] = "unseen"
                    missing -= 1
        return found

    def _loss(self, event: LossComputed) -> None:
        """The tensor that backward starts from has no node: is it cut off from what came before?"""
        if not any(graph.begins <= event.index for graph in self._graphs):
            return
        if event.value.id in self._cut:
            self._arrive(event.value.id, None, None, event.index, "loss")
        elif event.value.id in self._live and self._live[event.value.id].leaf is None:
            self._arrive(event.value.id, "unseen", None, event.index, "loss")

    def _cuts_by(self, event: OpRan, given: Iterable[ValueRef]) -> tuple[_Severed, ...]:
        """What cut the path to the outputs of an op without a node: it, or ops before it.

        Of a value that is both, an op that would have made a node got the detached one.
        """
        how = how_of(event)
        found: dict[_Severed, None] = {}
        for ref in given:
            live = self._live.get(ref.id)
            if ref.id in self._cut and not (how in ("integers", "no_grad") and live):
                found |= dict.fromkeys(self._cut[ref.id])
            elif live is not None and not makes_anew(event.op):
                found[_Severed(how, event.index, event.op, live)] = None
        return tuple(found)

    def _arrive(
        self, ref_id: int, how: How | None, consumer: int | None, index: int, op: str
    ) -> None:
        if how is not None:
            self._add(_Severed(how, index, op, self._live[ref_id]), consumer)
            return
        for cut in self._cut[ref_id]:
            self._add(cut, consumer)

    def _add(self, cut: _Severed, consumer: int | None) -> None:
        value = cut.value
        producer = next((id for id in reversed(value.nodes) if id in self._sources), None)
        made = Cut(
            cut.how,
            cut.event,
            cut.op,
            consumer,
            producer,
            value.leaf,
            value.op,
            value.module,
            tuple(value.ref.shape),
            tuple(self._named(value.leaves)),
        )
        if made not in self._known:
            self._known.add(made)
            self.edges.append(made)

    def _named(self, leaves: int) -> Iterable[str]:
        while leaves:
            lowest = leaves & -leaves
            yield self._names[lowest.bit_length() - 1]
            leaves ^= lowest

    def _live_leaves(self, ref: ValueRef) -> int:
        return self._live[ref.id].leaves if ref.id in self._live else 0

    def _leaves(self, ref: ValueRef) -> int:
        leaves = self._live_leaves(ref)
        for cut in self._cut.get(ref.id, ()):
            leaves |= cut.value.leaves
        return leaves


def _made(event: OpRan, ref: ValueRef, leaves: int) -> _Value:
    return _Value(leaves, ref, None, event.nodes, event.op, event.module)
