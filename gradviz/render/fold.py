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

from gradviz.trace.graph import Graph, GraphEdge, GraphNode

LEAST, MOST = 15, 40
"""How many boxes `auto` wants in a picture: fewer tell too little, more cannot be read."""
DEEPEST = 24
"""Module paths nest up to here; what lies deeper counts as part of it."""


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
    own edges behind each.
    """

    graph: Graph
    groups: tuple[Group, ...]
    edges: tuple[GraphEdge, ...]
    carried: tuple[tuple[GraphEdge, ...], ...]

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


class Call:
    """A module call: what is directly in it, in the order of execution, and all nodes in it.

    ``likeness`` is the same number for calls that are built alike.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.parts: list[Call | GraphNode] = []
        self.members: list[int] = []
        self.likeness = 0

    @property
    def calls(self) -> Iterator[Call]:
        """The calls directly in it."""
        return (part for part in self.parts if isinstance(part, Call))


class Calls:
    """The tree of a graph's module calls; the root's path is empty.

    Those that the loss was made in are always open: it is what everybody looks for.
    """

    def __init__(self, graph: Graph) -> None:
        self.root = Call("")
        self.by_path = {"": self.root}
        for node in graph.nodes:
            for path in ("", *ancestry(node.module)):
                if path not in self.by_path:
                    self.by_path[path] = Call(path)
                    self.by_path[parent_of(path)].parts.append(self.by_path[path])
                self.by_path[path].members.append(node.id)
            self.by_path[path].parts.append(node)
        end = None if graph.root is None else graph.by_id.get(graph.root)
        self.always = frozenset(ancestry(end.module) if end else ())
        _liken(self, graph)

    def __iter__(self) -> Iterator[Call]:
        """All but the root, parents first."""
        return (call for path, call in self.by_path.items() if path)


def calls_of(graph: Graph) -> Calls:
    """The graph's calls, which are worked out once."""
    known = _latest.get(id(graph))
    if known is None or known[0] is not graph:
        _latest.clear()
        known = _latest[id(graph)] = graph, Calls(graph)
    return known[1]


_latest: dict[int, tuple[Graph, Calls]] = {}


def fold(graph: Graph, opened: Iterable[str] | None = None) -> Folded:
    """The graph as it looks when these calls are open; all of them if nothing is said."""
    if opened is None:
        return Folded(graph, (), graph.edges, tuple((edge,) for edge in graph.edges))
    groups = groups_of(calls_of(graph), opened)
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
    return Folded(graph, groups, tuple(edges), tuple(map(tuple, carried.values())))


def groups_of(calls: Calls, opened: Iterable[str]) -> tuple[Group, ...]:
    """The boxes that stand for more than a node when these calls are open, in order of execution.

    A call is open only if those around it are.
    """
    open_paths = calls.always | frozenset(opened)
    groups: list[Group] = []
    waiting = [calls.root]
    while waiting:
        call = waiting.pop()
        for run in _runs(call, open_paths):
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
    all closed.
    """
    return frozenset(call.path for call in calls if len(parts_of(call.path)) <= depth)


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
        following = [run[0] for call in level for run in _runs(call, opened)]
        outer = [call for call in following if any(call.calls)]
        if not outer:
            break
        wider = opened | {call.path for call in outer}
        if _count(calls, wider) > most:
            return _largest(calls, opened, outer, least=least, most=most)
        opened, level = wider, outer
    shown = opened | {""}
    inner = [call for call in calls if parent_of(call.path) in shown and not any(call.calls)]
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
        runs = list(_runs(call, opened))
        inside = [run[0] for run in runs if run[0].path in opened]
        count += len(call.parts) - sum(len(run) for run in runs) + len(runs) - len(inside)
        waiting += inside
    return count


def parts_of(path: str) -> list[str]:
    """``a.b#2.c`` ▸ ``a``, ``b#2``, ``c``."""
    return path.split(".")[:DEEPEST] if path else []


def ancestry(path: str) -> list[str]:
    """``a.b#2.c`` ▸ ``a``, ``a.b#2``, ``a.b#2.c``."""
    parts = parts_of(path)
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def parent_of(path: str) -> str:
    """The path of the call around it."""
    return path.rpartition(".")[0]


def _runs(call: Call, opened: Iterable[str]) -> Iterator[list[Call]]:
    """The calls directly in one, an open one alone, closed ones that are alike together."""

    def key(part: Call | GraphNode) -> object:
        if not isinstance(part, Call):
            return part.id
        return part.path if part.path in opened else part.likeness

    for _, run in groupby(_computing(call), key):
        found = [part for part in run if isinstance(part, Call)]
        if found:
            yield found


def _is_leaf(part: Call | GraphNode) -> bool:
    return isinstance(part, GraphNode) and part.variable is not None


def _liken(calls: Calls, graph: Graph) -> None:
    """Give the same number to calls with the same nodes, of the same shapes, wired alike inside.

    Leaves count where they are used: of a call that is called again, only the first made them.
    """
    place: dict[int | str, tuple[str, int]] = {}
    for path, call in calls.by_path.items():
        for number, part in enumerate(_computing(call)):
            place[part.path if isinstance(part, Call) else part.id] = path, number
    wires: dict[str, list[tuple[object, ...]]] = {path: [] for path in calls.by_path}
    for edge in graph.edges:
        below, target = place.get(edge.consumer, ("", -1))
        producer = graph.by_id[edge.producer]
        if producer.variable is not None:
            leaf = _local_name(producer.variable, below), producer.shape
            wires[below].append((*leaf, target, edge.slot))
            continue
        above, source = place[edge.producer]
        while above != below:
            if len(above) >= len(below):
                above, source = place[above]
            else:
                below, target = place[below]
        wires[above].append((str(source), None, target, edge.slot, edge.output))
    numbers: dict[object, int] = {}
    for path, call in reversed(calls.by_path.items()):
        parts = tuple(
            part.likeness if isinstance(part, Call) else (part.name, part.op, part.shape)
            for part in _computing(call)
        )
        wired = frozenset(wires[path])
        call.likeness = numbers.setdefault((parts, wired), len(numbers))


def _computing(call: Call) -> list[Call | GraphNode]:
    """What is directly in a call, without leaves."""
    return [part for part in call.parts if not _is_leaf(part)]


def _local_name(variable: str, path: str) -> str:
    """A parameter's name in the module whose call this is; one of another module in full."""
    module = ".".join(part.partition("#")[0] for part in parts_of(path))
    return variable.removeprefix(f"{module}.")
