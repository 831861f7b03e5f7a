"""The books of a page: one for each graph that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradviz.render.arrange.arrange import arrange
from gradviz.render.arrange.ghosts import look_of
from gradviz.render.arrange.insets import Insets
from gradviz.render.arrange.placing import scene_in
from gradviz.render.arrange.sorts import AutogradSort, ModuleSort
from gradviz.render.folds.folding import Folding
from gradviz.render.scene.scene import one_line
from gradviz.render.search.find import things_of
from gradviz.render.search.follow import follow
from gradviz.render.search.things import Things
from gradviz.render.status.status import statuses
from gradviz.render.web.answers import MOST
from gradviz.render.web.book import Book
from gradviz.render.web.known import KnownModules, KnownNodes
from gradviz.render.web.looks import Looks
from gradviz.render.web.pieces import Pieces
from gradviz.render.web.values import Lines, Values, who_is_who
from gradviz.trace.cuts import CutsOf, cuts_of
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.selection import nodes_of_each
from gradviz.trace.trace import Trace


class Shelf:
    """Iterations with equal graphs share a book, so what is folded stays so."""

    def __init__(
        self,
        trace: Trace | None,
        fold: Folding,
        *,
        strict: bool,
        sought: str = "",
        way: str = "",
        moments: int = 1,
    ) -> None:
        self.books: list[Book] = []
        self.pieces = Pieces()
        self._trace = trace
        self._fold = fold
        self._strict = strict
        self._sought = sought
        self._way = way
        self._moments = moments
        self._values = None if trace is None else Values(trace)
        self._numbers: list[tuple[object, int]] = []
        self._graphs: list[tuple[Graph, int]] = []
        self._latest: tuple[ModuleGraph, KnownModules] | None = None

    def autograd(self, moment: int, graph: AutogradGraph, index: int | None, *, live: bool) -> int:
        """Put down what is known of a graph of backward after an event, as the next moment; gives
        the number of its book.
        """
        cuts = CutsOf() if self._trace is None else cuts_of(self._trace, graph)
        number = self._book(
            graph,
            (live, _shape(graph), look_of(graph, cuts)),
            lambda: self._autograd_book(graph, cuts, live=live),
        )
        book = self.books[number]
        first = book.looks.insets.graph.nodes
        ids = {node.id: same.id for node, same in zip(graph.nodes, first, strict=True)}
        known = None
        if self._trace is not None and index is not None:
            of = statuses(self._trace, graph, index)
            told = {ids[id]: status for id, status in of.items()}
            known = KnownNodes(book.looks.insets.graph, told)
        book.looks.add(moment, known)
        if self._values is not None:
            lines = self._values.at(graph, index)
            book.tell(moment, {ids[id]: each for id, each in lines.items()})
        self._answer(moment, book, graph, index, ids)
        return number

    def modules(
        self,
        moment: int,
        graph: ModuleGraph,
        backward: AutogradGraph | None,
        index: int | None,
        *,
        live: bool,
    ) -> int:
        """The same of a graph of forward; ``backward`` is the other one of the same moment."""
        number = self._book(
            graph,
            (live, _shape(graph), [node.build for node in graph], backward and _shape(backward)),
            lambda: self._module_book(graph, backward, live=live),
        )
        book = self.books[number]
        known = None
        if self._trace is not None and index is not None:
            if self._latest is None or self._latest[0] is not graph:
                self._latest = graph, KnownModules(graph, backward, book.looks.insets)
            known = self._latest[1].at(self._trace, index)
        book.looks.add(moment, known)
        if self._values is not None:
            book.tell(moment, self._values.of_modules(graph, index))
        self._answer(moment, book, graph, index, {})
        return number

    def _answer(
        self,
        moment: int,
        book: Book,
        graph: AutogradGraph | ModuleGraph,
        index: int | None,
        ids: Mapping[int, int],
    ) -> None:
        states = self._moments * len(graph.nodes) <= MOST
        if states or self._sought:
            things = things_of(graph, self._trace, index)
        else:
            things = Things(AutogradGraph((), (), None), None, None)
        book.answers.add(moment, things, ids, sought=self._sought, states=states)

    def _book(self, graph: Graph, shape: object, make: Callable[[], Book]) -> int:
        for known, number in self._graphs:
            if known is graph:
                return number
        found = next((number for known, number in self._numbers if known == shape), None)
        if found is None:
            found = len(self.books)
            self.books.append(make())
            self._numbers.append((shape, found))
        self._graphs.append((graph, found))
        return found

    def _autograd_book(self, graph: AutogradGraph, cuts: CutsOf, *, live: bool) -> Book:
        scene = scene_in(graph, self._trace, folding=self._fold, live=live, strict=self._strict)
        insets = Insets(scene, arrange(scene), AutogradSort(graph, cuts, live=live))
        places = {node.id: (place,) for place, node in enumerate(graph.nodes)}
        book = Book(Looks(insets, self.pieces), who_is_who(graph), _texts(graph), places)
        if self._way:
            book.answers.follow(follow(self._way, graph))
        return book

    def _module_book(
        self, graph: ModuleGraph, backward: AutogradGraph | None, *, live: bool
    ) -> Book:
        scene = scene_in(graph, self._trace, folding=self._fold, live=live, strict=self._strict)
        insets = Insets(scene, arrange(scene), ModuleSort(scene.folded, live=live))
        places: Mapping[int, tuple[int, ...]] = {}
        if backward is not None:
            places = nodes_of_each(backward, graph)
        return Book(Looks(insets, self.pieces), who_is_who(graph), _texts(graph), places)


def _texts(graph: AutogradGraph | ModuleGraph) -> Lines:
    """The texts of each node that words are looked for in."""
    things = things_of(graph)
    return {
        thing.node.id: tuple(one_line(text)[:300] for _key, text in things.texts(thing))
        for thing in things
        if thing.node is not None
    }


def _shape(graph: Graph) -> object:
    """What two graphs that are drawn alike have in common."""
    number = {node.id: place for place, node in enumerate(graph.nodes)}
    return (
        None if graph.root is None else number.get(graph.root),
        [(node.name, node.module, node.op, node.shape, node.variable) for node in graph.nodes],
        [(number[e.producer], number[e.consumer], e.slot, e.output) for e in graph.edges],
    )
