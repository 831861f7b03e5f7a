"""Pictures of the graph, still and moving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradviz.commands.running import reach
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.render.drawing import Drawing
    from gradviz.render.play import Played
    from gradviz.trace.trace import Trace


def write_graph(
    workspace: Workspace, path: Path, *, at: str | Sequence[str] | None = None, **look: Any
) -> Drawing | None:
    """Draw the autograd graph into a file, whole, or as it is at one or more moments; ``look`` is
    what else `gradviz.render` takes.
    """
    from gradviz.i18n import language
    from gradviz.render.render import render

    for moment in [at] if isinstance(at, str) else at or ():
        reach(workspace, moment)
    session = workspace.require_session()
    return render(session.trace, path, at=at, lang=language(), seed=_seed(workspace), **look)


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
            reach(workspace, moment)
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
