"""Scenes in place, each made once: a film lays a graph out for all of its moments together."""

from __future__ import annotations

from gradviz.render.arrange import arrange
from gradviz.render.folding import Folding
from gradviz.render.ghosts import scene_with_ghosts
from gradviz.render.layout import Layout
from gradviz.render.scene import Scene
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace


class Placing:
    """The scenes and layouts of the graphs that it was asked for, all folded in one way."""

    def __init__(self, fold: Folding) -> None:
        self._fold = fold
        self._known: dict[tuple[int, bool], tuple[AutogradGraph, Scene, Layout]] = {}

    def of(
        self, graph: AutogradGraph, trace: Trace | None = None, *, live: bool
    ) -> tuple[Scene, Layout]:
        """The graph's scene, with what is cut off from it in the trace, and its layout.

        Raises `UsageError` for a folding that the graph does not have.
        """
        key = (id(graph), live)
        if key not in self._known:
            scene = scene_with_ghosts(graph, trace, folding=self._fold, live=live)
            self._known[key] = graph, scene, arrange(scene)  # held, so that no other gets its id
        return self._known[key][1:]
