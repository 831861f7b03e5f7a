"""Which page of help tells about what: the pages are Markdown files, one a language."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from gradviz.i18n import N_
from gradviz.qt.panel import Panel
from gradviz.resources import assets

TOPICS: dict[str, str] = {
    "overview": N_("One iteration"),
    "graph": N_("The graph"),
    "inspector": N_("The inspector"),
    "timeline": N_("The timeline"),
    "parameters": N_("The parameters"),
    "batch": N_("The batch"),
    "breakpoints": N_("Breakpoints"),
    "code": N_("The code"),
    "blocks": N_("Blocks"),
}
KEYS = "keys"
"""The page that is made of the menus themselves."""
OF_VIEWS: dict[str, str] = {
    "GraphView": "graph",
    "Inspector": "inspector",
    "ParameterTable": "parameters",
    "LoaderView": "batch",
    "BreakpointsPane": "breakpoints",
    "CodeView": "code",
    "Editor": "blocks",
    "Palette": "blocks",
    "Form": "blocks",
    "CodePane": "blocks",
}


def page(topic: str, language: str) -> str:
    """The Markdown of a topic."""
    return (assets() / "help" / language / f"{topic}.md").read_text("utf-8")


def topic_of(pane: Panel | None) -> str:
    """What to tell about first to someone who works in this pane."""
    view: QWidget | None = None if pane is None else pane.view
    if isinstance(view, QTabWidget):
        view = view.currentWidget()
        return OF_VIEWS.get(type(view).__name__, "timeline")
    return OF_VIEWS.get(type(view).__name__, "overview")
