"""A trace or a graph as a page to look around in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render.drawing import Drawing
from gradviz.render.folds.folding import Folding
from gradviz.render.pages.footer import Caption, caption_of
from gradviz.render.pages.marks import told_of_way
from gradviz.render.pages.views import Drawable, View, above, checked_view, wanted, wanted_modules
from gradviz.render.render import picture
from gradviz.render.search.follow import follow as follow_way
from gradviz.render.theme import theme_named
from gradviz.render.web.html import Moment, write_html
from gradviz.render.web.shelf import Shelf
from gradviz.trace.aside import aside
from gradviz.trace.forward import module_graph
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace

CALLED = {"modules": N_("Modules"), "autograd": N_("Autograd"), "both": N_("Both")}


def write_webpage(
    drawable: Drawable,
    file: Path,
    moments: Sequence[int | str | None],
    *,
    fold: Folding,
    theme: str,
    size: str | None = None,
    view: str = "autograd",
    find: str = "",
    follow: str = "",
) -> Drawing:
    """Write a page that steps through the moments, opens and closes boxes, and tells each node's
    values; None is the whole graph with all that became known. A trace's page has both graphs, and
    shows at first what ``view`` says, what a query finds and a way. Returns the first moment's
    picture.
    """
    if size is not None:
        raise UsageError(N_("a page that zooms has no size"), where="size", mend=N_("leave it out"))
    if not moments:
        raise UsageError(N_("a page of no moments"), where="at", mend=N_("give one or more"))
    theme_named(theme)
    shown = checked_view(view, drawable)
    first = picture(
        drawable, at=moments[0], fold=fold, theme=theme, view=shown, find=find, follow=follow
    )
    trace = drawable if isinstance(drawable, Trace) else None
    kinds = _kinds(drawable, moments, shown)
    shelf = Shelf(
        trace,
        fold,
        strict=len(kinds) == 1,
        sought=find,
        way=follow,
        moments=len(moments),
    )
    pages = []
    for number, at in enumerate(moments):
        with aside():
            pages.append(_moment(drawable, number, at, kinds, shelf))
    views = [*kinds, *(("both",) if len(kinds) > 1 else ())]
    write_html(
        file,
        shelf.books,
        pages,
        shelf.pieces,
        views={name: _(CALLED[name]) for name in views},
        panes={name: above(name) for name in kinds},
        view=shown,
        theme=theme,
        first=first,
        sought=find,
        way=_way_told(drawable, moments[0], follow),
    )
    return first


def _way_told(drawable: Drawable, at: int | str | None, way: str) -> str:
    return told_of_way(follow_way(way, wanted(drawable, at)[0])) if way else ""


def _kinds(drawable: Drawable, moments: Sequence[int | str | None], view: View) -> list[View]:
    """Which graphs there are at all moments."""
    if isinstance(drawable, ModuleGraph):
        return ["modules"]
    if isinstance(drawable, AutogradGraph):
        return ["autograd"]
    kinds: list[View] = []
    if view != "autograd" or all(module_graph(drawable, at) is not None for at in moments):
        kinds.append("modules")
    if view != "modules" or all(_backward(drawable, at) is not None for at in moments):
        kinds.append("autograd")
    return kinds


def _backward(drawable: Drawable, at: int | str | None) -> AutogradGraph | None:
    if not isinstance(drawable, Trace):
        return drawable if isinstance(drawable, AutogradGraph) else None
    if at is None:
        return drawable.graphs[-1] if drawable.graphs else None
    return drawable.graph_at(drawable.index_at(at))


def _moment(
    drawable: Drawable, number: int, at: int | str | None, kinds: Sequence[View], shelf: Shelf
) -> Moment:
    books: dict[str, int] = {}
    said: list[str] = []
    caption: Caption | None = None
    live = at is not None
    if isinstance(drawable, Trace) and at is not None:
        caption = caption_of(drawable, drawable.index_at(at))
    if "modules" in kinds:
        modules, index = wanted_modules(drawable, at)
        books["modules"] = shelf.modules(number, modules, _backward(drawable, at), index, live=live)
        said.append(_("module graph with {count} boxes").format(count=len(modules.nodes)))
    if "autograd" in kinds:
        graph, index, live = wanted(drawable, at)
        books["autograd"] = shelf.autograd(number, graph, index, live=live)
        said.append(_("autograd graph with {count} nodes").format(count=len(graph.nodes)))
    return Moment(books, caption.text if caption else " · ".join(said), caption)
