"""What the form of a project says besides its model: data, loss, optimizer, and their settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.explain.blockform import Field, fields_of
from gradviz.spec.catalogue import Kind
from gradviz.spec.model import Choice
from gradviz.spec.project import Project

Part: TypeAlias = Literal["dataset", "loss", "optimizer"]


class Entry(Struct, frozen=True):
    """A part of the project: which kind it is, which ones there are, and what it is set to.

    The ``groups`` are those of the ``kinds``, one by one; what is of one group stands together.
    """

    part: Part
    kind: str
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    fields: tuple[Field, ...]


class TrainingPage(Struct, frozen=True):
    """All parts, and the project that they are of."""

    project: Project
    entries: tuple[Entry, ...]


def training_page(project: Project, catalogues: Catalogues) -> TrainingPage:
    """The page about a project's data and training."""
    parts: tuple[tuple[Part, Choice, Iterable[Kind[Any]]], ...] = (
        ("dataset", project.data.dataset, catalogues.data.datasets),
        ("loss", project.training.loss, catalogues.losses),
        ("optimizer", project.training.optimizer, catalogues.optimizers),
    )
    entries = []
    for part, choice, table in parts:
        kinds = {each.name: each for each in _grouped(table)}
        fields = fields_of(kinds[choice.kind], choice.settings) if choice.kind in kinds else ()
        groups = tuple(each.group for each in kinds.values())
        entries.append(Entry(part, choice.kind, tuple(kinds), groups, fields))
    return TrainingPage(project, tuple(entries))


def _grouped(table: Iterable[Kind[Any]]) -> list[Kind[Any]]:
    """The entries of a table, group by group, each group where its first entry stands."""
    kinds = list(table)
    groups = list(dict.fromkeys(each.group for each in kinds))
    return sorted(kinds, key=lambda each: groups.index(each.group))
