"""From a trace to its module graphs."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from gradviz.trace.events import OpRan, ValueRef
from gradviz.trace.forwardops import Op, inputs_of, ops_of
from gradviz.trace.graph import AutogradGraph, GraphEdge
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode
from gradviz.trace.outside import Given, given_to, owned_by
from gradviz.trace.trace import Trace
from gradviz.trace.wiring import Wire, Wiring

REMEMBERED = 8
"""Of a trace so many graphs are kept."""


def module_graph(trace: Trace, at: int | str | None = None) -> ModuleGraph | None:
    """The module graph that belongs to a moment; without one that of the last backward, and where
    there is none, of the last forward. None if nothing ran.
    """
    if at is None:
        index = len(trace.events) - 1
        graph = trace.graphs[-1] if trace.graphs else None
    else:
        index = trace.index_at(at)
        graph = trace.graph_at(index)
    key = (id(graph), None if graph is not None else (index, len(trace.events)))
    known = _known.setdefault(trace, {})
    if key not in known:
        ops = ops_of(trace, graph, index)
        if len(known) >= REMEMBERED:
            known.pop(next(iter(known)))
        known[key] = graph, _Forward(trace, graph, ops).graph() if ops else None
    return known[key][1]


_known: WeakKeyDictionary[Trace, dict[object, tuple[object, ModuleGraph | None]]] = (
    WeakKeyDictionary()
)
"""The last ones of each trace, with the autograd graph, so that its id stays its own."""


class _Forward:
    """A forward on its way to become a graph."""

    def __init__(self, trace: Trace, graph: AutogradGraph | None, ops: list[Op]) -> None:
        self._trace = trace
        self._graph = graph
        self._ops = ops
        self._owned = owned_by(trace, ops)
        self._given = given_to(trace, ops)
        self._wiring = Wiring(ops, graph, self._owned)
        self._nodes: list[ModuleNode] = []
        self._edges: list[GraphEdge] = []
        self._ids: dict[int, int] = {}
        self._inputs: dict[int, int] = {}
        self._results: dict[tuple[int, int], int] = {}

    def graph(self) -> ModuleGraph:
        leaving = self._leaving()
        single = sum(map(len, leaving.values())) == 1
        for place in range(len(self._ops)):
            self._add_op(place)
            for output in leaving.get(place, ()):
                name = "output" if single else f"output#{len(self._results) + 1}"
                self._add_result(place, output, name)
        root = self._graph.root if self._graph else None
        makers = {made: node.id for node in reversed(self._nodes) for made in node.made}
        return ModuleGraph(
            tuple(self._nodes),
            tuple(self._edges),
            None if root is None else makers.get(root),
            iteration=self._ops[0].iteration,
            calls=self._trace.calls,
        )

    def _add_op(self, place: int) -> None:
        op, made = self._ops[place], self._wiring.made[place]
        wires = self._wiring.wires[place]
        sources = [self._source(wire, op) for wire in wires]
        id = self._ids[place] = len(self._nodes)
        own = {self._owned[ref.id]: ref.shape for ref in inputs_of(op) if ref.id in self._owned}
        parameters = {name: shape for (room, name), shape in own.items() if room == "params"}
        known = self._graph.by_id if self._graph else {}
        names = [known[node].name for node in made if node in known]
        call = self._trace.calls.get(op.module)
        first = op.outputs[0] if op.outputs else None
        self._nodes.append(
            ModuleNode(
                id=id,
                name=names[-1] if names else "",
                module=op.module,
                op=op.op if isinstance(op, OpRan) else op.what,
                shape=None if first is None else first.shape,
                dtype="" if first is None else first.dtype,
                event=op.index,
                made=made,
                kind="" if call is None else call.kind,
                parameters=tuple(parameters),
                buffers=tuple(name for room, name in own if room == "buffers"),
                owned=tuple(parameters.values()),
                shapes=tuple(ref.shape for ref in op.outputs),
            )
        )
        for wire, (producer, output) in zip(wires, sources, strict=True):
            self._edges.append(GraphEdge(producer, id, wire.slot, output))

    def _source(self, wire: Wire, op: Op) -> tuple[int, int]:
        """The node that a wire comes from, and which of its outputs it is."""
        if wire.maker is None:
            assert wire.ref is not None
            return self._input(wire.ref), 0
        result = self._results.get((wire.maker, wire.output))
        if result is not None and op.phase == "loss":
            return result, 0
        return self._ids[wire.maker], wire.output

    def _input(self, ref: ValueRef) -> int:
        """The node of a tensor that no op made."""
        if ref.id not in self._inputs:
            strangers = sum(id not in self._given for id in self._inputs)
            name = f"input#{strangers + 1}" if strangers else "input"
            given = self._given.get(ref.id, Given(name))
            id = self._inputs[ref.id] = len(self._nodes)
            self._nodes.append(
                ModuleNode(
                    id=id,
                    name="",
                    module="",
                    op="",
                    shape=ref.shape,
                    dtype=ref.dtype,
                    variable=given.name,
                    role="input",
                    event=given.event,
                    made=self._leaf(given.name),
                    shapes=(ref.shape,),
                )
            )
        return self._inputs[ref.id]

    def _leaf(self, name: str) -> tuple[int, ...]:
        """The autograd node of a leaf."""
        nodes = self._graph.nodes if self._graph else ()
        return tuple(node.id for node in nodes if node.variable == name)

    def _add_result(self, place: int, output: int, name: str) -> None:
        """The node of a tensor that leaves the model."""
        maker = self._nodes[self._ids[place]]
        id = self._results[place, output] = len(self._nodes)
        self._nodes.append(
            ModuleNode(
                id=id,
                name="",
                module="",
                op=name,
                shape=maker.shapes[output],
                dtype=self._ops[place].outputs[output].dtype,
                role="output",
                event=maker.event,
                made=maker.made,
                shapes=(maker.shapes[output],),
            )
        )
        self._edges.append(GraphEdge(maker.id, id, 0, output))

    def _leaving(self) -> dict[int, list[int]]:
        """The outputs that leave the model, by the place of their op: what the loss uses, or if
        there is no backward, what the last op made.
        """
        ops, found = self._ops, dict[int, list[int]]()
        for op, wires in zip(ops, self._wiring.wires, strict=True):
            for wire in wires if op.phase == "loss" else ():
                if wire.maker is not None and ops[wire.maker].phase == "forward":
                    outputs = found.setdefault(wire.maker, [])
                    outputs += [wire.output] if wire.output not in outputs else []
        if self._graph is None and ops[-1].phase == "forward" and ops[-1].outputs:
            found.setdefault(len(ops) - 1, [0])
        return found
