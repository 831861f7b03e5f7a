"""How a graph of either kind is drawn box by box: that of backward, and that of forward."""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from gradviz.render.arrange.ghosts import with_cuts
from gradviz.render.folds.fold import Folded, Group
from gradviz.render.folds.modulefolding import is_layer
from gradviz.render.scene.modulescene import ModuleCards, module_frame, module_scene
from gradviz.render.scene.scene import Card, Frame, Scene, frame_of, group_card, group_title
from gradviz.render.scene.scene import scene_of_folded as autograd_scene
from gradviz.trace.cuts import CutsOf
from gradviz.trace.graph import AutogradGraph, Graph, GraphEdge, GraphNode
from gradviz.trace.modulegraph import ModuleGraph


class Sort(Protocol):
    """A sort of graphs: what boxes its nodes and its module calls are."""

    def part(self, nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> Graph:
        """Some of its nodes, and the edges between these, as a graph."""

    def scene(self, folded: Folded) -> Scene:
        """The cards of a part of the graph."""

    def card(self, group: Group) -> Card:
        """The card of module calls that are closed."""

    def frame(self, paths: tuple[str, ...]) -> Frame:
        """The frame around them once they are open."""

    def opens(self, paths: tuple[str, ...]) -> bool:
        """Whether a box shows what is in it."""


class AutogradSort:
    """The graph of backward; ``cuts`` are what is cut off from it."""

    def __init__(self, graph: AutogradGraph, cuts: CutsOf, *, live: bool) -> None:
        self._graph = graph
        self._cuts = cuts
        self._live = live

    def part(self, nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> Graph:
        return Graph(nodes, edges, self._graph.root)

    def scene(self, folded: Folded) -> Scene:
        inside, root = folded.graph.by_id, self._graph.root
        edges = tuple(
            cut
            for cut in self._cuts.edges
            if (root if cut.consumer is None else cut.consumer) in inside
            and (cut.producer in inside or (cut.how == "frozen" and cut.leaf is not None))
        )
        return with_cuts(autograd_scene(folded, live=self._live), CutsOf(edges))

    def card(self, group: Group) -> Card:
        inside = frozenset(group.members)
        root = self._graph.root
        frozen: set[str] = set()
        cut = 0
        for edge in self._cuts.edges:
            if (root if edge.consumer is None else edge.consumer) not in inside:
                continue
            if edge.how == "frozen":
                frozen.update(edge.leaves)
            elif edge.producer in inside or edge.module.startswith(f"{group.paths[0]}."):
                cut += 1
        card = group_card(self._graph, group, self._live)
        return replace(card, frozen=len(frozen), cut=cut)

    def frame(self, paths: tuple[str, ...]) -> Frame:
        return frame_of(paths[0] if len(paths) == 1 else group_title(paths), "")

    def opens(self, paths: tuple[str, ...]) -> bool:
        return bool(paths)


class ModuleSort:
    """The graph of forward, whole as it was ``folded``; a layer shows nothing of its inside."""

    def __init__(self, folded: Folded, *, live: bool) -> None:
        assert isinstance(folded.graph, ModuleGraph)
        self._graph = folded.graph
        self._folded = folded
        self._cards = ModuleCards(folded, live=live)

    def part(self, nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> Graph:
        return replace(self._graph, nodes=nodes, edges=edges)

    def scene(self, folded: Folded) -> Scene:
        return module_scene(folded, cards=self._cards)

    def card(self, group: Group) -> Card:
        return self._cards.of_group(group)

    def frame(self, paths: tuple[str, ...]) -> Frame:
        if len(paths) == 1:
            return module_frame(paths[0], self._graph)
        return frame_of(group_title(paths), "")

    def opens(self, paths: tuple[str, ...]) -> bool:
        if len(paths) != 1:
            return bool(paths)
        return not is_layer(self._graph, self._folded.calls.by_path[paths[0]])
