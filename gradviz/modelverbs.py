"""The verbs of the command line that are about the model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gradviz import commands
from gradviz.blocksverb import blocks
from gradviz.errors import UsageError
from gradviz.helptext import Verb, option
from gradviz.i18n import N_
from gradviz.options import project, shared, trust, weights
from gradviz.workspace import Workspace

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


VERBS = (export, blocks)
