"""The files that a project names: relative to its own file there, absolute once it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.model import Choice
from gradviz.spec.project import Project
from gradviz.spec.whatcode import parts

PATHS: Mapping[str, tuple[str, ...]] = {
    "Arrays": ("path", "target_path"),
    "IDX": ("images", "labels"),
}
"""The settings of a dataset that name files; of those that are not here, ``path``."""


def anchored(project: Project, folder: Path) -> Project:
    """The project with the files that it names relative to its folder as absolute paths."""

    def change(path: str) -> str:
        return path if Path(path).is_absolute() else str(folder / path)

    return _renamed(project, change)


def relative(project: Project, folder: Path) -> Project:
    """The project with the files that lie in its folder named relative to that."""

    def change(path: str) -> str:
        inside = Path(path).is_relative_to(folder)
        return Path(path).relative_to(folder).as_posix() if inside else path

    return _renamed(project, change)


def _renamed(project: Project, change: Callable[[str], str]) -> Project:
    dataset, training = project.data.dataset, project.training
    named = {name: dataset.settings.get(name) for name in PATHS.get(dataset.kind, ("path",))}
    paths = {name: change(path) for name, path in named.items() if isinstance(path, str) and path}
    if paths:
        moved = Choice(dataset.kind, {**dataset.settings, **paths})
        project = replace(project, data=replace(project.data, dataset=moved))
    files = tuple(map(change, project.files))
    project = replace(project, files=files) if files else project
    modules = tuple(
        replace(each, file=change(each.file)) if each.is_file else each for each in project.modules
    )
    project = replace(project, modules=modules) if modules else project
    edits = tuple(_edit_renamed(edit, change) for edit in project.edits)
    project = replace(project, edits=edits) if edits else project
    if training.weights:
        weights = change(training.weights)
        project = replace(project, training=replace(training, weights=weights))
    return project


def _edit_renamed(edit: GradEdit | ValueEdit, change: Callable[[str], str]) -> GradEdit | ValueEdit:
    if edit.what != "function":
        return edit
    file, name = parts(edit.value)
    return replace(edit, value=f"{change(file)}:{name}")
