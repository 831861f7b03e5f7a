"""A trace or a graph as a page to look around in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.arrange import arrange
from gradviz.render.drawing import Drawing
from gradviz.render.folding import Folding
from gradviz.render.footer import Caption, caption_of
from gradviz.render.html import Book, Moment, write_html
from gradviz.render.insets import Insets
from gradviz.render.looks import Looks, Pieces
from gradviz.render.page import title_of
from gradviz.render.render import picture, wanted
from gradviz.render.scene import scene_of
from gradviz.render.status import Status, statuses
from gradviz.render.theme import theme_named
from gradviz.render.values import Values, who_is_who
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
    """Write a page that steps through the moments, opens and closes boxes, and tells each node's
    values; None is the whole graph with all that became known. Returns the first moment's picture.
    """
    if size is not None:
        raise UsageError(N_("a page that zooms has no size"), where="size", mend=N_("leave it out"))
    if not moments:
        raise UsageError(N_("a page of no moments"), where="at", mend=N_("give one or more"))
    theme_named(theme)
    values = Values(trace_or_graph) if isinstance(trace_or_graph, Trace) else None
    pieces, books, shown = Pieces(), _Books(fold), []
    for number, at in enumerate(moments):
        graph, index, live = wanted(trace_or_graph, at)
        book, ids = books.of(graph, pieces, live=live)
        known: dict[int, Status] | None = None
        caption: Caption | None = None
        with aside():
            if isinstance(trace_or_graph, Trace) and index is not None:
                known = statuses(trace_or_graph, graph, index)
                caption = caption_of(trace_or_graph, index)
            lines = who_is_who(graph) if values is None else values.at(graph, index)
        book.tell(number, {ids[id]: each for id, each in lines.items()})
        book.looks.add(number, known and {ids[id]: status for id, status in known.items()})
        shown.append(Moment(books.all.index(book), title_of(book.layout, caption), caption))
    first = picture(trace_or_graph, at=moments[0], fold=fold, theme=theme)
    write_html(file, books.all, shown, pieces, theme=theme, first=first)
    return first


class _Books:
    """A book for each graph; iterations with equal graphs share one, so what is folded stays so."""

    def __init__(self, fold: Folding) -> None:
        self.all: list[Book] = []
        self._fold = fold
        self._known: list[tuple[object, Book]] = []
        self._graphs: list[tuple[AutogradGraph, Book, dict[int, int]]] = []

    def of(
        self, graph: AutogradGraph, pieces: Pieces, *, live: bool
    ) -> tuple[Book, Mapping[int, int]]:
        """The graph's book, and the nodes' ids there."""
        for known, book, ids in self._graphs:
            if known is graph:
                return book, ids
        shape = (live, _shape(graph))
        shared = next((book for known, book in self._known if known == shape), None)
        if shared is None:
            scene = scene_of(graph, folding=self._fold, live=live)
            layout = arrange(scene, tags=False)
            shared = Book(layout, Looks(Insets(scene, layout), pieces))
            self._known.append((shape, shared))
            self.all.append(shared)
        first = shared.looks.insets.graph.nodes
        ids = {node.id: same.id for node, same in zip(graph.nodes, first, strict=True)}
        self._graphs.append((graph, shared, ids))
        return shared, ids


def _shape(graph: AutogradGraph) -> object:
    """What two graphs that are drawn alike have in common."""
    number = {node.id: place for place, node in enumerate(graph.nodes)}
    return (
        None if graph.root is None else number.get(graph.root),
        [(node.name, node.module, node.op, node.shape, node.variable) for node in graph.nodes],
        [(number[e.producer], number[e.consumer], e.slot, e.output) for e in graph.edges],
    )
