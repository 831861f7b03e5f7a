"""Running a project, and walking over what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradviz.errors import GradvizError, UsageError
from gradviz.i18n import N_
from gradviz.trace.moment import resolve
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session
    from gradviz.engine.stops.reasons import Stop
    from gradviz.spec.breakpoints import Breakpoint

MOST = 1000
"""Iterations that a moment may ask for."""


def start(workspace: Workspace, *, workers: bool = False) -> None:
    """Build the project and record its first iteration; the cursor stands before it. With
    ``workers`` as many processes fetch its samples as it says.
    """
    from gradviz.engine.session.session import Session

    project = workspace.require_project()
    session = Session.from_project(project, trust=workspace.trusted, workers=workers)
    session.run_iteration()
    workspace.began(session)


def start_as_far(workspace: Workspace) -> None:
    """Run a model that does not fit, up to the block that fails; the cursor stands there. One that
    fits is started as ever.
    """
    from gradviz.engine.session.session import Session

    session = Session.as_far(workspace.require_project(), trust=workspace.trusted)
    session.run_iteration()
    if session.error is not None:
        session.index = len(session.trace.events) - 1
    workspace.began(session)


def _ready(workspace: Workspace) -> Session:
    """The session; a project that was changed is started again."""
    if workspace.session is None:
        start(workspace)
    return workspace.require_session()


def step(workspace: Workspace) -> None:
    """Go to the next event; after the last one, run the next iteration."""
    _ready(workspace).step()
    workspace.moved()


def back(workspace: Workspace) -> None:
    """Go back to the event before."""
    workspace.require_session().back()
    workspace.moved()


def step_over(workspace: Workspace) -> None:
    """Go on until this module, or this parameter's update, is done."""
    _ready(workspace).step_over()
    workspace.moved()


def back_over(workspace: Workspace) -> None:
    """Go back to before this module, or this parameter's update."""
    workspace.require_session().back_over()
    workspace.moved()


def step_phase(workspace: Workspace) -> None:
    """Go on to the end of this phase."""
    _ready(workspace).step_phase()
    workspace.moved()


def step_iteration(workspace: Workspace) -> None:
    """Go on to the end of this iteration."""
    _ready(workspace).step_iteration()
    workspace.moved()


def run_on(workspace: Workspace) -> None:
    """Go on to the next breakpoint; without one, to the end of this iteration."""
    session = _ready(workspace)
    here = session.event.iteration if session.event else -1
    ahead = [
        each
        for each in session.breakpoints
        if each.enabled and not (each.on == "iteration" and int(each.what or 0) <= here)
    ]
    if ahead:
        run_further(workspace)
    else:
        step_iteration(workspace)


def run_further(workspace: Workspace, until: str = "", iterations: int = MOST) -> None:
    """Run on until a condition holds or a breakpoint is hit, for so many iterations more at most;
    without either, so many iterations.
    """
    from gradviz.engine.session.progress import Progress

    session = _ready(workspace)
    workspace.progress = Progress(iterations)
    try:
        stop = session.run(until or None, iterations=iterations, progress=workspace.progress)
    finally:
        workspace.progress = None
    workspace.moved(stop)


def goto(workspace: Workspace, moment: str) -> None:
    """Go to a moment such as ``backward:3``, ``forward:end``, ``start`` or ``2/17``.

    An iteration that was not reached yet is run.
    """
    session = workspace.require_session()
    reach(workspace, moment)
    session.index = resolve(session.trace, moment)
    workspace.moved()


def goto_event(workspace: Workspace, index: int) -> None:
    """Go to the event of this index in the whole trace; -1 is before the first."""
    workspace.require_session().goto(event=index)
    workspace.moved()


def reset(workspace: Workspace) -> None:
    """Start the project again from its seed."""
    start(workspace)


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
    workspace.moved()


def run_until(workspace: Workspace, until: Breakpoint | str, *, iterations: int) -> Stop:
    """Run on to a breakpoint or a condition, until this many iterations are recorded in all.

    The cursor goes to the event that hits it, or to the end.
    """
    session = workspace.require_session()
    stop = session.run(until, iterations=max(0, iterations - session.iterations))
    workspace.moved(stop)
    return stop


def reach(workspace: Workspace, moment: str) -> None:
    """Run up to the iteration that a moment names, as far as torch goes."""
    session = workspace.require_session()
    iteration, named, _ = moment.strip().partition("/")
    while named and iteration.isdecimal() and session.iterations <= min(int(iteration), MOST):
        if not session.run_iteration():
            return


def problem(workspace: Workspace) -> str:
    """What torch said when the last iteration failed, in one line; empty if it did not."""
    from gradviz.engine.unfit import MisfitError
    from gradviz.explain.mends import with_mend

    error = workspace.session.error if workspace.session else None
    if error is None:
        return ""
    if isinstance(error, GradvizError | MisfitError):
        return str(error)
    failed = workspace.require_session().trace.events[-1]
    where = f"{failed.phase}, {failed.module}" if failed.module else failed.phase
    return with_mend(" ".join(f"{where}: {type(error).__name__}: {error}".split()))


def losses(workspace: Workspace) -> list[float]:
    """The loss of each iteration so far; one that is no single number, or was dropped, is
    left out.
    """
    from gradviz.trace.events import LossComputed

    trace = workspace.require_session().trace
    refs = [event.value for event in trace.events if isinstance(event, LossComputed)]
    values = [trace.peek(ref) for ref in refs if trace.store.holds(ref)]
    return [value.item() for value in values if value.numel() == 1]
