"""What the inspector says: a page about a node or an event, as data. No widgets in here."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradviz.i18n import gettext as _
from gradviz.qt.shown import Shown
from gradviz.trace.events import Phase

Rows = tuple[tuple[Shown, ...], ...]


class Fact(Struct, frozen=True):
    """A name and what it is."""

    name: str
    text: str


class Page(Struct, frozen=True, kw_only=True):
    """Title and a sentence, some facts, then tensors: a row of two stands side by side.

    ``chosen`` pages are about the selection, the others about the event under the cursor.
    """

    title: str
    subtitle: str = ""
    sentence: str = ""
    phase: Phase | None = None
    chosen: bool = False
    facts: tuple[Fact, ...] = ()
    rows: Rows = ()
    tiles: tuple[Any, ...] = ()


def facts(*pairs: tuple[str, str]) -> tuple[Fact, ...]:
    """Those of the pairs that say something."""
    return tuple(Fact(name, text) for name, text in pairs if text)


def page_of(workspace: Any) -> Page:
    """The page for the selection, else for the event under the cursor.

    It reads tensors, so the runner's worker makes it.
    """
    from gradviz.qt.eventpage import event_page
    from gradviz.qt.nodepage import node_page

    session = workspace.session
    if session is None:
        return Page(title=_("Nothing to see yet"), sentence=_("Open a project with File ▸ Open…"))
    if workspace.selection is not None and workspace.selected is not None:
        return node_page(session.trace, session.index, workspace.graph, workspace.selected)
    if workspace.event is None:
        return Page(
            title=_("Before the first event"),
            sentence=_("Press Step (F11) to watch the first one happen."),
        )
    return event_page(session, workspace.event)
