"""What has happened to each box of a module graph at the cursor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from gradviz.render.folds.fold import Folded
from gradviz.render.status.gather import together
from gradviz.render.status.status import Norm, Stage, Status, statuses_of
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
    return ModuleStatuses(folded, backward).at(trace, index)


class ModuleStatuses:
    """The boxes of a module graph, ready to be told their statuses again and again, from those of
    the autograd nodes that were made in them: the boxes of a ``folded`` graph by their ids, or any
    others, each by its number with the nodes in it.
    """

    def __init__(
        self,
        folded: Folded | ModuleGraph,
        backward: AutogradGraph | None,
        boxes: Mapping[int, Sequence[int]] | None = None,
    ) -> None:
        graph = folded.graph if isinstance(folded, Folded) else folded
        assert isinstance(graph, ModuleGraph)
        if isinstance(folded, Folded) and boxes is None:
            boxes = {members[-1]: members for members in folded.boxes()}
        self.backward = backward
        self._graph = graph
        nodes = () if backward is None else backward.nodes
        leaves = {node.variable: node.id for node in nodes if node.variable is not None}
        there = frozenset(node.id for node in nodes)
        self._boxes: dict[int, _Box] = {}
        self._holding: dict[int, set[int]] = {}
        self._about: dict[int, set[int]] = {}
        self._told: dict[int, set[int]] = {}
        for number, members in (boxes or {}).items():
            inside = [node for id in members if isinstance(node := graph.by_id[id], ModuleNode)]
            made = tuple([id for node in inside for id in node.made if id in there])
            used = {leaves[name] for node in inside for name in node.parameters if name in leaves}
            box = _Box(
                made=made,
                ends=_ends(backward, made),
                leaves=tuple(sorted(used)),
                begins=min((-1 if n.event is None else n.event for n in inside), default=None),
                root=any(node.id == graph.root for node in inside),
            )
            self._boxes[number] = box
            for id in members:
                self._holding.setdefault(id, set()).add(number)
            for id in (*made, *used):
                self._about.setdefault(id, set()).add(number)
            if box.begins is not None:
                self._told.setdefault(box.begins, set()).add(number)

    def at(self, trace: Trace, index: int, *, since: int | None = None) -> dict[int, Status]:
        """The boxes' statuses after event ``index``: of all boxes, or only of those that may have
        had another one after event ``since``.
        """
        if since is None:
            return self.of(trace, index, self._boxes)
        boxes = self._current(trace, index) | self._current(trace, since)
        first, last = sorted((since, index))
        for event in range(first + 1, last + 1):
            boxes |= self._told.get(event, frozenset())
        if self.backward is not None:
            for id in statuses_of(trace, self.backward).changed(since, index):
                boxes |= self._about.get(id, frozenset())
        return self.of(trace, index, boxes)

    def of(self, trace: Trace, index: int, boxes: Collection[int]) -> dict[int, Status]:
        """The statuses of some boxes after event ``index``."""
        statuses = None if self.backward is None else statuses_of(trace, self.backward)
        current = self._current(trace, index)
        wanted = {id for box in boxes for id in (*self._boxes[box].made, *self._boxes[box].leaves)}
        known = {} if statuses is None else statuses.at(index, wanted)
        return {box: self._boxes[box].status(known, index, current=box in current) for box in boxes}

    def _current(self, trace: Trace, index: int) -> set[int]:
        """The boxes that an event is about."""
        if index < 0:
            return set()
        nodes = _current(self._graph, trace.events[index])
        return {box for id in nodes for box in self._holding.get(id, ())}


class _Box(Struct, frozen=True, kw_only=True):
    """The autograd nodes that were ``made`` in a box, those of them whose gradient comes from
    outside, the ``leaves`` that it uses, and the event with which it ``begins``; None is never.
    """

    made: tuple[int, ...]
    ends: tuple[int, ...]
    leaves: tuple[int, ...]
    begins: int | None
    root: bool

    def status(self, known: Mapping[int, Status], index: int, *, current: bool) -> Status:
        """The box's, from those of its autograd nodes."""
        value = next((known[id].value for id in self.ends), None)
        return Status(
            stage=self._stage(known, index),
            current=current,
            grad=_grad(known[id].grad for id in self.ends),
            value=value if self.root else None,
        )

    def _stage(self, known: Mapping[int, Status], index: int) -> Stage:
        if self.begins is None or self.begins > index:
            return "ahead"
        if {known[id].stage for id in self.leaves} == {"updated"}:
            return "updated"
        passed = all(known[id].stage in ("passed", "updated") for id in self.made)
        return "passed" if self.made and passed else "made"


def _grad(arrived: Iterable[object]) -> Norm | None:
    norms: list[Norm | None] = []
    for grad in arrived:
        if isinstance(grad, float) or grad == "lost":
            norms.append(grad)
    return together(norms)


def _ends(backward: AutogradGraph | None, made: Sequence[int]) -> tuple[int, ...]:
    """The autograd nodes whose gradient comes from outside."""
    if backward is None:
        return ()
    inside, consumers = frozenset(made), backward.consumers
    return tuple(
        [
            id
            for id in made
            if id == backward.root
            or any(edge.consumer not in inside for edge in consumers.get(id, ()))
        ]
    )


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
