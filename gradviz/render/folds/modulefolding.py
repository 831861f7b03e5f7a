"""Folding of a module graph. A layer is one box: what torch's own modules do inside is not shown,
nor is the one op of a module that has no more.
"""

from __future__ import annotations

from gradviz.render.folds.calls import Call, Calls, is_pass, parts_of
from gradviz.render.folds.fold import MOST, everything, groups_of
from gradviz.render.folds.folding import Folding, opened, opened_where_possible
from gradviz.render.folds.loops import calls_of
from gradviz.trace.modulegraph import ModuleGraph


def opened_modules(graph: ModuleGraph, folding: Folding, *, strict: bool = True) -> frozenset[str]:
    """The module calls that are open, with those around them.

    Raises `UsageError` for what is no folding, and if ``strict`` for a module call that the graph
    does not have.
    """
    calls = calls_of(graph)
    layers = frozenset(call.path for call in calls if is_layer(graph, call)) - calls.always
    if folding == "auto" and fits(graph, everything(calls) - layers):
        return everything(calls) - layers
    known = (opened if strict else opened_where_possible)(graph, folding)
    return (everything(calls) if known is None else known) - layers


def is_layer(graph: ModuleGraph, call: Call) -> bool:
    """Whether a call is always drawn as one box."""
    if any(call.calls) or is_pass(parts_of(call.path)[-1]):
        return False
    known = graph.calls.get(module_of(call.path))
    return len(call.members) == 1 or (known is not None and known.builtin)


def module_of(path: str) -> str:
    """The path of the module call that a path in the tree of calls lies in, without the passes of
    loops.
    """
    return ".".join(part for part in parts_of(path) if not is_pass(part))


def fits(graph: ModuleGraph, open_paths: frozenset[str]) -> bool:
    """Whether a picture in which these calls are open can be read."""
    calls: Calls = calls_of(graph)
    hidden = sum(len(group.members) - 1 for group in groups_of(calls, open_paths))
    return len(graph.nodes) - hidden <= MOST
