"""The menu of a card of the graph: where its value goes, where its gradient, why it has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from gradviz import commands
from gradviz.engine.stops.here import at_node
from gradviz.i18n import gettext as _
from gradviz.qt.graphitems import NodeItem
from gradviz.qt.graphview import GraphView
from gradviz.qt.runner import Runner
from gradviz.qt.stopmenu import StopMenu
from gradviz.spec.breakpoints import Breakpoint
from gradviz.trace.graph import AutogradGraph
from gradviz.workspace import Workspace

LEAVES = 12
"""Leaves that a menu names at most."""


class NodeMenu:
    """Opens the menu of the card under the mouse."""

    def __init__(self, workspace: Workspace, runner: Runner, view: GraphView) -> None:
        self._workspace = workspace
        self._runner = runner
        self._view = view
        self._stops = StopMenu(workspace, runner, view)

    def open(self, point: QPoint) -> None:
        """Open it at a point of the view, if there is a card."""
        menu = self.menu_at(point)
        if menu is not None:
            menu.popup(self._view.viewport().mapToGlobal(point))

    def menu_at(self, point: QPoint) -> QMenu | None:
        """The menu of the card at a point of the view; None where there is no card."""
        item, graph = self._view.card_under(point), self._workspace.graph
        if item is None or graph is None:
            return None
        menu = QMenu(self._view)
        menu.aboutToHide.connect(menu.deleteLater)
        if item.nodes:
            self._fill(menu, item, graph)
        ghost = item.place.card.ghost
        for leaf in () if ghost is None else ghost.leaves[:LEAVES]:
            text = _("Why has {name} no gradient?").format(name=leaf)
            self._add(menu, text, partial(self._runner.do, commands.ask_why, leaf))
        return menu

    def _fill(self, menu: QMenu, item: NodeItem, graph: AutogradGraph) -> None:
        do, node = self._runner.do, graph.nodes[item.nodes[-1]]
        name = node.variable or f"#{item.nodes[-1]}"
        if len(item.calls) == 1:
            name = item.calls[0]
        self._add(menu, _("Follow to the loss"), partial(do, commands.follow, name))
        self._add(menu, _("What this gradient reaches"), partial(do, commands.follow, f"..{name}"))
        if not item.calls:
            why = node.variable or str(item.nodes[-1])
            text = _("Why has it no gradient?")
            self._add(menu, text, partial(do, commands.ask_why, why))
        menu.addSeparator()
        module = item.calls[0] if len(item.calls) == 1 else ""
        self._stops.fill(menu, Breakpoint("module", module) if module else at_node(node))
        menu.addSeparator()
        if item.calls:
            self._add(menu, _("Unfold"), partial(do, commands.unfold, item.calls[0]))
        elif item.place.card.module:
            text = _("Fold {module}").format(module=item.place.card.module)
            self._add(menu, text, partial(do, commands.fold, item.place.card.module))

    def _add(self, menu: QMenu, text: str, deed: Callable[[], object]) -> None:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: deed())
