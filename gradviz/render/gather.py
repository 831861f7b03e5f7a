"""The status of folded module calls, from those of the nodes in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from gradviz.render.fold import Folded, Group
from gradviz.render.status import Norm, Stage, Status
from gradviz.trace.graph import Graph


def gathered(folded: Folded, statuses: Mapping[int, Status]) -> dict[int, Status]:
    """The statuses with one for each group, in the place of that of its last node.

    Norms over several edges or outputs are the norm of all of them together.
    """
    found = dict(statuses)
    for group in folded.groups:
        found[group.id] = of_group(folded.graph, group, statuses)
    ids = {group.id for group in folded.groups}
    sent: dict[int, dict[int, Norm]] = {id: {} for id in ids}
    for edge, behind in zip(folded.edges, folded.carried, strict=True):
        if edge.consumer in ids:
            norm = together(statuses[one.consumer].sent.get(one.slot) for one in behind)
            if norm is not None:
                sent[edge.consumer][edge.slot] = norm
    for id in ids:
        if sent[id]:
            found[id] = replace(found[id], sent=sent[id])
    return found


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
