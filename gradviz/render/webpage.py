"""A trace or a graph as a page to look around in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.drawing import Drawing
from gradviz.render.folding import Folding
from gradviz.render.html import write_html
from gradviz.render.render import picture, wanted
from gradviz.render.scene import scene_of
from gradviz.render.theme import theme_named
from gradviz.render.values import Lines, Values, who_is_who
from gradviz.trace.aside import aside
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace


def write_webpage(
    trace_or_graph: Trace | AutogradGraph,
    file: Path,
    moments: Sequence[int | str | None],
    *,
    fold: Folding,
    theme: str,
    size: str | None = None,
) -> Drawing:
    """Write a page that steps through the moments, and tells each node's values; None is the whole
    graph with all that became known.
    """
    if size is not None:
        raise UsageError(N_("a page that zooms has no size"), where="size", mend=N_("leave it out"))
    if not moments:
        raise UsageError(N_("a page of no moments"), where="at", mend=N_("give one or more"))
    theme_named(theme)
    values = Values(trace_or_graph) if isinstance(trace_or_graph, Trace) else None
    lines: list[Lines] = []
    with aside():
        for moment in moments:
            graph, index, _ = wanted(trace_or_graph, moment)
            told = who_is_who(graph) if values is None else values.at(graph, index)
            folded = {group.id for group in scene_of(graph, folding=fold).folded.groups}
            # A folded box bears the number of one of its nodes; what it tells is written on it.
            lines.append({id: each for id, each in told.items() if id not in folded})

    def drawn(name: str, place: int) -> Drawing:
        return picture(trace_or_graph, at=moments[place], fold=fold, theme=name)

    return write_html(file, drawn, lines, theme=theme)
