"""What a user can do: one small typed function a command; its docstring is its help.

A menu entry, a key, a line of a script, a method and a verb of the command line end here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from gradviz.errors import GradvizError, UsageError
from gradviz.i18n import N_
from gradviz.spec import codec
from gradviz.trace.container import SUFFIX
from gradviz.trace.moment import resolve
from gradviz.workspace import Search, Workspace

if TYPE_CHECKING:
    from gradviz.engine.stops.reasons import Stop
    from gradviz.render.drawing import Drawing
    from gradviz.render.folds.folding import Folding
    from gradviz.render.play import Played
    from gradviz.spec.breakpoints import Breakpoint
    from gradviz.trace.graph import Graph
    from gradviz.trace.trace import Trace

MOST = 1000
"""Iterations that a moment may ask for."""


def open_project(workspace: Workspace, path: Path, *, weights: Path | None = None) -> None:
    """Open a project file, to begin with the weights of another file if one is named. Nothing of it
    runs before `start`.
    """
    project = codec.load(path)
    if weights is not None:
        training = replace(project.training, weights=str(weights.resolve()))
        project = replace(project, training=training)
    workspace.open(project, path)


def export(workspace: Workspace, path: Path) -> list[Path]:
    """Write the project as PyTorch code that runs without gradviz, and what it reads beside it.

    Gives the files. Raises `BuildError` for a project that cannot be built, and `OutputError`.
    """
    from gradviz.code.files import write_python

    return write_python(workspace.require_project(), path, trust=workspace.trusted)


def trust(workspace: Workspace) -> None:
    """Agree to run the Python files that the project names, as they are now; nothing runs yet.

    A file that somebody else wrote can do anything that you can do: read it first. Raises
    `UsageError` for one that cannot be read.
    """
    from gradviz.engine.catalogues.catalogues import agreed

    project = workspace.require_project()
    workspace.trusted = agreed(project, bool(project.code))


def keep_composite(workspace: Workspace, name: str, *, over: bool = False) -> None:
    """Keep a composite of the project in the user's library, with those that it needs; ``over`` one
    of the same name.

    Raises `UsageError` for a name that is not there, or is taken by another one, and for blocks
    that a Python file defines, for the library holds no code.
    """
    from gradviz.engine.catalogues.catalogues import CATALOGUES
    from gradviz.spec.library import Library, needed

    model = workspace.require_project().model
    parts = needed(model, name)
    known = {part.name for part in parts}
    for part in parts:
        for block in part.blocks:
            if block.kind not in known and block.kind not in CATALOGUES.blocks:
                raise UsageError(
                    N_("“{block}” is no block of gradviz, and the library holds no code"),
                    where=f"{part.name}.{block.name}",
                    mend=N_("take it out of the composite, or copy the project instead"),
                    block=block.kind,
                )
    Library().keep(model, name, over=over)


def start(workspace: Workspace) -> None:
    """Build the project and record its first iteration; the cursor stands before it."""
    from gradviz.engine.session.session import Session

    session = Session.from_project(workspace.require_project(), trust=workspace.trusted)
    session.run_iteration()
    workspace.began(session)


def step(workspace: Workspace) -> None:
    """Go to the next event; after the last one, run the next iteration."""
    workspace.require_session().step()
    workspace.notify("cursor")


def back(workspace: Workspace) -> None:
    """Go back to the event before."""
    workspace.require_session().back()
    workspace.notify("cursor")


def step_over(workspace: Workspace) -> None:
    """Go on until this module, or this parameter's update, is done."""
    workspace.require_session().step_over()
    workspace.notify("cursor")


def step_phase(workspace: Workspace) -> None:
    """Go on to the end of this phase."""
    workspace.require_session().step_phase()
    workspace.notify("cursor")


def step_iteration(workspace: Workspace) -> None:
    """Go on to the end of this iteration."""
    workspace.require_session().step_iteration()
    workspace.notify("cursor")


def goto(workspace: Workspace, moment: str) -> None:
    """Go to a moment such as ``backward:3``, ``forward:end``, ``start`` or ``2/17``.

    An iteration that was not reached yet is run.
    """
    session = workspace.require_session()
    _reach(workspace, moment)
    session.index = resolve(session.trace, moment)
    workspace.notify("cursor")


