"""Scenes in place, each made once: a film lays a graph out for all of its moments together."""

from __future__ import annotations

from gradviz.render.arrange.arrange import arrange
from gradviz.render.arrange.ghosts import with_cuts
from gradviz.render.folds.fold import fold
from gradviz.render.folds.folding import Folding, opened, opened_where_possible
from gradviz.render.folds.modulefolding import opened_modules
from gradviz.render.layout.layout import Layout
from gradviz.render.scene.modulescene import module_scene
from gradviz.render.scene.scene import Scene, scene_of_folded
from gradviz.trace.cuts import cuts_of
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace


class Placing:
    """The scenes and layouts of the graphs that it was asked for, all folded in one way."""

    def __init__(self, fold: Folding) -> None:
        self.fold = fold
        self._known: dict[tuple[int, bool], tuple[Graph, Scene, Layout]] = {}

    def of(
        self, graph: Graph, trace: Trace | None = None, *, live: bool, strict: bool = True
    ) -> tuple[Scene, Layout]:
        """The graph's scene, with what is cut off from it in the trace, and its layout.

        Raises `UsageError` for a folding that makes no sense, and if ``strict`` for module calls
        that the graph does not have.
        """
        key = (id(graph), live)
        if key not in self._known:
            scene = scene_in(graph, trace, folding=self.fold, live=live, strict=strict)
            self._known[key] = graph, scene, arrange(scene)  # held, so that no other gets its id
        return self._known[key][1:]


def scene_in(
    graph: Graph, trace: Trace | None, *, folding: Folding, live: bool, strict: bool = True
) -> Scene:
    """The cards of a graph of any kind, folded."""
    if isinstance(graph, ModuleGraph):
        return module_scene(fold(graph, opened_modules(graph, folding, strict=strict)), live=live)
    paths = (opened if strict else opened_where_possible)(graph, folding)
    scene = scene_of_folded(fold(graph, paths), live=live)
    if trace is None or not isinstance(graph, AutogradGraph):
        return scene
    return with_cuts(scene, cuts_of(trace, graph))
