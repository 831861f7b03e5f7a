"""``gradviz blocks``: all that a project can name, and the user's library."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from gradviz import commands
from gradviz.errors import GradvizError, UsageError
from gradviz.helptext import Argument, Verb, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.options import shared, trust
from gradviz.spec.library import Library
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.spec.catalogue import Kind


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, as it is told."""

    sort: str
    name: str
    group: str
    settings: str
    summary: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """What it stands under."""
        return f"{self.sort} · {self.group}" if self.group else self.sort


@click.command(cls=Verb, help=N_(
    "List the blocks that models are made of, the losses, optimizers, schedulers and datasets, and "
    "the composites in your library.\n\n"
    "With names, each with its settings and its formulas, forward and backward: dx is ∂L/∂x."
))  # fmt: skip
@click.argument("names", cls=Argument, nargs=-1, help=N_("Entries such as Conv2d or Adam."))
@option("--file", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("List what this Python file of yours defines, too; with --trust."))  # fmt: skip
@option("--keep", nargs=2, type=(click.Path(path_type=Path), str), metavar="PROJECT COMPOSITE",
        help=N_("First keep this composite of a project in your library, with those that it "
                "needs."))  # fmt: skip
@trust
@shared
def blocks(
    names: tuple[str, ...],
    files: tuple[Path, ...],
    keep: tuple[Path, str] | None,
    trust: bool,
    as_json: bool,
) -> int:
    """``gradviz blocks``."""
    if keep is not None:
        workspace = Workspace()
        commands.open_project(workspace, keep[0])
        commands.keep_composite(workspace, keep[1])
        names = (*names, keep[1])
    entries = {entry.name: entry for entry in (*_kept(), *_of_catalogues(files, trust))}
    for name in names:
        if name not in entries:
            raise UsageError(
                N_("there is no block “{name}”"),
                mend=N_("“gradviz blocks” lists them"),
                name=name,
            )
    if as_json:
        chosen = [entries[name] for name in names or entries]
        click.echo(json.dumps(msgspec.to_builtins(chosen), ensure_ascii=False))
    elif names:
        for name in names:
            _tell(entries[name])
    else:
        _list(entries.values())
    return 0


def _of_catalogues(files: Iterable[Path], trust: bool) -> Iterable[Entry]:
    from gradviz.blocks.catalogue import INITS
    from gradviz.engine.catalogues.catalogues import catalogues_of_files

    for table in (*catalogues_of_files(map(str, files), trust), INITS):
        for kind in table:
            yield _entry(table.sort, kind)


def _entry(sort: str, kind: Kind[Any]) -> Entry:
    return Entry(
        sort=sort,
        name=kind.name,
        group=kind.group,
        settings=kind.signature(),
        summary=_(kind.summary),
        inputs=getattr(kind, "inputs", ()),
        outputs=getattr(kind, "outputs", ()),
        forward=kind.forward,
        backward=kind.backward,
    )


def _kept() -> Iterable[Entry]:
    """The composites of the library; of one that cannot be read, why."""
    library = Library()
    for name in library.names:
        entry = Entry(sort="composite", name=name, group=_("your library"), settings="", summary="")
        try:
            composite = library.load(name).composite
        except GradvizError as error:
            yield msgspec.structs.replace(entry, summary=str(error))
            continue
        ends = {end: [b.name for b in composite.blocks if b.kind == end] for end in ENDS}
        settings = ", ".join(f"{name}={each}" for name, each in composite.parameters.items())
        yield msgspec.structs.replace(
            entry,
            settings=settings or N_("no settings"),
            summary=composite.note,
            inputs=tuple(ends["Input"]),
            outputs=tuple(ends["Output"]),
        )


ENDS = ("Input", "Output")


def _tell(entry: Entry) -> None:
    click.echo(f"{entry.name}({entry.settings})  · {entry.group or entry.sort}")
    for line in (entry.summary, *entry.forward, *entry.backward):
        click.echo(f"    {line}")
    click.echo()


def _list(entries: Iterable[Entry]) -> None:
    """Names and what each does, under what they belong to."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.head, []).append(entry)
    width = max(len(entry.name) for group in groups.values() for entry in group)
    for head, group in groups.items():
        click.echo(head)
        for entry in group:
            click.echo(f"  {entry.name:{width}}  {entry.summary}")
        click.echo()
