"""``gradviz data``: datasets from the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradviz import commands
from gradviz.errors import DownloadError
from gradviz.helptext import Argument, Verbs, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.options import language, shared

if TYPE_CHECKING:
    from rich.progress import TaskID

    from gradviz.data.downloaded import Downloaded
    from gradviz.data.getting.limits import Progress, Tell

TOLD = 20
"""Damaged files that are told by name; as JSON all are."""


@click.group(cls=Verbs, help=N_(
    "Download datasets, and see which there are.\n\n"
    "Projects need none of them: a sample of letters comes with gradviz."
))  # fmt: skip
@language
def data() -> None:
    """``gradviz data``."""


@data.command(help=N_(
    "Download a dataset, check it, and unpack it.\n\n"
    "A download that was stopped, or broke, goes on from where it ended. An archive that would "
    "write outside of its folder, or fill the disk, is not unpacked. Damaged images are counted "
    "and listed. What was downloaded is kept until you remove it."
))  # fmt: skip
@click.argument("name", cls=Argument, help=N_("A name that “gradviz data list” tells."))
@option("--to", type=click.Path(path_type=Path), metavar="FOLDER",
        help=N_("The folder to unpack it in; the cache if not given."))  # fmt: skip
@shared
def get(name: str, to: Path | None, as_json: bool) -> int:
    """``gradviz data get``."""
    try:
        with _progress() as tell:
            found = commands.get_data(name, to=to, tell=tell)
    except KeyboardInterrupt as stop:
        raise DownloadError(
            N_("stopped"), where=name, mend=N_("the same command goes on from where it ended")
        ) from stop
    if as_json:
        told = {
            "name": name,
            "folder": str(found.folder),
            "kind": found.source.kind,
            "images": found.images,
            "skipped": {skipped.name: skipped.reason for skipped in found.skipped},
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(found)
    return 0


@data.command("list", help=N_("List the datasets that can be downloaded, and where they are."))
@shared
def list_(as_json: bool) -> int:
    """``gradviz data list``."""
    from gradviz.data.getting.cache import cache_folder, unpacked_of
    from gradviz.data.getting.get import is_there
    from gradviz.data.getting.sources import SOURCES

    places = {name: unpacked_of(source) for name, source in SOURCES.items()}
    kept = {name: str(place) for name, place in places.items() if is_there(place)}
    if as_json:
        told = [
            {
                "name": name,
                "summary": _(source.summary),
                "licence": _(source.licence),
                "bytes": source.size,
                "kind": source.kind,
                "addresses": [file.addresses for file in source.files],
                "folder": kept.get(name),
            }
            for name, source in SOURCES.items()
        ]
        sheet = {"cache": str(cache_folder()), "datasets": told}
        click.echo(json.dumps(sheet, ensure_ascii=False))
        return 0
    for name, source in SOURCES.items():
        size = f"{source.size / 1e6:.0f} MB"
        click.echo(f"{name}  · {source.kind}  · {size}")
        for line in (source.summary, source.licence):
            click.echo(f"    {_(line)}")
        place = kept.get(name) or _("not downloaded")
        click.echo(f"    {place}\n")
    return 0


def _tell(found: Downloaded) -> None:
    line = _("{images} images in {folder}")
    click.echo(line.format(images=f"{found.images:,}", folder=found.folder))
    for skipped in found.skipped[:TOLD]:
        line = _("skipped {name}: {reason}")
        click.echo(f"  {line.format(name=skipped.name, reason=skipped.reason)}")
    if len(found.skipped) > TOLD:
        line = _("… and {count} more damaged ones")
        click.echo(f"  {line.format(count=len(found.skipped) - TOLD)}")
    settings = {"path": str(found.folder)}
    choice = json.dumps({"kind": found.source.kind, "settings": settings}, ensure_ascii=False)
    click.echo(_("for a project: {choice}").format(choice=f'"dataset": {choice}'))


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar for each file while it is downloaded, where somebody sees it."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(progress: Progress) -> None:
            if progress.name not in tasks:
                tasks[progress.name] = bars.add_task(progress.name, total=progress.total)
            bars.update(tasks[progress.name], completed=progress.done)

        yield tell
