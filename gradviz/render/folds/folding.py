"""What is said of folding: ``auto``, ``none``, a depth, or the paths of the calls to open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.folds.calls import Calls, ancestry
from gradviz.render.folds.fold import auto, down_to
from gradviz.render.folds.loops import calls_of
from gradviz.trace.graph import Graph

Folding: TypeAlias = "str | int | Iterable[str]"
FOLDS = ("auto", "none")


def opened(graph: Graph, folding: Folding) -> frozenset[str] | None:
    """The module calls that are open, with those around them; None if nothing is folded.

    Raises `UsageError` for what is neither, and for a module call that the graph does not have.
    """
    if folding == "none":
        return None
    return _opened(calls_of(graph), folding)


def opened_where_possible(graph: Graph, folding: Folding) -> frozenset[str] | None:
    """The same, without the paths that this graph does not have."""
    if folding == "none":
        return None
    calls = calls_of(graph)
    if not isinstance(folding, str | int):
        folding = [path for path in folding if path in calls.by_path]
    return _opened(calls, folding)


def _opened(calls: Calls, folding: Folding) -> frozenset[str]:
    if folding == "auto":
        return auto(calls)
    if isinstance(folding, int) and not isinstance(folding, bool) and folding >= 0:
        return calls.always | down_to(calls, folding)
    if isinstance(folding, str | int):
        raise UsageError(
            N_("nothing is known about folding “{fold}”"),
            where="fold",
            mend=N_("take one of {known}, a depth such as 1, or the module calls to open"),
            fold=folding,
            known=", ".join(FOLDS),
        )
    paths: set[str] = set()
    for path in folding:
        if path not in calls.by_path:
            raise UsageError(
                N_("the graph has no module call “{path}”"),
                where="fold",
                mend=N_("take one of: {known}"),
                path=path,
                known=", ".join(call.path for call in calls)[:300],
            )
        paths.update(ancestry(path))
    return frozenset(paths)
