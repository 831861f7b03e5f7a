"""Data, loss and optimizer of a project, and what they are set to.

A part is ``dataset``, ``sampler``, ``collate``, ``loss``, ``optimizer``, or one in a list:
``transforms.0``, ``target_transforms.1``.
"""

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

OF_DATA = ("dataset", "sampler", "collate")
LISTS = ("transforms", "target_transforms")
NONE = Choice("")
"""What stands for a part that there is not."""


def choose(project: Project, part: str, kind: str, catalogues: Catalogues) -> Project:
    """Another entry for a part, with the settings that it shares with the one before. A sampler
    takes the place of shuffle.

    No kind takes a sampler or a collate away. Raises `BuildError` for a kind that is not known.
    """
    if not kind and part in ("sampler", "collate"):
        return replace(project, data=replace(project.data, **{part: None}))
    found = kind_of(part, kind, catalogues)
    before = choice_of(project, part) or NONE
    kept = {name: each for name, each in before.settings.items()
            if name in found.form.__struct_fields__ and fits(found, name, each)}  # fmt: skip
    if part == "sampler":
        project = replace(project, data=replace(project.data, shuffle=False))
    return _with(project, part, Choice(kind, kept))


def set_part(
    project: Project, part: str, setting: str, value: Setting, catalogues: Catalogues
) -> Project:
    """Set what a part has. Raises `UsageError`."""
    choice = choice_of(project, part) or NONE
    kind = kind_of(part, choice.kind, catalogues)
    require_known(setting, kind.form.__struct_fields__, kind=choice.kind)
    check_value(kind, setting, checked_setting(value, where=setting), where="")
    return _with(project, part, Choice(choice.kind, {**choice.settings, setting: value}))


def reset_part(project: Project, part: str, setting: str) -> Project:
    """Set it to its default."""
    choice = choice_of(project, part) or NONE
    kept = {name: each for name, each in choice.settings.items() if name != setting}
    return _with(project, part, Choice(choice.kind, kept))


def set_project(project: Project, name: str, value: Setting) -> Project:
    """Set ``batch_size``, ``shuffle``, ``inputs``, ``seed``, ``device``, … Raises `UsageError` for
    what it cannot be.
    """
    try:
        if name in Data.__struct_fields__:
            told = {**msgspec.structs.asdict(project.data), name: value}
            return replace(project, data=msgspec.convert(msgspec.to_builtins(told), Data))
        told = {**msgspec.structs.asdict(project.training), name: value}
        return replace(project, training=msgspec.convert(msgspec.to_builtins(told), Training))
    except msgspec.ValidationError as error:
        raise _refusal(error, name) from error


def _refusal(error: msgspec.ValidationError, name: str) -> UsageError:
    what, fields = complaint_about(error)
    return UsageError(what, **{**fields, "kind": name, "path": ""})


def choice_of(project: Project, part: str) -> Choice | None:
    """What a part is now; None where there is none."""
    name, _, place = part.partition(".")
    if name in LISTS:
        found: Choice = getattr(project.data, name)[int(place)]
        return found
    holder = project.data if part in OF_DATA else project.training
    choice: Choice | None = getattr(holder, part)
    return choice


def kind_of(part: str, kind: str, catalogues: Catalogues) -> Kind[Any]:
    """The entry of that name for a part."""
    data = catalogues.data
    tables: dict[str, Any] = {
        "dataset": data.datasets,
        "transforms": data.transforms,
        "target_transforms": data.transforms,
        "sampler": data.samplers,
        "collate": data.collates,
        "loss": catalogues.losses,
        "optimizer": catalogues.optimizers,
    }
    found: Kind[Any] = tables[part.partition(".")[0]].kind(kind, where="")
    return found


def _with(project: Project, part: str, choice: Choice) -> Project:
    name, _, place = part.partition(".")
    if name in LISTS:
        choices = list(getattr(project.data, name))
        choices[int(place)] = choice
        return replace(project, data=replace(project.data, **{name: tuple(choices)}))
    if part in OF_DATA:
        return replace(project, data=replace(project.data, **{part: choice}))
    return replace(project, training=replace(project.training, **{part: choice}))
