"""A project's code as files: the Python file, and the data that it reads beside it."""

from __future__ import annotations

from pathlib import Path

import torch

from gradviz.code.dataset import dataset_of
from gradviz.code.program import to_python
from gradviz.engine.building.assembly import Assembler
from gradviz.engine.building.build import checked
from gradviz.engine.building.weights import check_weights
from gradviz.engine.catalogues.catalogues import Trust, agreed, catalogues_of
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.errors import DataError, UsageError
from gradviz.files import folder, writing
from gradviz.i18n import N_
from gradviz.spec.project import Project
from gradviz.spec.pythonfiles import files_of


def write_python(project: Project, path: Path, *, trust: Trust = False) -> list[Path]:
    """Write the code and what it reads or imports from beside it, each file whole or not at all,
    and give their paths. Raises `BuildError`, `OutputError`, `DataError` for
    data that is not there, and `UsageError` for a file that is not trusted, or that the code would
    overwrite.
    """
    trusted = agreed(project, trust)
    written = {path: to_python(project, trust=trusted).encode()}
    data = dataset_of(project.data, catalogues_of(project, trusted))
    beside = {file: _content(file) for file in (*data.files, *_weights(project, trusted))}
    beside |= {Path(file): trusted.content(file) for file in project.carried}
    folders = _folders(project)
    for file, content in beside.items():
        inside = folders.get(file)
        place = path.parent / (file.name if inside is None else inside)
        if place in written:
            raise UsageError(
                N_("the code needs another file of this name beside it"),
                where=str(place),
                mend=N_("choose another name for the code"),
            )
        written[place] = content
    for place, content in written.items():
        if place.parent != path.parent:
            folder(place.parent)
        with writing(place) as stream:
            stream.write(content)
    return list(written)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(
            N_("cannot be read ({reason})"),
            where=str(file),
            mend=N_("the code needs it beside it; “gradviz data list” says what can be downloaded"),
            reason=error.strerror or error,
        ) from error


def _folders(project: Project) -> dict[Path, Path]:
    """Where files that others import lie, as seen from the folder of these."""
    return {
        Path(file): Path(file).relative_to(Path(module.file).parent)
        for module in project.modules
        if module.is_file
        for file in files_of(module.file)
    }


def _weights(project: Project, trusted: Trusted) -> list[Path]:
    """The file of weights, which fits the model."""
    if not project.training.weights:
        return []
    file = Path(project.training.weights)
    with torch.device("meta"):
        check_weights(Assembler(checked(project, trust=trusted)).assembled(), file)
    return [file]
