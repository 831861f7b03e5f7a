"""The tree of a graph's module calls: what is directly in each, and which are built alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from gradviz.trace.graph import Graph, GraphNode

DEEPEST = 24
"""Module paths nest up to here; what lies deeper counts as part of it."""


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

    A loop of plain operations has no module: each of its passes is a call too, ``repeat 1`` and so
    on, and ``moved`` are the paths of the nodes in one. Calls that the loss was made in are always
    open: it is what everybody looks for.
    """

    def __init__(self, graph: Graph, moved: Mapping[int, str] | None = None) -> None:
        self.root = Call("")
        self.by_path = {"": self.root}
        self.moved = moved or {}
        for node in graph.nodes:
            for path in ("", *ancestry(self.path_of(node))):
                if path not in self.by_path:
                    self.by_path[path] = Call(path)
                    self.by_path[parent_of(path)].parts.append(self.by_path[path])
                self.by_path[path].members.append(node.id)
            self.by_path[path].parts.append(node)
        end = None if graph.root is None else graph.by_id.get(graph.root)
        self.always = frozenset(ancestry(self.path_of(end)) if end else ())
        _liken(self, graph)

    def __iter__(self) -> Iterator[Call]:
        """All but the root, parents first."""
        return (call for path, call in self.by_path.items() if path)

    def path_of(self, node: GraphNode) -> str:
        """The path of the call that a node lies in."""
        return self.moved.get(node.id, node.module)


def parts_of(path: str) -> list[str]:
    """``a.b#2.c`` ▸ ``a``, ``b#2``, ``c``."""
    return path.split(".")[:DEEPEST] if path else []


@lru_cache(maxsize=16384)
def ancestry(path: str) -> tuple[str, ...]:
    """``a.b#2.c`` ▸ ``a``, ``a.b#2``, ``a.b#2.c``."""
    parts = parts_of(path)
    return tuple([".".join(parts[: count + 1]) for count in range(len(parts))])


def without_numbers(path: str) -> str:
    """The path of the module whose call this is: ``a[0].b#2.c`` ▸ ``a.0.b.c``."""
    parts = (part.partition("#")[0] for part in parts_of(path) if not is_pass(part))
    return _ITEM.sub(r".\1", ".".join(parts))


_ITEM = re.compile(r"\[([^\[\]]*)\]")


def pass_name(number: int, loop: int) -> str:
    """What pass ``number`` of the so manieth loop of a call is called: ``repeat 1``."""
    return f"repeat {number}" if loop == 0 else f"repeat {loop + 1}:{number}"


def is_pass(part: str) -> bool:
    """Whether the last part of a path is that of a pass of a loop."""
    return _PASS.fullmatch(part) is not None


def is_later_pass(part: str) -> bool:
    """Whether it is that of any pass but the first."""
    return is_pass(part) and part.replace(":", " ").rpartition(" ")[2] != "1"


_PASS = re.compile(r"repeat (\d+:)?\d+")


def parent_of(path: str) -> str:
    """The path of the call around it."""
    return path.rpartition(".")[0]


def _is_leaf(part: Call | GraphNode) -> bool:
    return isinstance(part, GraphNode) and part.variable is not None


def _liken(calls: Calls, graph: Graph) -> None:
    """Give the same number to calls with the same nodes, of the same shapes, wired alike inside.

    Leaves count where they are used: of a call that is called again, only the first made them.
    """
    place: dict[int | str, tuple[str, int]] = {}
    for path, call in calls.by_path.items():
        for number, part in enumerate(computing(call)):
            place[part.path if isinstance(part, Call) else part.id] = path, number
    wires: dict[str, list[tuple[object, ...]]] = {path: [] for path in calls.by_path}
    for edge in graph.edges:
        below, target = place.get(edge.consumer, ("", -1))
        producer = graph.by_id[edge.producer]
        if producer.comes_from_outside:
            continue
        if producer.variable is not None:
            private = len(graph.consumers[producer.id]) == 1
            leaf = _local_name(producer.variable, below, private=private), producer.shape
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
            part.likeness if isinstance(part, Call) else part.build for part in computing(call)
        )
        wired = frozenset(wires[path])
        call.likeness = numbers.setdefault((parts, wired), len(numbers))


def computing(call: Call) -> list[Call | GraphNode]:
    """What is directly in a call, without leaves."""
    return [part for part in call.parts if not _is_leaf(part)]


def _local_name(variable: str, path: str, *, private: bool) -> str:
    """A parameter's name in the module whose call this is; one of another module in full. Of one
    that nothing else uses its number does not matter.
    """
    name = variable.removeprefix(f"{without_numbers(path)}.")
    return re.sub(r"\d+", "*", name) if private else name
