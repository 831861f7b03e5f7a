"""The verb of the command line that shows the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from gradviz import commands
from gradviz.display import use_no_display
from gradviz.errors import UsageError
from gradviz.helptext import Verb, option
from gradviz.i18n import N_
from gradviz.options import project, scale, shared, theme, trust
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.data.previews.told import LoaderTold
    from gradviz.spec.data import Part


@click.command(cls=Verb, help=N_(
    "Show the data of a project: its first batches, its transforms and the epoch.\n\n"
    "Images are shown as images, texts as words, sound as waves, other tensors as heatmaps. If the "
    "data has transforms, some samples are shown before and after each of them, and one several "
    "times, if they are random. The epoch shows the classes of each batch and which samples came. "
    "The model is not built."
))  # fmt: skip
@project()
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The picture; its ending says the format: svg, png, pdf, or html for a page with "
                "the numbers as tables."))  # fmt: skip
@option("--batches", type=click.IntRange(1, 1000), default=3, show_default=True, metavar="N",
        help=N_("How many batches to show."))  # fmt: skip
@option("--part", type=click.Choice(["train", "validation", "test"]), default="train",
        show_default=True, help=N_("Which part of the samples, if the project splits "
                                   "them."))  # fmt: skip
@theme
@scale
@trust
@shared
def preview(
    project: Path,
    output: Path,
    batches: int,
    part: str,
    theme: str,
    scale: float,
    trust: bool,
    as_json: bool,
) -> int:
    """``gradviz preview``."""
    use_no_display()
    if output.exists() and output.samefile(project):
        raise UsageError(
            N_("this would overwrite the project"),
            where="--output",
            mend=N_("choose another name"),
        )
    workspace = Workspace()
    commands.open_project(workspace, project)
    if trust:
        commands.trust(workspace)
    told = commands.write_preview(
        workspace, output, batches=batches, part=cast("Part", part), theme=theme, scale=scale
    )
    if as_json:
        click.echo(json.dumps(_plain(told, output), ensure_ascii=False))
    else:
        click.echo(str(output))
        for line in told.skipped:
            click.echo(f"gradviz: {line}", err=True)
    return 0


def _plain(told: LoaderTold, output: Path) -> dict[str, Any]:
    """What the page tells, but for pixels and curves."""
    from msgspec import to_builtins

    epoch = to_builtins(told.epoch)
    return {
        "project": told.name,
        "dataset": told.dataset,
        "samples": told.count,
        "batch_size": told.batch_size,
        "batches": [
            {
                "batch": each.number,
                "indices": each.indices,
                "tree": to_builtins(each.tree.rows),
                "previews": {part.path: type(part.preview).__name__ for part in each.parts},
            }
            for each in told.batches
        ],
        "transforms": [to_builtins([s.name for s in each.steps]) for each in told.samples],
        "epoch": epoch,
        "skipped": told.skipped,
        "files": [str(output)],
    }
