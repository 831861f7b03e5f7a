"""The verbs of the command line that are about the model: ``export`` and ``blocks``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradviz import commands
from gradviz.errors import UsageError
from gradviz.helptext import Argument, Verb, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.options import project, shared, trust, weights
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.spec.catalogue import Kind

ENDING = ".py"


@click.command(cls=Verb, help=N_(
    "Write a project as PyTorch code that runs without gradviz and gives the same bits.\n\n"
    "One class a composite, loops for repetitions, the data, and the training loop with its steps."
))  # fmt: skip
@project()
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The Python file."))  # fmt: skip
@trust
@weights
@shared
def export(project: Path, output: Path, trust: bool, weights: Path | None, as_json: bool) -> int:
    """``gradviz export``."""
    if output.suffix != ENDING:
        raise UsageError(
            N_("code ends in .py, not in “{suffix}”"),
            where="--output",
            mend=N_("choose another name"),
            suffix=output.suffix,
        )
    workspace = Workspace()
    commands.open_project(workspace, project, weights=weights)
    if trust:
        commands.trust(workspace)
    files = [str(file) for file in commands.export(workspace, output)]
    told = {"project": str(project), "files": files}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else "\n".join(files))
    return 0


@click.command(cls=Verb, help=N_(
    "List the blocks that models are made of, the losses, optimizers, schedulers and datasets.\n\n"
    "With names, each with its settings and its formulas, forward and backward: dx is ∂L/∂x."
))  # fmt: skip
@click.argument("names", cls=Argument, nargs=-1, help=N_("Entries such as Conv2d or Adam."))
@option("--file", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("List what this Python file of yours defines, too; with --trust."))  # fmt: skip
@trust
@shared
def blocks(names: tuple[str, ...], files: tuple[Path, ...], trust: bool, as_json: bool) -> int:
    """``gradviz blocks``."""
    from gradviz.blocks.catalogue import INITS
    from gradviz.engine.catalogues.catalogues import catalogues_of_files

    tables: list[Any] = [*catalogues_of_files(map(str, files), trust), INITS]
    kinds = {kind.name: (table.sort, kind) for table in tables for kind in table}
    for name in names:
        if name not in kinds:
            raise UsageError(
                N_("there is no block “{name}”"),
                mend=N_("“gradviz blocks” lists them"),
                name=name,
            )
    chosen = {name: kinds[name] for name in names} or kinds
    if as_json:
        told = [_told(sort, kind) for sort, kind in chosen.values()]
        click.echo(json.dumps(told, ensure_ascii=False))
        return 0
    if names:
        for sort, kind in chosen.values():
            _tell(sort, kind)
        return 0
    _list(kinds)
    return 0


def _told(sort: str, kind: Kind[Any]) -> dict[str, Any]:
    return {
        "sort": sort,
        "name": kind.name,
        "group": kind.group,
        "settings": kind.signature(),
        "summary": _(kind.summary),
        "inputs": list(getattr(kind, "inputs", ())),
        "outputs": list(getattr(kind, "outputs", ())),
        "forward": list(kind.forward),
        "backward": list(kind.backward),
    }


def _tell(sort: str, kind: Kind[Any]) -> None:
    click.echo(f"{kind.name}({kind.signature()})  · {kind.group or sort}")
    click.echo(f"    {_(kind.summary)}")
    for line in kind.formulas:
        click.echo(f"    {line}")
    click.echo()


def _list(kinds: dict[str, tuple[str, Kind[Any]]]) -> None:
    """Names and what each does, under the groups."""
    groups: dict[str, list[Kind[Any]]] = {}
    for sort, kind in kinds.values():
        head = f"{sort} · {kind.group}" if kind.group else sort
        groups.setdefault(head, []).append(kind)
    width = max(map(len, kinds))
    for head, entries in groups.items():
        click.echo(head)
        for kind in entries:
            click.echo(f"  {kind.name:{width}}  {_(kind.summary)}")
        click.echo()


VERBS = (export, blocks)
