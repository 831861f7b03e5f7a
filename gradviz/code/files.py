"""A project's code as files: the Python file, and the data that it reads beside it."""

from __future__ import annotations

from pathlib import Path

import torch

from gradviz.code.dataset import dataset_of
from gradviz.code.program import to_python
from gradviz.engine.building.assembly import Assembler
from gradviz.engine.building.build import checked
from gradviz.engine.building.weights import check_weights
from gradviz.files import writing
from gradviz.spec.project import Project


def write_python(project: Project, path: Path) -> list[Path]:
    """Write the code and what it reads beside it, each file whole or not at all, and give their
    paths. Raises `BuildError` and `OutputError`.
    """
    written = {path: to_python(project).encode()}
    for file in [*dataset_of(project.data).files, *_weights(project)]:
        written[path.with_name(file.name)] = file.read_bytes()
    for place, content in written.items():
        with writing(place) as stream:
            stream.write(content)
    return list(written)


def _weights(project: Project) -> list[Path]:
    """The file of weights, which fits the model."""
    if not project.training.weights:
        return []
    file = Path(project.training.weights)
    with torch.device("meta"):
        check_weights(Assembler(checked(project)).assembled(), file)
    return [file]
