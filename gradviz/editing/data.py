"""The lists of transforms of a project, and its split."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gradviz.editing.training import kind_of
from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.errors import UsageError
from gradviz.spec.catalogue import complaint_about
from gradviz.spec.data import Split
from gradviz.spec.model import Choice, Setting
from gradviz.spec.project import Project


def add_transform(project: Project, name: str, kind: str, catalogues: Catalogues) -> Project:
    """Put a transform behind the others of ``transforms`` or ``target_transforms``. Raises
    `BuildError` for one that is not known.
    """
    kind_of(name, kind, catalogues)
    return _with(project, name, (*getattr(project.data, name), Choice(kind)))


def remove_transform(project: Project, name: str, place: int) -> Project:
    """Take one away."""
    choices = list(getattr(project.data, name))
    del choices[place]
    return _with(project, name, tuple(choices))


def move_transform(project: Project, name: str, place: int, by: int) -> Project:
    """Let one be applied earlier or later; at an end it stays."""
    choices = list(getattr(project.data, name))
    there = place + by
    if 0 <= there < len(choices):
        choices.insert(there, choices.pop(place))
    return _with(project, name, tuple(choices))


def set_split(project: Project, name: str, value: Setting) -> Project:
    """Set ``validation``, ``test`` or ``seed`` of the split; with nothing kept out there is none.
    Raises `UsageError` for what it cannot be.
    """
    split = project.data.split or Split(validation=0.0)
    try:
        made = msgspec.convert({**msgspec.structs.asdict(split), name: value}, Split)
    except msgspec.ValidationError as error:
        what, fields = complaint_about(error)
        raise UsageError(what, **{**fields, "kind": name, "path": ""}) from error
    nothing = not made.validation and not made.test
    return replace(project, data=replace(project.data, split=None if nothing else made))


def _with(project: Project, name: str, choices: tuple[Choice, ...]) -> Project:
    return replace(project, data=replace(project.data, **{name: choices}))
