"""Looking around in the graph: what is selected, folded, and looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gradviz.workspace import Search, Workspace

if TYPE_CHECKING:
    from gradviz.render.folds.folding import Folding
    from gradviz.trace.graph import Graph


def select(workspace: Workspace, node: int | None = None) -> None:
    """Select a node of the graph; without one the selection follows the cursor."""
    workspace.select(node)


def select_boxes(workspace: Workspace, places: tuple[int, ...]) -> None:
    """Select a box of the module graph, by the places of the ops in it."""
    workspace.select_boxes(places)


def fold(
    workspace: Workspace, path: str, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Draw a module call as one box, and the others as they are in the view."""
    opened = _open_calls(workspace, view)
    workspace.fold(frozenset(each for each in opened if not f"{each}.".startswith(f"{path}.")))


def unfold(
    workspace: Workspace, path: str, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Show what is in a module call, and the others as they are in the view."""
    workspace.fold(_open_calls(workspace, view) | {path})


def fold_all(workspace: Workspace, folding: Folding = "auto") -> None:
    """Fold until the graph can be read (``auto``), not at all (``none``), or below a depth; or open
    just these module calls.
    """
    workspace.fold(folding)


def reveal(
    workspace: Workspace, node: int, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Open the module calls that a node of the view's graph lies in, and select it."""
    from gradviz.render.folds.calls import ancestry
    from gradviz.render.folds.loops import calls_of

    graph: Graph | None = workspace.modules if view == "modules" else workspace.graph
    if graph is None or node not in graph.by_id:
        return
    around = ancestry(calls_of(graph).path_of(graph.by_id[node]))
    if view == "modules":
        workspace.select_boxes((node,))
    else:
        workspace.select(node)
    workspace.fold(_open_calls(workspace, view) | frozenset(around))


def find(workspace: Workspace, text: str) -> None:
    """Point out in the graph what a query finds; see `gradviz.spec.query`."""
    from gradviz.spec.query import query

    query(text)
    workspace.look_for(Search("find", text))


def follow(workspace: Workspace, way: str) -> None:
    """Point out a way: ``fc1.weight`` to the loss, ``..fc1`` all that the gradient there reaches,
    ``fc1..fc2`` from one to the other.
    """
    from gradviz.render.search.follow import follow as followed

    graph = workspace.graph
    if graph is not None:
        followed(way, graph)
    workspace.look_for(Search("follow", way))


def ask_why(workspace: Workspace, name: str) -> None:
    """Say why the ``.grad`` of a leaf, or of a node by its place in the graph, is None."""
    workspace.look_for(Search("why", name))


def stop_looking(workspace: Workspace) -> None:
    """Point nothing out any more."""
    workspace.look_for(None)


def _open_calls(workspace: Workspace, view: str) -> frozenset[str]:
    from gradviz.render.folds.fold import everything
    from gradviz.render.folds.folding import opened_where_possible
    from gradviz.render.folds.loops import calls_of
    from gradviz.render.folds.modulefolding import opened_modules

    if view == "modules":
        modules = workspace.modules
        if modules is None:
            return frozenset()
        return opened_modules(modules, workspace.folding, strict=False)
    graph = workspace.graph
    if graph is None:
        return frozenset()
    known = opened_where_possible(graph, workspace.folding)
    return everything(calls_of(graph)) if known is None else known
