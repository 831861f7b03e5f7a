"""A way through a graph, as it is written: ``fc1.weight``, ``..fc2``, ``fc1..relu2``.

``A`` and ``A..`` is the way from A to the loss, ``..B`` all that the gradient at B reaches, and
``A..B`` all ways from A to B. A name is that of a parameter, a module call, an op, torch's name of
a node, ``loss``, or a node's id; ``#12`` is a node's place in the graph, which is the same in
every iteration.
"""

from __future__ import annotations

import difflib

from msgspec import Struct

from gradviz.arguments import check_type
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.scene.scene import title_of
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.paths import Way, between, reached, to_loss


class Followed(Struct, frozen=True):
    """The way, and what it leads from and to; either may be empty."""

    start: str
    end: str
    first: tuple[int, ...]
    last: tuple[int, ...]
    way: Way


def follow(text: str, graph: AutogradGraph) -> Followed:
    """The way that a text asks for.

    Raises `UsageError` for a name that the graph does not have, and where there is no way.
    """
    check_type(text, str, where="path", mend=N_("give the name of a parameter or a module call"))
    start, _dots, end = (part.strip() for part in text.strip().partition(".."))
    first = nodes_named(graph, start) if start else ()
    last = nodes_named(graph, end) if end else ()
    if not first and not last:
        raise UsageError(
            N_("there is no name to follow from"),
            where="path",
            mend=N_("write fc1.weight for its way to the loss, ..fc1 for all its gradient reaches"),
        )
    if first and last:
        way = between(graph, first, last)
        if not way.nodes:
            back = between(graph, last, first).nodes
            raise UsageError(
                N_("no way leads from {first} to {last}"),
                where="path",
                mend=N_("write it the other way round: {last}..{first}") if back else "",
                first=start,
                last=end,
            )
    else:
        way = to_loss(graph, first) if first else reached(graph, last)
    return Followed(_called(graph, start), _called(graph, end), first, last, way)


def _called(graph: AutogradGraph, name: str) -> str:
    """What a name is called; of a number, the title of its node."""
    id = _numbered(graph, name)
    return name if id is None else title_of(graph, graph.by_id[id])


def _numbered(graph: AutogradGraph, name: str) -> int | None:
    """The node of a number: ``12`` is its id, ``#12`` its place in the graph."""
    number = name.removeprefix("#")
    if not number.isdecimal():
        return None
    if name != number:
        return graph.nodes[int(number)].id if int(number) < len(graph.nodes) else None
    return int(number) if int(number) in graph.by_id else None


def nodes_named(graph: AutogradGraph, name: str) -> tuple[int, ...]:
    """The nodes that a name stands for: all of a module call, or of an op."""
    if name.casefold() == "loss" and graph.root is not None:
        return (graph.root,)
    id = _numbered(graph, name)
    if id is not None:
        return (id,)
    for texts in (
        lambda node: (node.variable,),
        lambda node: (node.module,),
        lambda node: (title_of(graph, node), node.op, node.name),
    ):
        found = tuple(node.id for node in graph.nodes if name in texts(node))
        if found:
            return found
    inside = tuple(node.id for node in graph.nodes if node.module.startswith(f"{name}."))
    return inside or _unknown(graph, name)


def _unknown(graph: AutogradGraph, name: str) -> tuple[int, ...]:
    known = dict.fromkeys(
        text
        for node in graph.nodes
        for text in (node.variable, node.module, node.op, node.name)
        if text
    )
    absent = name in graph.frozen
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    raise UsageError(
        N_("{name} is frozen, so no path of the graph begins there")
        if absent
        else N_("the graph has no {name}"),
        where="path",
        mend=N_("take one of: {known}"),
        name=name,
        known=", ".join(near or list(known)[:10]),
    )
