"""Breakpoints: where a run stops. They belong to the project, so each change can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from gradviz.commands.building import change_project
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.breakpoints import Breakpoint, same_place
from gradviz.workspace import Workspace


def add_breakpoint(workspace: Workspace, breakpoint: Breakpoint | str) -> None:
    """Stop there from now on, or where a condition holds: ``grad_norm > 100``. One that is there
    is switched as this one is.
    """
    added = Breakpoint("expression", breakpoint) if isinstance(breakpoint, str) else breakpoint

    def change(known: tuple[Breakpoint, ...]) -> tuple[Breakpoint, ...]:
        if any(same_place(each, added) for each in known):
            return tuple(added if same_place(each, added) else each for each in known)
        return (*known, added)

    _change(workspace, change)


def remove_breakpoint(workspace: Workspace, breakpoint: Breakpoint) -> None:
    """Do not stop there any more. Raises `UsageError` if it is not there."""
    _check(workspace, breakpoint)
    _change(
        workspace, lambda known: tuple(each for each in known if not same_place(each, breakpoint))
    )


def remove_breakpoints(workspace: Workspace) -> None:
    """Stop nowhere any more."""
    _change(workspace, lambda known: ())


def toggle_breakpoint(workspace: Workspace, breakpoint: Breakpoint) -> None:
    """Stop there, or no more if it does."""
    if any(same_place(each, breakpoint) for each in workspace.breakpoints):
        remove_breakpoint(workspace, breakpoint)
    else:
        add_breakpoint(workspace, breakpoint)


def enable_breakpoint(workspace: Workspace, breakpoint: Breakpoint, on: bool = True) -> None:
    """Switch a breakpoint on or off. Raises `UsageError` if it is not there."""
    replace_breakpoint(workspace, breakpoint, replace(breakpoint, enabled=on))


def condition_breakpoint(workspace: Workspace, breakpoint: Breakpoint, when: str) -> None:
    """Stop there only when a condition holds; empty for always. One that is nothing but a condition
    takes another one. Raises `ExpressionError`, and `UsageError` if it is not there.
    """
    name = "what" if breakpoint.on == "expression" else "when"
    replace_breakpoint(workspace, breakpoint, replace(breakpoint, **{name: when}))


def replace_breakpoint(workspace: Workspace, before: Breakpoint, after: Breakpoint) -> None:
    """Put one in the place of another. Raises `UsageError` if that is not there."""
    _check(workspace, before)

    def change(known: tuple[Breakpoint, ...]) -> Sequence[Breakpoint]:
        kept = (each for each in known if same_place(each, before) or not same_place(each, after))
        return [after if same_place(each, before) else each for each in kept]

    _change(workspace, change)


def toggle_breakpoint_here(workspace: Workspace) -> None:
    """Stop at what is selected, or at what the cursor is at; or no more if it does."""
    toggle_breakpoint(workspace, breakpoint_here(workspace))


def enable_breakpoint_here(workspace: Workspace) -> None:
    """Switch the breakpoint at what is selected, or at the cursor, off, or on again."""
    here = breakpoint_here(workspace)
    known = next((each for each in workspace.breakpoints if same_place(each, here)), None)
    if known is None:
        raise UsageError(
            N_("there is no breakpoint here"), where=str(here), mend=N_("add one first: F9")
        )
    enable_breakpoint(workspace, known, not known.enabled)


def breakpoint_here(workspace: Workspace) -> Breakpoint:
    """The breakpoint at what is selected, or at what the cursor is at."""
    from gradviz.engine.stops.here import at_event, at_node

    session = workspace.require_session()
    node = workspace.selected if workspace.chosen is not None else None
    if node is not None:
        return at_node(node)
    if session.event is None:
        return Breakpoint("phase", "data")
    return at_event(session.trace, session.event)


def _check(workspace: Workspace, breakpoint: Breakpoint) -> None:
    if not any(same_place(each, breakpoint) for each in workspace.breakpoints):
        raise UsageError(
            N_("there is no such breakpoint"), where=str(breakpoint), mend=N_("add it first")
        )


def _change(
    workspace: Workspace, change: Callable[[tuple[Breakpoint, ...]], Sequence[Breakpoint]]
) -> None:
    if workspace.project is not None:
        change_project(
            workspace,
            lambda project: replace(project, breakpoints=tuple(change(project.breakpoints))),
        )
        return
    known = workspace.require_session().breakpoints
    known.put(change(tuple(known)))
    workspace.notify("model")