def goto_event(workspace: Workspace, index: int) -> None:
    """Go to the event of this index in the whole trace; -1 is before the first."""
    workspace.require_session().goto(event=index)
    workspace.notify("cursor")


def reset(workspace: Workspace) -> None:
    """Start the project again from its seed."""
    start(workspace)


def select(workspace: Workspace, node: int | None = None) -> None:
    """Select a node of the graph; without one the selection follows the cursor."""
    workspace.select(node)


def select_boxes(workspace: Workspace, places: tuple[int, ...]) -> None:
    """Select a box of the module graph, by the places of the ops in it."""
    workspace.select_boxes(places)


def fold(
    workspace: Workspace, path: str, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Draw a module call as one box, and the others as they are in the view."""
    opened = _open_calls(workspace, view)
    workspace.fold(frozenset(each for each in opened if not f"{each}.".startswith(f"{path}.")))


def unfold(
    workspace: Workspace, path: str, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Show what is in a module call, and the others as they are in the view."""
    workspace.fold(_open_calls(workspace, view) | {path})


def fold_all(workspace: Workspace, folding: Folding = "auto") -> None:
    """Fold until the graph can be read (``auto``), not at all (``none``), or below a depth; or open
    just these module calls.
    """
    workspace.fold(folding)


def reveal(
    workspace: Workspace, node: int, view: Literal["autograd", "modules"] = "autograd"
) -> None:
    """Open the module calls that a node of the view's graph lies in, and select it."""
    from gradviz.render.folds.calls import ancestry
    from gradviz.render.folds.loops import calls_of

    graph: Graph | None = workspace.modules if view == "modules" else workspace.graph
    if graph is None or node not in graph.by_id:
        return
    around = ancestry(calls_of(graph).path_of(graph.by_id[node]))
    if view == "modules":
        workspace.select_boxes((node,))
    else:
        workspace.select(node)
    workspace.fold(_open_calls(workspace, view) | frozenset(around))


def find(workspace: Workspace, text: str) -> None:
    """Point out in the graph what a query finds; see `gradviz.spec.query`."""
    from gradviz.spec.query import query

    query(text)
    workspace.look_for(Search("find", text))


def follow(workspace: Workspace, way: str) -> None:
    """Point out a way: ``fc1.weight`` to the loss, ``..fc1`` all that the gradient there reaches,
    ``fc1..fc2`` from one to the other.
    """
    from gradviz.render.search.follow import follow as followed

    graph = workspace.graph
    if graph is not None:
        followed(way, graph)
    workspace.look_for(Search("follow", way))


def ask_why(workspace: Workspace, name: str) -> None:
    """Say why the ``.grad`` of a leaf, or of a node by its place in the graph, is None."""
    workspace.look_for(Search("why", name))


def stop_looking(workspace: Workspace) -> None:
    """Point nothing out any more."""
    workspace.look_for(None)


def _open_calls(workspace: Workspace, view: str) -> frozenset[str]:
    from gradviz.render.folds.fold import everything
    from gradviz.render.folds.folding import opened_where_possible
    from gradviz.render.folds.loops import calls_of
    from gradviz.render.folds.modulefolding import opened_modules

    if view == "modules":
        modules = workspace.modules
        if modules is None:
            return frozenset()
        return opened_modules(modules, workspace.folding, strict=False)
    graph = workspace.graph
    if graph is None:
        return frozenset()
    known = opened_where_possible(graph, workspace.folding)
    return everything(calls_of(graph)) if known is None else known


def run(workspace: Workspace, iterations: int = 1) -> None:
    """Run until this many iterations are recorded; the cursor goes to the end.

    An iteration in which torch raises is the last one.
    """
    if iterations < 1:
        raise UsageError(
            N_("{count} iterations cannot be run"), mend=N_("take 1 or more"), count=iterations
        )
    session = workspace.require_session()
    while session.error is None and session.iterations < iterations:
        session.run_iteration()
    session.index = len(session.trace.events) - 1
    workspace.notify("cursor")


def run_until(workspace: Workspace, until: Breakpoint | str, *, iterations: int) -> Stop:
    """Run on to a breakpoint or a condition, until this many iterations are recorded in all.

    The cursor goes to the event that hits it, or to the end.
    """
    session = workspace.require_session()
    stop = session.run(until, iterations=max(0, iterations - session.iterations))
    workspace.notify("cursor")
    return stop


def write_trace(workspace: Workspace, path: Path) -> None:
    """Write the trace: whole if the name ends in .gvtrace, else its events as JSON lines."""
    from gradviz.trace import jsonl

    trace = workspace.require_session().trace
    if path.suffix.lower() == SUFFIX:
        trace.save(path)
    else:
        jsonl.write(trace, path)


def save_weights(workspace: Workspace, path: Path) -> None:
    """Write the model's weights at the cursor as safetensors."""
    from gradviz.engine.building.weights import save_weights_at

    session = workspace.require_session()
    save_weights_at(session.model, session.state, path)


def write_graph(
    workspace: Workspace, path: Path, *, at: str | Sequence[str] | None = None, **look: Any
) -> Drawing | None:
    """Draw the autograd graph into a file, whole, or as it is at one or more moments; ``look`` is
    what else `gradviz.render` takes.
    """
    from gradviz.i18n import language
    from gradviz.render.render import render

    for moment in [at] if isinstance(at, str) else at or ():
        _reach(workspace, moment)
    session = workspace.require_session()
    return render(session.trace, path, at=at, lang=language(), seed=_seed(workspace), **look)


def saved_trace(file: Path) -> Trace:
    """Open a saved trace."""
    from gradviz.engine.opening.opening import open_trace

    return open_trace(file)


def write_graph_of_trace(
    trace: Trace, path: Path, *, at: str | Sequence[str] | None = None, **look: Any
) -> Drawing | None:
    """Draw the autograd graph of a saved trace into a file, as `write_graph` does."""
    from gradviz.i18n import language
    from gradviz.render.render import render

    return render(trace, path, at=at, lang=language(), **look)


def write_film(
    workspace: Workspace,
    path: Path,
    *,
    first: str | None = None,
    last: str | None = None,
    **look: Any,
) -> Played:
    """Write an animation from one moment to another; ``look`` is what else `gradviz.play` takes."""
    from gradviz.i18n import language
    from gradviz.render.play import play

    for moment in (first, last):
        if moment is not None:
            _reach(workspace, moment)
    trace, seed = workspace.require_session().trace, _seed(workspace)
    return play(trace, path, first=first, last=last, lang=language(), seed=seed, **look)


def write_film_of_trace(file: Path, path: Path, **look: Any) -> Played:
    """Write an animation of a saved trace, as `write_film` does."""
    from gradviz.engine.opening.opening import open_trace
    from gradviz.i18n import language
    from gradviz.render.play import play

    return play(open_trace(file), path, lang=language(), **look)


def _seed(workspace: Workspace) -> int:
    return workspace.require_project().training.seed


def _reach(workspace: Workspace, moment: str) -> None:
    """Run up to the iteration that a moment names, as far as torch goes."""
    session = workspace.require_session()
    iteration, named, _ = moment.strip().partition("/")
    while named and iteration.isdecimal() and session.iterations <= min(int(iteration), MOST):
        if not session.run_iteration():
            return


def problem(workspace: Workspace) -> str:
    """What torch said when the last iteration failed, in one line; empty if it did not."""
    error = workspace.session.error if workspace.session else None
    if error is None:
        return ""
    if isinstance(error, GradvizError):
        return str(error)
    failed = workspace.require_session().trace.events[-1]
    where = f"{failed.phase}, {failed.module}" if failed.module else failed.phase
    return " ".join(f"{where}: {type(error).__name__}: {error}".split())


def losses(workspace: Workspace) -> list[float]:
    """The loss of each iteration so far; one that is no single number, or was dropped, is
    left out.
    """
    from gradviz.trace.events import LossComputed

    trace = workspace.require_session().trace
    refs = [event.value for event in trace.events if isinstance(event, LossComputed)]
    values = [trace.peek(ref) for ref in refs if trace.store.holds(ref)]
    return [value.item() for value in values if value.numel() == 1]
