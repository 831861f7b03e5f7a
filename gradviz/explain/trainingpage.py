"""What the form of a project says besides its model: data, loss, optimizer, and their settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.explain.blockform import Field, fields_of
from gradviz.explain.dataoptions import barred_of
from gradviz.spec.catalogue import Kind
from gradviz.spec.model import Choice
from gradviz.spec.project import Project


class Entry(Struct, frozen=True):
    """A part of the project, as `gradviz.editing.training` names it: which kind it is (empty where
    there is none), which ones there are, and what it is set to.

    The ``groups`` are those of the ``kinds``, one by one; what is of one group stands together.
    """

    part: str
    kind: str
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    fields: tuple[Field, ...]


class TrainingPage(Struct, frozen=True):
    """All parts, and the project that they are of. ``barred`` are the choices that cannot be used
    beside the others, each with the reason as a template. The ``groups`` are those of the
    ``transforms`` that there are.
    """

    project: Project
    entries: tuple[Entry, ...]
    transforms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    barred: dict[str, str] = {}


def training_page(project: Project, catalogues: Catalogues) -> TrainingPage:
    """The page about a project's data and training."""
    data, training, tables = project.data, project.training, catalogues.data
    entries = [_entry("dataset", data.dataset, tables.datasets)]
    for name in ("transforms", "target_transforms"):
        for place, choice in enumerate(getattr(data, name)):
            entries.append(_entry(f"{name}.{place}", choice, tables.transforms))
    entries += [
        _entry("sampler", data.sampler, tables.samplers),
        _entry("collate", data.collate, tables.collates),
        _entry("loss", training.loss, catalogues.losses),
        _entry("optimizer", training.optimizer, catalogues.optimizers),
    ]
    transforms = _grouped(tables.transforms)
    return TrainingPage(
        project,
        tuple(entries),
        tuple(each.name for each in transforms),
        tuple(each.group for each in transforms),
        barred_of(data, catalogues),
    )


def _entry(part: str, choice: Choice | None, table: Iterable[Kind[Any]]) -> Entry:
    kinds = {each.name: each for each in _grouped(table)}
    names, groups = tuple(kinds), tuple(each.group for each in kinds.values())
    if part in ("sampler", "collate"):
        names, groups = ("", *names), ("", *groups)
    if choice is None:
        return Entry(part, "", names, groups, ())
    fields = fields_of(kinds[choice.kind], choice.settings) if choice.kind in kinds else ()
    return Entry(part, choice.kind, names, groups, fields)


def _grouped(table: Iterable[Kind[Any]]) -> list[Kind[Any]]:
    """The entries of a table, group by group, each group where its first entry stands."""
    kinds = list(table)
    groups = list(dict.fromkeys(each.group for each in kinds))
    return sorted(kinds, key=lambda each: groups.index(each.group))
