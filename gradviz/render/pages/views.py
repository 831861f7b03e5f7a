"""Which graphs a picture shows: that of backward, that of forward, or both."""

from __future__ import annotations

from typing import Literal, TypeAlias

from gradviz.errors import TraceError, UsageError
from gradviz.i18n import N_, gettext
from gradviz.render.arrange.placing import Placing, scene_in
from gradviz.render.folds.folding import Folding, opened
from gradviz.render.folds.loops import calls_of
from gradviz.render.pages.both import Part
from gradviz.render.pages.marks import marks_of
from gradviz.render.scene.scene import Scene
from gradviz.render.status.gather import gathered
from gradviz.render.status.modulestatus import module_statuses
from gradviz.render.status.status import statuses
from gradviz.trace.aside import aside
from gradviz.trace.forward import module_graph
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace

View: TypeAlias = Literal["autograd", "modules", "both"]
VIEWS: tuple[View, ...] = ("autograd", "modules", "both")

_ABOVE = {
    "modules": N_("Modules · forward: data flows down"),
    "autograd": N_("Autograd graph · backward: gradients flow up"),
}
Drawable: TypeAlias = Trace | AutogradGraph | ModuleGraph


def above(view: View) -> str:
    """What the line above a graph says of it."""
    return gettext(_ABOVE[view])


def checked_view(view: str, drawable: Drawable) -> View:
    """The view by its name, as far as there is something to draw. Raises `UsageError`."""
    known: View | None = next((each for each in VIEWS if each == view), None)
    if known is None:
        raise UsageError(
            N_("there is no view “{view}”"),
            where="view",
            mend=N_("take one of: {known}"),
            view=view,
            known=", ".join(VIEWS),
        )
    if isinstance(drawable, ModuleGraph):
        return "modules"
    if known != "autograd" and not isinstance(drawable, Trace):
        raise UsageError(
            N_("an autograd graph alone knows no modules"),
            where="view",
            mend=N_("give the trace that it was recorded in"),
        )
    return known


def parts_of(
    drawable: Drawable,
    *,
    at: int | str | None,
    placing: Placing,
    view: View,
    find: str = "",
    follow: str = "",
) -> tuple[Part, ...]:
    """The graphs that the view shows, in place, with what is known of them at the moment. What a
    query finds is pointed out in each, a way in the autograd graph.
    """
    if view == "modules" and follow:
        raise UsageError(
            N_("a way leads through the autograd graph"),
            where="view",
            mend=N_("take one of: {known}"),
            known="autograd, both",
        )
    _check_paths(drawable, at, placing.fold, view)
    parts = []
    if view in ("modules", "both"):
        parts.append(_modules(drawable, at, placing, strict=view == "modules", find=find))
    if view in ("autograd", "both"):
        strict = view == "autograd"
        parts.append(_autograd(drawable, at, placing, strict=strict, find=find, follow=follow))
    return tuple(parts)


def scenes_of(
    drawable: Drawable, *, at: int | str | None, fold: Folding, view: View
) -> tuple[Scene, ...]:
    """The same before they are placed."""
    _check_paths(drawable, at, fold, view)
    strict, live = view != "both", at is not None
    graphs: list[Graph] = []
    if view in ("modules", "both"):
        graphs.append(wanted_modules(drawable, at)[0])
    if view in ("autograd", "both"):
        graphs.append(wanted(drawable, at)[0])
    trace = drawable if isinstance(drawable, Trace) else None
    return tuple(scene_in(graph, trace, folding=fold, live=live, strict=strict) for graph in graphs)


def wanted(drawable: Drawable, at: int | str | None) -> tuple[AutogradGraph, int | None, bool]:
    """The graph to draw, the event to draw it at, and whether there is one."""
    if isinstance(drawable, ModuleGraph):
        raise UsageError(
            N_("a module graph has no backward"),
            where="view",
            mend=N_("give the trace that it was recorded in"),
        )
    if not isinstance(drawable, Trace):
        _no_moment(at)
        return drawable, None, False
    if at is None:
        index, graph = None, drawable.graphs[-1] if drawable.graphs else None
    else:
        index = drawable.index_at(at)
        graph = drawable.graph_at(index)
    if graph is None:
        raise TraceError(
            N_("there is no autograd graph: no backward was recorded here"),
            mend=N_("call loss.backward() inside the recording"),
        )
    return graph, index, index is not None


def wanted_modules(drawable: Drawable, at: int | str | None) -> tuple[ModuleGraph, int | None]:
    """The module graph to draw, and the event to draw it at."""
    if isinstance(drawable, ModuleGraph):
        _no_moment(at)
        return drawable, None
    assert isinstance(drawable, Trace)
    index = None if at is None else drawable.index_at(at)
    graph = module_graph(drawable, index)
    if graph is None:
        raise TraceError(
            N_("there is no module graph: nothing was computed here"),
            mend=N_("call the model inside the recording"),
        )
    return graph, index


def _modules(
    drawable: Drawable, at: int | str | None, placing: Placing, *, strict: bool, find: str
) -> Part:
    graph, index = wanted_modules(drawable, at)
    scene, layout = placing.of(graph, None, live=at is not None, strict=strict)
    known = None
    trace = drawable if isinstance(drawable, Trace) else None
    with aside():
        if trace is not None and index is not None:
            known = module_statuses(trace, scene.folded, trace.graph_at(index), index)
        marks = marks_of(scene, graph, trace, at=index, sought=find)
    return Part(
        layout,
        known,
        above("modules"),
        "forward",
        gettext("module graph with {count} boxes").format(count=len(scene.cards)),
        apart=True,
        marks=marks,
    )


def _autograd(
    drawable: Drawable,
    at: int | str | None,
    placing: Placing,
    *,
    strict: bool,
    find: str,
    follow: str,
) -> Part:
    graph, index, live = wanted(drawable, at)
    trace = drawable if isinstance(drawable, Trace) else None
    scene, layout = placing.of(graph, trace, live=live, strict=strict)
    known = None
    with aside():
        if trace is not None and index is not None:
            known = gathered(scene.folded, statuses(trace, graph, index))
        marks = marks_of(scene, graph, trace, at=index, sought=find, way=follow)
    return Part(
        layout,
        known,
        above("autograd"),
        "backward",
        gettext("autograd graph with {count} nodes").format(count=len(scene.cards)),
        marks=marks,
    )


def _check_paths(drawable: Drawable, at: int | str | None, fold: Folding, view: View) -> None:
    """Of two graphs each may lack some of the calls to open, but not both. Raises `UsageError`."""
    if view == "both" and not isinstance(fold, str | int):
        modules = calls_of(wanted_modules(drawable, at)[0]).by_path
        opened(wanted(drawable, at)[0], [path for path in fold if path not in modules])


def _no_moment(at: int | str | None) -> None:
    if at is not None:
        raise UsageError(
            N_("a graph alone has no moments"),
            where="at",
            mend=N_("give the trace that it was recorded in"),
        )
