"""Where a graph view has its graph from, and where what is done in it goes."""

from __future__ import annotations

from typing import Protocol

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.runner import Runner
from gradviz.render.arrange.ghosts import look_of, with_cuts
from gradviz.render.folds.fold import Folded
from gradviz.render.folds.folding import Folding, opened_where_possible
from gradviz.render.scene.scene import Scene, scene_of_folded
from gradviz.render.status.gather import Gathering
from gradviz.render.status.status import Status
from gradviz.trace.cuts import cuts_of
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.selection import Selection
from gradviz.trace.trace import Trace
from gradviz.workspace import Workspace


class Telling(Protocol):
    """What tells the statuses of the boxes of a folded graph, by their ids."""

    def at(self, trace: Trace, index: int, *, since: int | None = None) -> dict[int, Status]:
        """Those after event ``index``: of all, or only of those that may be others than after event
        ``since``.
        """


class GraphSource(Protocol):
    """What `gradviz.qt.graphview.GraphView` shows. Nodes are known by their places in the graph."""

    def title(self) -> str:
        """What the graph is called."""

    def graph(self) -> Graph | None:
        """The graph at the cursor."""

    def opened(self, graph: Graph) -> frozenset[str] | None:
        """The module calls that are open in it; None for all."""

    def scene(self, folded: Folded) -> Scene:
        """Its cards."""

    def beside(self, graph: Graph) -> object:
        """What its cards depend on besides the graph itself; equal things look alike."""

    def telling(self, folded: Folded) -> Telling:
        """What finds out what is known of each card at the cursor; made in the worker."""

    def chosen(self) -> frozenset[int]:
        """The nodes that are selected."""

    def owns(self, chosen: Selection) -> bool:
        """Whether that was selected here."""

    def select(self, graph: Graph, nodes: tuple[int, ...]) -> None:
        """Select the card of these nodes, of which the last is its own; nothing for none."""

    def unfold(self, path: str) -> None:
        """Show what is in a module call."""

    def fold(self, path: str) -> None:
        """Draw a module call as one box."""

    def fold_as(self, folding: Folding) -> None:
        """Draw it folded as it was before."""


class AutogradSource:
    """The autograd graph at the cursor."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        self._workspace = workspace
        self._runner = runner

    def title(self) -> str:
        return _("autograd graph")

    def graph(self) -> AutogradGraph | None:
        return self._workspace.graph

    def opened(self, graph: Graph) -> frozenset[str] | None:
        return opened_where_possible(graph, self._workspace.folding)

    def scene(self, folded: Folded) -> Scene:
        scene, session = scene_of_folded(folded), self._workspace.session
        if session is None or not isinstance(folded.graph, AutogradGraph):
            return scene
        return with_cuts(scene, cuts_of(session.trace, folded.graph))

    def beside(self, graph: Graph) -> object:
        session = self._workspace.session
        if session is None or not isinstance(graph, AutogradGraph):
            return None
        return look_of(graph, cuts_of(session.trace, graph))

    def telling(self, folded: Folded) -> Telling:
        return Gathering(folded)

    def chosen(self) -> frozenset[int]:
        return frozenset(self._workspace.selected_nodes)

    def owns(self, chosen: Selection) -> bool:
        return chosen.of == "autograd"

    def select(self, graph: Graph, nodes: tuple[int, ...]) -> None:
        self._runner.do(commands.select, graph.nodes[nodes[-1]].id if nodes else None)

    def unfold(self, path: str) -> None:
        self._runner.do(commands.unfold, path)

    def fold(self, path: str) -> None:
        self._runner.do(commands.fold, path)

    def fold_as(self, folding: Folding) -> None:
        self._runner.do(commands.fold_all, folding)
