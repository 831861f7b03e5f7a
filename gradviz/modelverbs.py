"""The verbs of the command line that are about the model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gradviz import commands
from gradviz.blocksverb import blocks
from gradviz.errors import UsageError
from gradviz.helptext import Argument, Verb, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
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


@click.command("import", cls=Verb, help=N_(
    "Make a project of blocks of a PyTorch module that you wrote: net.py:Net, or "
    "net.py:Net(depth=3).\n\n"
    "The file is run, as Python would run it. Modules become composites, layers and functions "
    "blocks, and equal modules in a row repetitions; what has no block stays Python code. The "
    "project gives the same bits, which is tried before it is written."
))  # fmt: skip
@click.argument("module", cls=Argument, help=N_("The file, and what makes the module in it."))
@option("--input", "inputs", multiple=True, required=True, metavar="SHAPE",
        help=N_("A tensor that it is called with, the batch first: 1,3,224,224, or 2,16:int64<1000 "
                "for whole numbers from 0 to 999. Once for each."))  # fmt: skip
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The project file; named after the module if not given. Its weights are written "
                "beside it."))  # fmt: skip
@option("--weights", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("Give the module the weights of this safetensors file first."))  # fmt: skip
@shared
def import_(
    module: str,
    inputs: tuple[str, ...],
    output: Path | None,
    weights: Path | None,
    as_json: bool,
) -> int:
    """``gradviz import``."""
    workspace = Workspace()
    remarks = commands.import_module(workspace, module, inputs, output=output, weights=weights)
    told = {
        "project": str(workspace.path),
        "weights": workspace.require_project().training.weights,
        "python": {remark.module: _(remark.why) for remark in remarks},
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return 0
    click.echo(f"{told['project']}\n{told['weights']}")
    for remark in remarks:
        name = remark.module or module
        click.echo(
            _("{name} stays Python code: {why}").format(name=name, why=_(remark.why)), err=True
        )
    return 0


VERBS = (export, blocks, import_)
