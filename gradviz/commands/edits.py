"""Edits of gradients, weights, settings and inputs: rules of the project, which undo takes back.

The session is replayed with them, and the cursor stays at the same moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.history import History
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.session.session import Session
    from gradviz.trace.compare import Comparison


def add_edit(workspace: Workspace, edit: GradEdit | ValueEdit) -> None:
    """Put a rule on, from the iteration under the cursor unless it names others.

    What raises changes nothing.
    """
    session = _ready(workspace)
    session.edit(edit)
    _keep(workspace, session.edits)


def change_edit(workspace: Workspace, number: int, edit: GradEdit | ValueEdit) -> None:
    """Put a rule in the place of the one of this number, from 0."""
    rules = [*_rules(workspace, number)]
    rules[number] = edit
    _put(workspace, rules)


def switch_edit(workspace: Workspace, number: int) -> None:
    """Switch the rule of this number, from 0, off or on again."""
    rule = _rules(workspace, number)[number]
    change_edit(workspace, number, replace(rule, off=not rule.off))


def remove_edit(workspace: Workspace, number: int) -> None:
    """Take off the rule of this number, from 0."""
    rules = [*_rules(workspace, number)]
    del rules[number]
    _put(workspace, rules)


def trust_hooks(workspace: Workspace, file: str) -> None:
    """Let edits run functions of this Python file, as it is now; read it first."""
    _ready(workspace).trust(file)
    if not isinstance(workspace.trusted, bool):
        workspace.trusted.add(file)
    elif not workspace.trusted:
        from gradviz.engine.catalogues.trusted import Trusted

        workspace.trusted = Trusted()
        workspace.trusted.add(file)


def compare_edits(workspace: Workspace) -> Comparison:
    """The run beside the same iterations without any edit."""
    return workspace.require_session().compare()


def put(workspace: Workspace, history: History) -> None:
    """Go on with another state of the project; where only its edits are others, its session is
    replayed with them.
    """
    before, after, session = workspace.project, history.present, workspace.session
    if (
        session is None
        or before is None
        or before.edits == after.edits
        or replace(before.runnable, edits=()) != replace(after.runnable, edits=())
    ):
        workspace.put(history)
        return
    session.put_edits(after.edits)
    workspace.edited(history)


def _put(workspace: Workspace, rules: list[GradEdit | ValueEdit]) -> None:
    _keep(workspace, _ready(workspace).put_edits(rules))


def _keep(workspace: Workspace, rules: tuple[GradEdit | ValueEdit, ...]) -> None:
    history = workspace.require_history()
    workspace.edited(history.changed(replace(history.present, edits=rules)))


def _rules(workspace: Workspace, number: int) -> tuple[GradEdit | ValueEdit, ...]:
    rules = _ready(workspace).edits
    if not 0 <= number < len(rules):
        raise UsageError(
            N_("there is no edit {number}"),
            mend=N_("they are numbered from 0 to {last}") if rules else N_("make one first"),
            number=number,
            last=len(rules) - 1,
        )
    return rules


def _ready(workspace: Workspace) -> Session:
    """The session; a project that was changed is started again."""
    from gradviz.commands.running import start

    if workspace.session is None:
        start(workspace)
    return workspace.require_session()
