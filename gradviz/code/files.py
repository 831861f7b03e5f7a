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
from gradviz.errors import UsageError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.spec.project import Project


def write_python(project: Project, path: Path, *, trust: Trust = False) -> list[Path]:
    """Write the code and what it reads or imports from beside it, each file whole or not at all,
    and give their paths. Raises `BuildError`, `OutputError`, and `UsageError` for a file that is
    not trusted, or that the code would overwrite.
    """
    trusted = agreed(project, trust)
    written = {path: to_python(project, trust=trusted).encode()}
    data = dataset_of(project.data, catalogues_of(project, trusted))
    beside = {file: file.read_bytes() for file in (*data.files, *_weights(project, trusted))}
    beside |= {Path(file): trusted.content(file) for file in project.code}
    for file, content in beside.items():
        place = path.with_name(file.name)
        if place in written:
            raise UsageError(
                N_("the code needs another file of this name beside it"),
                where=str(place),
                mend=N_("choose another name for the code"),
            )
        written[place] = content
    for place, content in written.items():
        with writing(place) as stream:
            stream.write(content)
    return list(written)


def _weights(project: Project, trusted: Trusted) -> list[Path]:
    """The file of weights, which fits the model."""
    if not project.training.weights:
        return []
    file = Path(project.training.weights)
    with torch.device("meta"):
        check_weights(Assembler(checked(project, trust=trusted)).assembled(), file)
    return [file]
