"""What the form of a project says besides its model: data, loss, optimizer, and their settings."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.explain.blockform import Field, fields_of
from gradviz.spec.model import Choice
from gradviz.spec.project import Project

Part: TypeAlias = Literal["dataset", "loss", "optimizer"]


class Entry(Struct, frozen=True):
    """A part of the project: which kind it is, which ones there are, and what it is set to."""

    part: Part
    kind: str
    kinds: tuple[str, ...]
    fields: tuple[Field, ...]


class TrainingPage(Struct, frozen=True):
    """All parts, and the project that they are of."""

    project: Project
    entries: tuple[Entry, ...]


def training_page(project: Project, catalogues: Catalogues) -> TrainingPage:
    """The page about a project's data and training."""
    parts: tuple[tuple[Part, Choice, object], ...] = (
        ("dataset", project.data.dataset, catalogues.data.datasets),
        ("loss", project.training.loss, catalogues.losses),
        ("optimizer", project.training.optimizer, catalogues.optimizers),
    )
    entries = []
    for part, choice, table in parts:
        kinds = {each.name: each for each in table}  # type: ignore[attr-defined]
        fields = fields_of(kinds[choice.kind], choice.settings) if choice.kind in kinds else ()
        entries.append(Entry(part, choice.kind, tuple(kinds), fields))
    return TrainingPage(project, tuple(entries))
