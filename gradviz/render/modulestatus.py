"""What has happened to each box of a module graph at the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradviz.render.fold import Folded
from gradviz.render.gather import together
from gradviz.render.status import Norm, Stage, Status, statuses
from gradviz.trace.events import (
    AnyEvent,
    BufferChanged,
    GradEdited,
    nodes_of,
    param_of,
)
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode
from gradviz.trace.trace import Trace


def module_statuses(
    trace: Trace, folded: Folded, backward: AutogradGraph | None, index: int
) -> dict[int, Status]:
    """The status of each box, by its id, after event ``index``.

    A box is ``made`` once an op in it ran, and ``passed`` once the gradient has passed all of its
    autograd nodes; its gradient is the one that arrived at its outputs. It is ``updated`` once the
    optimizer has moved all parameters that it uses.
    """
    graph = folded.graph
    assert isinstance(graph, ModuleGraph)
    known = {} if backward is None else statuses(trace, backward, index)
    here = frozenset(_current(graph, trace.events[index])) if index >= 0 else frozenset()
    tell = _Teller(graph, backward, known, index)
    found = {}
    for members in folded.boxes():
        nodes = [node for id in members if isinstance(node := graph.by_id[id], ModuleNode)]
        found[members[-1]] = tell.of(nodes, current=not here.isdisjoint(members))
    return found


class _Teller:
    """The status of boxes, from those of the autograd nodes that were made in them."""

    def __init__(
        self,
        graph: ModuleGraph,
        backward: AutogradGraph | None,
        known: Mapping[int, Status],
        index: int,
    ) -> None:
        self._graph = graph
        self._backward = backward
        self._known = known
        self._index = index
        nodes = () if backward is None else backward.nodes
        self._leaves = {node.variable: node.id for node in nodes if node.variable is not None}

    def of(self, nodes: Sequence[ModuleNode], *, current: bool) -> Status:
        """The status of the box of these nodes."""
        made = [id for node in nodes for id in node.made if id in self._known]
        ends = self._ends(made)
        arrived = [self._known[id].grad for id in ends]
        value = next((self._known[id].value for id in ends), None)
        root = any(node.id == self._graph.root for node in nodes)
        return Status(
            stage=self._stage(nodes, made),
            current=current,
            grad=self._grad(arrived),
            value=value if root else None,
        )

    def _grad(self, arrived: Iterable[object]) -> Norm | None:
        norms: list[Norm | None] = []
        for grad in arrived:
            if isinstance(grad, float) or grad == "lost":
                norms.append(grad)
        return together(norms)

    def _ends(self, made: list[int]) -> list[int]:
        """The autograd nodes whose gradient comes from outside."""
        if self._backward is None:
            return []
        inside = frozenset(made)
        consumers, root = self._backward.consumers, self._backward.root
        return [
            id
            for id in made
            if id == root or any(edge.consumer not in inside for edge in consumers.get(id, ()))
        ]

    def _stage(self, nodes: Sequence[ModuleNode], made: list[int]) -> Stage:
        if not any(node.event is None or node.event <= self._index for node in nodes):
            return "ahead"
        parameters = {name for node in nodes for name in node.parameters if name in self._leaves}
        stages = {self._known[self._leaves[name]].stage for name in parameters}
        if stages == {"updated"}:
            return "updated"
        passed = made and all(self._known[id].stage in ("passed", "updated") for id in made)
        return "passed" if passed else "made"


def _current(graph: ModuleGraph, event: AnyEvent) -> Iterable[int]:
    """The nodes that an event is about."""
    if event.index in graph.tellers:
        return graph.tellers[event.index]
    made = [graph.makers[id] for id in nodes_of(event) if id in graph.makers]
    if made:
        return made
    match event:
        case BufferChanged(buffer=name, module=path):
            return _users(graph, name) or [node.id for node in graph if node.module == path]
        case GradEdited(target=name):
            return _users(graph, name)
    param = param_of(event)
    return () if param is None else _users(graph, param)


def _users(graph: ModuleGraph, name: str) -> Iterable[int]:
    """The nodes that use what has this name, or the input that is called so."""
    inputs = [node.id for node in graph if node.variable == name]
    return (*graph.users.get(name, ()), *inputs)
