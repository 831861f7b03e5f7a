"""The status of folded module calls, from those of the nodes in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec.structs import replace

from gradviz.render.folds.fold import Folded, Group
from gradviz.render.status.status import Norm, Stage, Status, statuses_of
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.trace import Trace


def gathered(folded: Folded, statuses: Mapping[int, Status]) -> dict[int, Status]:
    """The statuses with one for each group, in the place of that of its last node.

    Norms over several edges or outputs are the norm of all of them together.
    """
    gathering = Gathering(folded)
    groups = {group.id: gathering.of(group.id, statuses) for group in folded.groups}
    return {**statuses, **groups}


class Gathering:
    """A folded graph, ready to be told the statuses of its boxes again and again."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._groups = {group.id: group for group in folded.groups}
        self._carried: dict[int, list[tuple[int, tuple[tuple[int, int], ...]]]] = {}
        for edge, behind in zip(folded.edges, folded.carried, strict=True):
            if edge.consumer in self._groups:
                slots = tuple([(one.consumer, one.slot) for one in behind])
                self._carried.setdefault(edge.consumer, []).append((edge.slot, slots))

    @cached_property
    def members(self) -> dict[int, tuple[int, ...]]:
        """The nodes in each box, by its id."""
        return {box[-1]: box for box in self._folded.boxes()}

    @cached_property
    def box_of(self) -> dict[int, int]:
        """The box that each node is in."""
        return {id: box for box, members in self.members.items() for id in members}

    def of(self, box: int, statuses: Mapping[int, Status]) -> Status:
        """The status of a box, from those of the nodes in it."""
        group = self._groups.get(box)
        if group is None:
            return statuses[box]
        found = of_group(self._folded.graph, group, statuses)
        sent = {}
        for slot, behind in self._carried.get(box, ()):
            norm = together(statuses[consumer].sent.get(theirs) for consumer, theirs in behind)
            if norm is not None:
                sent[slot] = norm
        return replace(found, sent=sent) if sent else found

    def at(self, trace: Trace, index: int, *, since: int | None = None) -> dict[int, Status]:
        """The boxes' statuses after event ``index``: of all boxes, or only of those that may have
        had another one after event ``since``.
        """
        graph = self._folded.graph
        assert isinstance(graph, AutogradGraph)
        statuses = statuses_of(trace, graph)
        boxes: Iterable[int] = self.members
        if since is not None:
            boxes = {self.box_of[id] for id in statuses.changed(since, index)}
        known = statuses.at(index, [id for box in boxes for id in self.members[box]])
        return {box: self.of(box, known) for box in boxes}


def together(norms: Iterable[Norm | None]) -> Norm | None:
    """The norm of several together; None if there are none of them yet."""
    known = [norm for norm in norms if norm is not None]
    if not known:
        return None
    numbers = [norm for norm in known if norm != "lost"]
    return math.hypot(*numbers) if len(numbers) == len(known) else "lost"


def of_group(graph: Graph, group: Group, statuses: Mapping[int, Status]) -> Status:
    """What is true of the nodes of a group together."""
    inside = set(group.members)
    leaves = [id for id in group.members if graph.by_id[id].variable is not None]
    nodes = [id for id in group.members if graph.by_id[id].variable is None]
    ends = [
        id
        for id in nodes
        if any(edge.consumer not in inside for edge in graph.consumers.get(id, ()))
        or id == graph.root
    ]
    arrived = [statuses[id].grad for id in ends]
    kept = [statuses[id].grad for id in leaves]
    return Status(
        stage=_stage([statuses[id].stage for id in nodes], [statuses[id].stage for id in leaves]),
        current=any(statuses[id].current for id in group.members),
        grad=together(None if grad == "none" else grad for grad in arrived),
        value=next((statuses[id].value for id in ends if statuses[id].value is not None), None),
        saved=next(
            (saved for id in nodes if (saved := statuses[id].saved) and saved.changed), None
        ),
        edited=any(statuses[id].edited for id in group.members),
        inside=together(None if grad == "none" else grad for grad in kept),
    )


def _stage(nodes: list[Stage], leaves: list[Stage]) -> Stage:
    """What is true of all that is in it."""
    if leaves and all(stage == "updated" for stage in leaves):
        return "updated"
    every = nodes or leaves
    if all(stage in ("passed", "updated") for stage in every):
        return "passed"
    return "made" if any(stage != "ahead" for stage in every) else "ahead"
