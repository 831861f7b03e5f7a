"""The module graph at the cursor, as a graph view shows it."""

from __future__ import annotations

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.graphsource import Telling
from gradviz.qt.runner import Runner
from gradviz.render.folds.fold import Folded
from gradviz.render.folds.folding import Folding
from gradviz.render.folds.modulefolding import opened_modules
from gradviz.render.scene.modulescene import module_scene
from gradviz.render.scene.scene import Scene
from gradviz.render.status.modulestatus import ModuleStatuses
from gradviz.render.status.status import Status
from gradviz.trace.graph import Graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.selection import Selection
from gradviz.trace.trace import Trace
from gradviz.workspace import Workspace


class ModuleSource:
    """What ran in forward. There is nothing to show until it is ``wanted``."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        self._workspace = workspace
        self._runner = runner
        self.wanted = False

    def title(self) -> str:
        return _("module graph")

    def graph(self) -> ModuleGraph | None:
        return self._workspace.modules if self.wanted else None

    def opened(self, graph: Graph) -> frozenset[str] | None:
        assert isinstance(graph, ModuleGraph)
        return opened_modules(graph, self._workspace.folding, strict=False)

    def scene(self, folded: Folded) -> Scene:
        return module_scene(folded)

    def beside(self, graph: Graph) -> object:
        return [node.build for node in graph.nodes]

    def telling(self, folded: Folded) -> Telling:
        return _Telling(folded)

    def chosen(self) -> frozenset[int]:
        return frozenset(self._workspace.selected_boxes) if self.wanted else frozenset()

    def owns(self, chosen: Selection) -> bool:
        return chosen.of == "modules"

    def select(self, graph: Graph, nodes: tuple[int, ...]) -> None:
        self._runner.do(commands.select_boxes, nodes)

    def unfold(self, path: str) -> None:
        self._runner.do(commands.unfold, path, "modules")

    def fold(self, path: str) -> None:
        self._runner.do(commands.fold, path, "modules")

    def fold_as(self, folding: Folding) -> None:
        self._runner.do(commands.fold_all, folding)


class _Telling:
    """Of an iteration with several backwards the boxes tell of that at the cursor."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._statuses: ModuleStatuses | None = None

    def at(self, trace: Trace, index: int, *, since: int | None = None) -> dict[int, Status]:
        backward = trace.graph_at(index)
        if self._statuses is None or self._statuses.backward is not backward:
            self._statuses, since = ModuleStatuses(self._folded, backward), None
        return self._statuses.at(trace, index, since=since)
