"""What the inspector says: a page about a node or an event, as data. No widgets in here."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gradviz.data.previews.kinds import Preview
from gradviz.explain.rows import shape_text
from gradviz.i18n import gettext as _
from gradviz.qt.shown import Shown
from gradviz.trace.events import Phase
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode

Rows = tuple[tuple[Shown, ...], ...]


class Fact(Struct, frozen=True):
    """A name and what it is."""

    name: str
    text: str


class Workings(Struct, frozen=True):
    """How one number came about, line by line."""

    heading: str
    lines: tuple[Fact, ...]


class Checking(Struct, frozen=True):
    """That the gradient of ``param`` can be checked numerically, and what came out: a table with
    its head, if it was.
    """

    param: str
    result: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


class Page(Struct, frozen=True, kw_only=True):
    """Title and a sentence, some facts, how single numbers came about, then tensors: a row of two
    stands side by side.

    ``chosen`` pages are about the selection, the others about the event under the cursor.
    """

    title: str
    subtitle: str = ""
    sentence: str = ""
    phase: Phase | None = None
    chosen: bool = False
    facts: tuple[Fact, ...] = ()
    rows: Rows = ()
    previews: tuple[Preview, ...] = ()
    workings: tuple[Workings, ...] = ()
    checking: Checking | None = None


def facts(*pairs: tuple[str, str]) -> tuple[Fact, ...]:
    """Those of the pairs that say something."""
    return tuple(Fact(name, text) for name, text in pairs if text)


def page_of(workspace: Any) -> Page:
    """The page for the selection, else for the event under the cursor.

    It reads tensors, so the runner's worker makes it.
    """
    session = workspace.session
    if session is None and workspace.history is not None and workspace.history.past:
        text = _("The model was changed. Step (F11) starts it again.")
        return Page(title=_("Nothing to see yet"), sentence=text)
    if session is None:
        return Page(title=_("Nothing to see yet"), sentence=_("Open a project with File ▸ Open…"))
    # These load torch, for which the first paint does not wait.
    from gradviz.qt.eventpage import event_page
    from gradviz.qt.nodepage import node_page

    if workspace.selection is not None and workspace.selected is not None:
        page = node_page(session.trace, session.index, workspace.graph, workspace.selected)
        return replace(page, checking=_checking(workspace, workspace.selected.variable))
    if workspace.chosen is not None and workspace.modules is not None:
        return _box_page(session, workspace.modules, workspace.chosen.places[-1])
    if workspace.event is None:
        return Page(
            title=_("Before the first event"),
            sentence=_("Press Step (F11) to watch the first one happen."),
        )
    return event_page(session, workspace.event)


def _checking(workspace: Any, name: str | None) -> Checking | None:
    """For a parameter that backward gives a gradient."""
    from gradviz.explain.gradcheck import check_heads, check_row, check_text

    known = dict(workspace.session.model.named_parameters(remove_duplicate=False))
    if name is None or name not in known or not known[name].requires_grad:
        return None
    check = workspace.check_of(name)
    if check is None:
        return Checking(name)
    rows = (check_heads(), *map(check_row, check.elements))
    return Checking(name, check_text(check), rows)


def _box_page(session: Any, modules: ModuleGraph, place: int) -> Page:
    """The page about a box of the module graph that autograd knows nothing of: an op that it did
    not watch, or a tensor that came from outside.
    """
    from gradviz.qt.eventpage import event_page

    node = modules.by_id[min(place, len(modules.nodes) - 1)]
    event = node.event if isinstance(node, ModuleNode) else None
    title, shape = node.variable or node.op, shape_text(node.shape)
    known = facts((_("shape"), shape), ("dtype", node.dtype), ("grad_fn", "None"))
    if event is None or event > session.index:
        return Page(title=title, chosen=True, facts=known)
    page = event_page(session, session.trace.events[event])
    return replace(page, title=title, subtitle="", chosen=True)
