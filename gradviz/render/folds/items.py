"""Lists of modules: one whose items run one after the other is drawn as a call that holds them.

Of others, such as the two halves of a U-Net, the items stand alone: ``up[0]``. What is between them
in forward would be before and after their list.
"""

from __future__ import annotations

from gradviz.render.folds.calls import Call, Calls, parts_of
from gradviz.trace.graph import Graph


def with_items(calls: Calls, graph: Graph) -> Calls:
    """The calls without those lists."""
    ops = (node.id for node in graph.nodes if node.variable is None)
    order = {id: place for place, id in enumerate(ops)}
    lists = {
        call.path
        for call in calls
        if all(isinstance(part, Call) for part in call.parts) and not _in_one_stretch(call, order)
    }
    if not lists:
        return calls
    return Calls(graph, {node.id: _path(calls.path_of(node), lists) for node in graph.nodes})


def _in_one_stretch(call: Call, order: dict[int, int]) -> bool:
    places = [order[id] for id in call.members if id in order]
    return not places or max(places) - min(places) < len(places)


def _path(path: str, lists: set[str]) -> str:
    found, whole = "", ""
    for part in parts_of(path):
        if whole in lists:
            found += f"[{part}]"
        else:
            found += f".{part}" if found else part
        whole += f".{part}" if whole else part
    return found
