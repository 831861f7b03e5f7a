"""All that a project's names are looked up in: what gradviz brings, and what its files add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from torch import nn, optim

from gradviz.blocks.catalogue import BLOCKS, LOSSES, OPTIMIZERS, SCHEDULERS
from gradviz.blocks.kinds import Blocks
from gradviz.data.catalogue import TABLES, Tables
from gradviz.engine.catalogues.pythonkind import PythonKind, python_kind
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.catalogues.userfile import Entries, entries_of, importable
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.catalogue import Catalogue, Kind, Table
from gradviz.spec.project import Project
from gradviz.spec.pythonmodule import check_modules

T = TypeVar("T", bound=Table[Any])
Trust: TypeAlias = "bool | Trusted"
"""Whether the Python files that a project names may run, or which of them as they were when the
user agreed.
"""


class Catalogues(Struct, frozen=True):
    """The tables of a project."""

    blocks: Blocks = BLOCKS
    losses: Catalogue[nn.Module] = LOSSES
    optimizers: Catalogue[optim.Optimizer] = OPTIMIZERS
    schedulers: Catalogue[optim.lr_scheduler.LRScheduler] = SCHEDULERS
    data: Tables = TABLES

    def __iter__(self) -> Iterator[Table[Any]]:
        return iter((self.blocks, self.losses, self.optimizers, self.schedulers, *self.data.all))

    @property
    def homes(self) -> dict[str, str]:
        """The files of the user's, as one imports them, by the names of what they define."""
        own = [kind for table in self for kind in table if kind.home]
        return {kind.name: kind.home for kind in own if not isinstance(kind, PythonKind)}

    def joined(self, entries: Entries) -> Catalogues:
        """These tables with the entries of a file beside them. Raises `UsageError` for a name that
        there is already.
        """
        return Catalogues(
            _joined(self.blocks, entries.blocks),
            _joined(self.losses, entries.losses),
            _joined(self.optimizers, entries.optimizers),
            _joined(self.schedulers, entries.schedulers),
            Tables(
                _joined(self.data.datasets, entries.datasets),
                _joined(self.data.transforms, entries.transforms),
                _joined(self.data.samplers, entries.samplers),
                _joined(self.data.collates, entries.collates),
            ),
        )


CATALOGUES = Catalogues()
"""What gradviz brings."""


def agreed(project: Project, trust: Trust) -> Trusted:
    """The files that may run. Raises `UsageError` for one that cannot be read."""
    return _agreed(project.code, trust)


def catalogues_of(project: Project, trust: Trust = False) -> Catalogues:
    """The tables of a project; its files are run, each content once.

    Raises `UsageError` for a file that is not trusted as it is now, that does not run, or defines
    what cannot be a block.
    """
    catalogues = catalogues_of_files(project.files, trust)
    if not project.modules:
        return catalogues
    check_modules(project.modules)
    trusted = agreed(project, trust)
    homes = {importable(Path(file)): file for file in project.files}
    for wrapped in project.modules:
        home = importable(Path(wrapped.file)) if wrapped.is_file else wrapped.file
        if homes.setdefault(home, wrapped.file) != wrapped.file:
            raise _called_alike(home, wrapped.file)
        program = trusted.program(wrapped.file) if wrapped.is_file else None
        module = program.module if program else trusted.installed(wrapped.file)
        if wrapped.name in catalogues.blocks:
            raise UsageError(
                N_("there is a {sort} “{name}” already"),
                where=f"{wrapped.file}: {wrapped.name}",
                mend=N_("give one of them another name"),
                sort=catalogues.blocks.sort,
                name=wrapped.name,
            )
        kind = python_kind(wrapped, module, home=home, program=program)
        catalogues = catalogues.joined(Entries(blocks=(kind,)))
    return catalogues


def catalogues_of_files(files: Iterable[str], trust: Trust) -> Catalogues:
    """The tables with what these files define, see `catalogues_of`."""
    files = tuple(files)
    trusted = _agreed(files, trust)
    catalogues = CATALOGUES
    homes: set[str] = set()
    for file in files:
        home = importable(Path(file))
        if home in homes:
            raise _called_alike(home, file)
        homes.add(home)
        catalogues = catalogues.joined(entries_of(trusted.module(file), home))
    return catalogues


def _called_alike(home: str, file: str) -> UsageError:
    return UsageError(
        N_("two files are called {name}.py"),
        where=file,
        mend=N_("give one of them another name"),
        name=home,
    )


def _agreed(files: Iterable[str], trust: Trust) -> Trusted:
    if isinstance(trust, Trusted):
        return trust
    trusted = Trusted()
    for file in files if trust else ():
        trusted.add(file)
    return trusted


def _joined(table: T, kinds: Sequence[Kind[Any]]) -> T:
    for kind in kinds:
        if kind.name in table:
            raise UsageError(
                N_("there is a {sort} “{name}” already"),
                where=f"{kind.home}.py: {kind.name}",
                mend=N_("give yours another name, or begin it with _ if it is no {sort}"),
                sort=table.sort,
                name=kind.name,
            )
    return table.joined(kinds)
