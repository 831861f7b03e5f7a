"""The one mutable object that window, command line and scripts share. It notifies; it does not do.

What a user can do is in `gradviz.commands`. Views subscribe, and read the workspace when told.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render.folds.folding import Folding
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.history import History
from gradviz.spec.project import Project
from gradviz.trace.events import AnyEvent, nodes_of, param_of
from gradviz.trace.forward import module_graph
from gradviz.trace.graph import AutogradGraph, GraphNode
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.selection import Selection, boxes_of_node, nodes_of_boxes

if TYPE_CHECKING:
    from gradviz.engine.catalogues.trusted import Trusted
    from gradviz.engine.session.gradcheck import GradientCheck
    from gradviz.engine.session.progress import Progress
    from gradviz.engine.session.session import Session
    from gradviz.engine.stops.reasons import Stop

Change: TypeAlias = Literal[
    "project", "model", "session", "cursor", "selection", "folding", "search"
]
"""What is new: another project; the project was edited, or that was undone; a session that is ready
or failed to be built; the cursor stands elsewhere (and the trace may have grown); another
selection; other module calls are folded; something else is looked for."""

Listener: TypeAlias = Callable[[Change], None]


class Search(Struct, frozen=True):
    """What is looked for in the graph: a query, a way to follow, or why a leaf (by its name) or a
    node (by its place in the graph) has no gradient.
    """

    kind: Literal["find", "follow", "why"]
    text: str


class Workspace:
    """The project, its session with trace and cursor, and what is selected. ``trusted`` are the
    Python files of the project that may run.

    The session is of the project as it is: after a change of what would run there is none, until
    the project is started again, or the change undone. ``stop`` says why a run ended where the
    cursor is, and ``progress`` how far one is that is still under way.

    Listeners are called in the thread that made the change.
    """

    def __init__(self) -> None:
        self.history: History | None = None
        self.saved: Project | None = None
        self.trusted: Trusted | bool = False
        self.path: Path | None = None
        self.session: Session | None = None
        self.chosen: Selection | None = None
        self.folding: Folding = "auto"
        self.search: Search | None = None
        self.stop: Stop | None = None
        self.progress: Progress | None = None
        self._checks: tuple[object, dict[str, GradientCheck]] = (None, {})
        self._started: tuple[Project | None, Session] | None = None
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell the listener of every change, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def notify(self, change: Change) -> None:
        """Tell all listeners."""
        for listener in tuple(self._listeners):
            listener(change)

    def open(self, project: Project, path: Path | None) -> None:
        """Put another project on the table; its session is built by `gradviz.commands.start`."""
        self.history, self.saved = History(project), project if path else None
        self.path, self.trusted = path, False
        self.session, self.chosen, self.folding = None, None, "auto"
        self.search, self._started, self.stop = None, None, None
        self.notify("project")

    def put(self, history: History) -> None:
        """The project was edited, or that was undone."""
        if history is self.history:
            return
        self.history = history
        started, session = self._started or (None, None)
        if session is not None and (started is None or history.present.runnable != started):
            session = None
        if session is not self.session:
            self.session, self.chosen, self.stop = session, None, None
        if self.session is not None:
            self.session.breakpoints.put(history.present.breakpoints)
        self.notify("model")

    def edited(self, history: History) -> None:
        """The project has other edits, and its session was replayed with them."""
        self.history = history
        if self.session is not None:
            self._started = history.present.runnable, self.session
        self.notify("model")

    def kept(self, path: Path) -> None:
        """The project was saved there."""
        self.saved, self.path = self.project, path
        self.notify("model")

    def began(self, session: Session) -> None:
        """A session of the project is ready, its cursor at the start."""
        self._started = (self.project.runnable if self.project else None), session
        self.session, self.chosen, self.stop = session, None, None
        self.notify("session")

    @property
    def project(self) -> Project | None:
        """The project as it is now."""
        return self.history.present if self.history else None

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Where runs stop: as the project says, or, where there is none, the session."""
        if self.project is not None:
            return self.project.breakpoints
        return tuple(self.session.breakpoints) if self.session else ()

    def moved(self, stop: Stop | None = None) -> None:
        """The cursor stands elsewhere; ``stop`` says why it stands there, if a run came to it."""
        self.stop = stop
        self.notify("cursor")

    def checked(self, check: GradientCheck) -> None:
        """The gradient of a parameter was checked numerically."""
        trace = self.require_session().trace
        of, checks = self._checks
        self._checks = trace, {**(checks if of is trace else {}), check.name: check}
        self.notify("selection")

    def check_of(self, name: str) -> GradientCheck | None:
        """The last check of a parameter in the iteration at the cursor, unless it was replayed
        since.
        """
        of, checks = self._checks
        if self.session is None or of is not self.session.trace or name not in checks:
            return None
        iteration = self.event.iteration if self.event else 0
        return checks[name] if checks[name].iteration == iteration else None

    @property
    def modified(self) -> bool:
        """Whether there are changes that were not saved."""
        return self.project is not None and self.project != self.saved

    def require_history(self) -> History:
        """The project with its history; raises `UsageError` if there is none."""
        self.require_project()
        assert self.history is not None
        return self.history

    def require_project(self) -> Project:
        """The project; raises `UsageError` if there is none."""
        if self.project is None:
            raise UsageError(N_("no project is open"), mend=N_("open one first"))
        return self.project

    def require_session(self) -> Session:
        """The session; raises `UsageError` if there is none yet."""
        if self.session is None:
            raise UsageError(
                N_("the project has not been started"),
                mend=N_("open a project that can be built, and start it"),
            )
        return self.session

    def select(self, node: int | None) -> None:
        """Select a node of the graph at the cursor, or let the selection follow the cursor."""
        graph = self.graph
        ids = [known.id for known in graph.nodes] if graph else []
        self.chosen = Selection("autograd", (ids.index(node),)) if node in ids else None
        self.notify("selection")

    def select_boxes(self, places: tuple[int, ...]) -> None:
        """Select ops of the module graph at the cursor, by their places: those in one box."""
        self.chosen = Selection("modules", places) if places else None
        self.notify("selection")

    def fold(self, folding: Folding) -> None:
        """Draw the graph folded so from now on."""
        self.folding = folding
        self.notify("folding")

    def look_for(self, search: Search | None) -> None:
        """Look for this in the graph from now on."""
        self.search = search
        self.notify("search")

    @property
    def event(self) -> AnyEvent | None:
        """The event under the cursor."""
        return self.session.event if self.session else None

    @property
    def graph(self) -> AutogradGraph | None:
        """The autograd graph that belongs to the cursor."""
        return self.session.trace.graph_at(self.session.index) if self.session else None

    @property
    def modules(self) -> ModuleGraph | None:
        """The module graph that belongs to the cursor."""
        return module_graph(self.session.trace, self.session.index) if self.session else None

    @property
    def selection(self) -> int | None:
        """The place of the selected node in the autograd graph: of a box of the module graph, the
        node that made what came out of it.
        """
        return self.selected_nodes[-1] if self.selected_nodes else None

    @property
    def selected_nodes(self) -> tuple[int, ...]:
        """What is selected, as places in the autograd graph."""
        if self.chosen is None or self.chosen.of == "autograd":
            return self.chosen.places if self.chosen else ()
        graph, modules = self.graph, self.modules
        if graph is None or modules is None:
            return ()
        return nodes_of_boxes(graph, modules, self.chosen.places)

    @property
    def selected_boxes(self) -> tuple[int, ...]:
        """What is selected, as places in the module graph."""
        if self.chosen is None or self.chosen.of == "modules":
            return self.chosen.places if self.chosen else ()
        graph, modules = self.graph, self.modules
        if graph is None or modules is None:
            return ()
        return boxes_of_node(graph, modules, self.chosen.places[-1])

    @property
    def selected(self) -> GraphNode | None:
        """The selected node; without a selection, the one of the event under the cursor."""
        graph = self.graph
        if graph is None or not graph.nodes:
            return None
        selection = self.selection
        if selection is not None and selection < len(graph.nodes):
            return graph.nodes[selection]
        return None if self.chosen is not None else node_at(graph, self.event)


def node_at(graph: AutogradGraph, event: AnyEvent | None) -> GraphNode | None:
    """The node that an event is about: the one that it made or ran, or its parameter's leaf."""
    if event is None:
        return None
    for number in nodes_of(event):
        if number in graph.by_id:
            return graph.by_id[number]
    param = param_of(event)
    return graph.leaves.get(param) if param else None
