"""The tensors that a node saved for backward, in words: their version then and now, and freed."""

from __future__ import annotations

from gradviz.explain.rows import shape_text
from gradviz.i18n import gettext as _
from gradviz.trace.events import NodeRan
from gradviz.trace.graph import AutogradGraph, GraphNode, SavedTensor
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span


def saved_facts(
    trace: Trace, index: int, graph: AutogradGraph, node: GraphNode
) -> tuple[tuple[str, str], ...]:
    """A name and a text for each saved tensor of a node, after event ``index``."""
    freed = is_freed(trace, index, graph, node)
    begun = graph.begins <= index
    return tuple(
        (_("saved {name}").format(name=saved.name), _text(graph, saved, begun=begun, freed=freed))
        for saved in node.saved
    )


def is_freed(trace: Trace, index: int, graph: AutogradGraph, node: GraphNode) -> bool:
    """Whether backward has run the node by then, and so freed what it saved."""
    if graph.retained or graph.begins > index:
        return False
    following = trace.events[graph.begins : min(index + 1, span(trace, graph.iteration).stop)]
    return any(isinstance(event, NodeRan) and event.node == node.id for event in following)


def _text(graph: AutogradGraph, saved: SavedTensor, *, begun: bool, freed: bool) -> str:
    told = [" ".join(part for part in (shape_text(saved.shape), saved.dtype) if part)]
    if saved.leaf is not None:
        frozen = saved.leaf in graph.frozen
        told.append(_("{leaf} (frozen)").format(leaf=saved.leaf) if frozen else saved.leaf)
    if saved.state == "packed":
        told.append(_("packed by saved_tensors_hooks"))
    if saved.state == "freed":
        told.append(_("freed by an earlier backward; running this one fails"))
    elif freed:
        told.append(_("freed: backward has used it"))
    elif saved.modified and not begun:
        told.append(_("{versions} when backward begins").format(versions=saved.versions))
    elif saved.modified:
        told.append(
            _("{versions}: changed in place, so backward fails").format(versions=saved.versions)
        )
    else:
        told.append(saved.versions)
    return " · ".join(part for part in told if part)
