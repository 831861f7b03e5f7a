"""Data, loss and optimizer of a project, and what they are set to."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from gradviz.editing.settings import check_value, checked_setting, fits, require_known
from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.errors import UsageError
from gradviz.spec.catalogue import Kind, complaint_about
from gradviz.spec.data import Data
from gradviz.spec.model import Choice, Setting
from gradviz.spec.project import Project, Training


def choose(project: Project, part: str, kind: str, catalogues: Catalogues) -> Project:
    """Another ``dataset``, ``loss`` or ``optimizer``, with the settings that it shares with the one
    before. Raises `BuildError` for a kind that is not known.
    """
    found = _kind(part, kind, catalogues)
    kept = {name: each for name, each in _choice(project, part).settings.items()
            if name in found.form.__struct_fields__ and fits(found, name, each)}  # fmt: skip
    return _with(project, part, Choice(kind, kept))


def set_part(
    project: Project, part: str, setting: str, value: Setting, catalogues: Catalogues
) -> Project:
    """Set what a ``dataset``, ``loss`` or ``optimizer`` has. Raises `UsageError`."""
    choice = _choice(project, part)
    kind = _kind(part, choice.kind, catalogues)
    require_known(setting, kind.form.__struct_fields__, kind=choice.kind)
    check_value(kind, setting, checked_setting(value, where=setting), where="")
    return _with(project, part, Choice(choice.kind, {**choice.settings, setting: value}))


def reset_part(project: Project, part: str, setting: str) -> Project:
    """Set it to its default."""
    choice = _choice(project, part)
    kept = {name: each for name, each in choice.settings.items() if name != setting}
    return _with(project, part, Choice(choice.kind, kept))


def set_project(project: Project, name: str, value: Setting) -> Project:
    """Set ``batch_size``, ``shuffle``, ``seed`` or ``device``. Raises `UsageError` for what it
    cannot be.
    """
    try:
        if name in Data.__struct_fields__:
            told = {**msgspec.structs.asdict(project.data), name: value}
            return replace(project, data=msgspec.convert(msgspec.to_builtins(told), Data))
        told = {**msgspec.structs.asdict(project.training), name: value}
        return replace(project, training=msgspec.convert(msgspec.to_builtins(told), Training))
    except msgspec.ValidationError as error:
        what, fields = complaint_about(error)
        raise UsageError(what, **{**fields, "kind": name, "path": ""}) from error


def _choice(project: Project, part: str) -> Choice:
    if part == "dataset":
        return project.data.dataset
    return project.training.loss if part == "loss" else project.training.optimizer


def _kind(part: str, kind: str, catalogues: Catalogues) -> Kind[Any]:
    tables: dict[str, Any] = {
        "dataset": catalogues.data.datasets,
        "loss": catalogues.losses,
        "optimizer": catalogues.optimizers,
    }
    found: Kind[Any] = tables[part].kind(kind, where="")
    return found


def _with(project: Project, part: str, choice: Choice) -> Project:
    if part == "dataset":
        return replace(project, data=replace(project.data, dataset=choice))
    return replace(project, training=replace(project.training, **{part: choice}))
