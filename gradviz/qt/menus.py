"""The menu bar: files, the run bar's actions, and how the window looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from gradviz import i18n
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.actions import Actions
from gradviz.qt.appearance import Appearance
from gradviz.qt.filing import Filing
from gradviz.qt.help.helping import Helping
from gradviz.qt.panewalk import PaneWalk
from gradviz.settings import Colours

FOLDINGS: tuple[tuple[str | int, str, str], ...] = (
    ("auto", N_("Fold &automatically"), "Ctrl+1"),
    (0, N_("Fold &everything"), "Ctrl+2"),
    ("none", N_("&Unfold everything"), "Ctrl+3"),
)
VIEWS = (
    ("blocks", N_("B&locks"), "Ctrl+7"),
    ("autograd", N_("A&utograd graph"), "Ctrl+4"),
    ("modules", N_("&Modules"), "Ctrl+5"),
    ("both", N_("&Both side by side"), "Ctrl+6"),
)
RUN = (
    ("step", "over", "back", "back over", "phase"),
    ("run", "until"),
    ("breakpoint", "enable"),
)
THEMES: dict[Colours, str] = {
    "system": N_("As the &system"),
    "light": N_("Light"),
    "dark": N_("Dark"),
    "print": N_("Print"),
}


class Chooser(Protocol):
    """What the menus ask of the window."""

    filing: Filing
    appearance: Appearance
    panewalk: PaneWalk
    helping: Helping

    def new_project(self) -> None:
        """Begin another project."""

    def choose_project(self) -> None:
        """Let the user choose a project file."""

    def import_module(self) -> None:
        """Let the user choose a PyTorch module to make blocks of."""

    def show_graphs(self, view: str) -> None:
        """Show the graph of backward, of forward, or both."""

    def run_as_far(self) -> None:
        """Run a model that does not fit, up to the block that fails."""

    def zoom(self, factor: float) -> None:
        """Change the graph's scale; 0 fits it."""

    def actual_size(self) -> None:
        """Show the graph in its own size."""

    def show_selection(self) -> None:
        """Show what is selected in the graph."""

    def find_in_graph(self) -> None:
        """Look for something in the graph."""

    def find_next(self, step: int) -> None:
        """To the next thing that was found, or with -1 to the one before."""

    def fold(self, folding: str | int) -> None:
        """Fold the graph's modules."""

    def close(self) -> bool:
        """Close the window."""


class Menus(QObject):
    """Makes the menus once; their texts can change. ``build`` fills that of the builder."""

    def __init__(
        self,
        bar: QMenuBar,
        actions: Actions,
        chooser: Chooser,
        build: Callable[[QMenu], None],
    ) -> None:
        super().__init__(bar)
        self._texts: list[tuple[QAction | QMenu, str]] = []
        self.of: dict[str, QAction] = {}
        file = self._menu(bar, N_("&File"))
        self._add(file, "new", N_("&New"), "Ctrl+N", chooser.new_project)
        self._add(file, "open", N_("&Open…"), "Ctrl+O", chooser.choose_project)
        self._add(file, "save", N_("&Save"), "Ctrl+S", chooser.filing.save)
        self._add(file, "save as", N_("Save &as…"), "Ctrl+Shift+S", chooser.filing.save_as)
        file.addSeparator()
        self._add(file, "import", N_("&Import PyTorch module…"), "Ctrl+I", chooser.import_module)
        self._add(file, "export", N_("&Export as code…"), "Ctrl+E", chooser.filing.export)
        file.addSeparator()
        self._add(file, "quit", N_("&Quit"), "Ctrl+Q", chooser.close)
        self._build = self._menu(bar, N_("&Build"))
        self._fill_build = build
        run = self._menu(bar, N_("&Run"))
        for group in RUN:
            for name in group:
                run.addAction(actions.of[name])
            run.addSeparator()
        run.addAction(actions.of["reset"])
        self._add(run, "as far", N_("Run up to what does not &fit"), "Shift+F5", chooser.run_as_far)
        view = self._menu(bar, N_("&View"))
        self._add(view, "zoom in", N_("Zoom &in"), "Ctrl++", lambda: chooser.zoom(1.25))
        self._add(view, "zoom out", N_("Zoom &out"), "Ctrl+-", lambda: chooser.zoom(0.8))
        self._add(view, "fit", N_("&Fit the graph"), "Ctrl+0", lambda: chooser.zoom(0))
        self._add(view, "selection", N_("Zoom to the &selection"), "Ctrl+9", chooser.show_selection)
        self._add(view, "actual size", N_("&Actual size"), "Ctrl+8", chooser.actual_size)
        view.addSeparator()
        self._add(view, "find", N_("F&ind in the graph…"), "Ctrl+F", chooser.find_in_graph)
        self._add(view, "find next", N_("Find &next"), "F3", lambda: chooser.find_next(1))
        self._add(
            view, "find before", N_("Find &previous"), "Shift+F3", lambda: chooser.find_next(-1)
        )
        view.addSeparator()
        for folding, text, key in FOLDINGS:
            self._add(view, f"fold {folding}", text, key, partial(chooser.fold, folding))
        view.addSeparator()
        self._graphs = QActionGroup(self)
        for name, text, key in VIEWS:
            self._choice(view, self._graphs, name, text, chooser.show_graphs, key)
        view.addSeparator()
        self._add(view, "next pane", N_("Ne&xt pane"), "F6", lambda: chooser.panewalk.go(1))
        self._add(
            view, "pane before", N_("&Previous pane"), "Shift+F6", lambda: chooser.panewalk.go(-1)
        )
        self._add(
            view, "copy pane", N_("&Copy pane as picture"), "Ctrl+Shift+C", chooser.panewalk.copy
        )
        view.addSeparator()
        themes = self._menu(view, N_("&Theme"))
        self._themes = QActionGroup(self)
        for name, text in THEMES.items():
            self._choice(themes, self._themes, name, text, chooser.appearance.choose_theme)
        languages = self._menu(view, N_("&Language"))
        self._languages = QActionGroup(self)
        for code, own in i18n.LANGUAGES.items():
            self._choice(languages, self._languages, code, own, chooser.appearance.choose_language)
        helps = self._menu(bar, N_("&Help"))
        self._add(helps, "help", N_("&Help"), "F1", chooser.helping.open)
        self._add(helps, "keys", N_("&Keys"), "", chooser.helping.open_keys)
        self._add(helps, "about", N_("&About gradviz"), "", chooser.helping.open_about)
        self.of["zoom in"].setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self._fill_build(self._build)
        for thing, text in self._texts:
            if isinstance(thing, QMenu):
                thing.setTitle(_(text))
            else:
                thing.setText(_(text))

    def mark(self, *names: str) -> None:
        """Tick what is in use."""
        for name in names:
            self.of[name].setChecked(True)

    def _menu(self, parent: QMenuBar | QMenu, text: str) -> QMenu:
        menu = parent.addMenu(text)
        self._texts.append((menu, text))
        return menu

    def _add(
        self, menu: QMenu, name: str, text: str, key: str, deed: Callable[[], object]
    ) -> QAction:
        action = QAction(self)
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False: deed())
        menu.addAction(action)
        self._texts.append((action, text))
        self.of[name] = action
        return action

    def _choice(
        self,
        menu: QMenu,
        group: QActionGroup,
        name: str,
        text: str,
        deed: Callable[[Any], None],
        key: str = "",
    ) -> None:
        action = self._add(menu, name, text, key, lambda: deed(name))
        action.setCheckable(True)
        group.addAction(action)
