"""Folding: which module calls are drawn as one box, and which like ones of them together.

What is open is a set of module calls; everything else follows from it. A closed call is one box.
Closed calls that follow one another and are built alike are one box together, ``× 12``; to open one
of them parts the run. A module call takes one stretch of forward, so that no box can be both before
and after another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from gradviz.garbage import uncollected
from gradviz.render.folds.calls import Call, Calls, computing, is_later_pass, parts_of
from gradviz.render.folds.loops import calls_of
from gradviz.trace.graph import Graph, GraphEdge, GraphNode

LEAST, MOST = 15, 40
"""How many boxes `auto` wants in a picture: fewer tell too little, more cannot be read."""


class Group(Struct, frozen=True):
    """Module calls that are drawn as one box, and all nodes in them, in order of execution."""

    paths: tuple[str, ...]
    members: tuple[int, ...]

    @property
    def id(self) -> int:
        """The id of its last node, which no other box has."""
        return self.members[-1]


class Folded(Struct, frozen=True):
    """A graph with some of its module calls as one box each.

    Edges lead between ids of nodes and of ``groups``; those between two boxes of which one is a
    group are one edge, whose ``slot`` counts the edges into a group. ``carried`` are the graph's
    own edges behind each, ``calls`` the tree of its calls.
    """

    graph: Graph
    groups: tuple[Group, ...]
    edges: tuple[GraphEdge, ...]
    carried: tuple[tuple[GraphEdge, ...], ...]
    calls: Calls

    def boxes(self) -> list[tuple[int, ...]]:
        """What each box stands for, in the order in which they are drawn: the ids of its nodes, of
        which the last is its own.
        """
        hidden = {id for group in self.groups for id in group.members}
        found: list[tuple[int, ...]] = [
            (node.id,) for node in self.graph.nodes if node.id not in hidden
        ]
        found += [group.members for group in self.groups]
        return sorted(found, key=lambda members: members[-1])


@uncollected
def fold(graph: Graph, opened: Iterable[str] | None = None) -> Folded:
    """The graph as it looks when these calls are open; all of them if nothing is said."""
    calls = calls_of(graph)
    if opened is None:
        return Folded(graph, (), graph.edges, tuple((edge,) for edge in graph.edges), calls)
    return folded_into(graph, groups_of(calls, opened), calls)


def folded_into(graph: Graph, groups: tuple[Group, ...], calls: Calls) -> Folded:
    """The graph with each of the groups as one box."""
    box = {id: group.id for group in groups for id in group.members}
    grouped = {group.id for group in groups}
    carried: dict[tuple[int, ...], list[GraphEdge]] = {}
    for edge in graph.edges:
        ends = box.get(edge.producer, edge.producer), box.get(edge.consumer, edge.consumer)
        if ends[0] != ends[1]:
            single = grouped.isdisjoint(ends)
            carried.setdefault((*ends, edge.slot, edge.output) if single else ends, []).append(edge)
    entries: dict[int, int] = {}
    edges = []
    for (producer, consumer, *_), behind in carried.items():
        slot, output = (behind[0].slot, behind[0].output)
        if consumer in grouped:
            slot = entries[consumer] = entries.get(consumer, -1) + 1
        edges.append(GraphEdge(producer, consumer, slot, output))
    return Folded(graph, groups, tuple(edges), tuple(map(tuple, carried.values())), calls)


def groups_of(calls: Calls, opened: Iterable[str]) -> tuple[Group, ...]:
    """The boxes that stand for more than a node when these calls are open, in order of execution.

    A call is open only if those around it are.
    """
    open_paths = calls.always | frozenset(opened)
    groups: list[Group] = []
    waiting = [calls.root]
    while waiting:
        call = waiting.pop()
        for run in runs_of(call, open_paths):
            if len(run) == 1 and run[0].path in open_paths:
                waiting.append(run[0])
            else:
                members = tuple(sorted(id for closed in run for id in closed.members))
                groups.append(Group(tuple(closed.path for closed in run), members))
    return tuple(sorted(groups, key=lambda group: group.id))


def everything(calls: Calls) -> frozenset[str]:
    """All calls: nothing is folded."""
    return frozenset(call.path for call in calls)


def down_to(calls: Calls, depth: int) -> frozenset[str]:
    """The calls that are open when modules show down to this depth; at 0 the model's own parts are
    all closed. Of a loop's passes the first alone is opened.
    """
    return frozenset(
        call.path
        for call in calls
        if len(parts := parts_of(call.path)) <= depth and not any(map(is_later_pass, parts))
    )


def auto(calls: Calls, *, least: int = LEAST, most: int = MOST) -> frozenset[str]:
    """The calls to open so that as much is seen as can be read.

    A graph that fits is not folded. Else what contains other calls is opened, level by level, of
    like ones the first alone, as long as there are no more than ``most`` boxes; of a level that is
    too large, as many as fit only while there are fewer than ``least``. The innermost calls, mostly
    a layer each, stay boxes unless there are too few of them.
    """
    if len(calls.root.members) <= most:
        return everything(calls)
    opened = calls.always
    level = [calls.root]
    while level:
        following = [run[0] for call in level for run in runs_of(call, opened)]
        outer = [call for call in following if any(call.calls)]
        if not outer:
            break
        wider = opened | {call.path for call in outer}
        if _count(calls, wider) > most:
            return _largest(calls, opened, outer, least=least, most=most)
        opened, level = wider, outer
    shown = [calls.root, *(call for call in calls if call.path in opened)]
    firsts = [run[0] for call in shown for run in runs_of(call, opened)]
    inner = [call for call in firsts if call.path not in opened and not any(call.calls)]
    if _count(calls, opened) < least:
        return _largest(calls, opened, inner, least=least, most=most)
    return opened


def _largest(
    calls: Calls, opened: frozenset[str], level: list[Call], *, least: int, most: int
) -> frozenset[str]:
    """What is open when calls of a level are opened too, the largest that fit first, until there
    are enough boxes.
    """
    for call in sorted(level, key=lambda call: -len(call.members)):
        if _count(calls, opened) >= least:
            break
        wider = opened | {call.path}
        if _count(calls, wider) <= most:
            opened = wider
    return opened


def _count(calls: Calls, opened: frozenset[str]) -> int:
    """How many boxes a picture has in which these calls are open."""
    count, waiting = 0, [calls.root]
    while waiting:
        call = waiting.pop()
        runs = list(runs_of(call, opened))
        inside = [run[0] for run in runs if run[0].path in opened]
        count += len(call.parts) - sum(len(run) for run in runs) + len(runs) - len(inside)
        waiting += inside
    return count


def runs_of(call: Call, opened: Iterable[str]) -> Iterator[list[Call]]:
    """The calls directly in one, an open one alone, closed ones that are alike together."""

    def key(part: Call | GraphNode) -> object:
        if not isinstance(part, Call):
            return part.id
        return part.path if part.path in opened else part.likeness

    for _, run in groupby(computing(call), key):
        found = [part for part in run if isinstance(part, Call)]
        if found:
            yield found
