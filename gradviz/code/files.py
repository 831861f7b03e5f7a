"""A project's code as files: the Python file, and the data that it reads beside it."""

from __future__ import annotations

from pathlib import Path

from gradviz.code.dataset import dataset_of
from gradviz.code.program import to_python
from gradviz.files import writing
from gradviz.spec.project import Project


def write_python(project: Project, path: Path) -> list[Path]:
    """Write the code and what it reads beside it, each file whole or not at all, and give their
    paths. Raises `BuildError` and `OutputError`.
    """
    written = {path: to_python(project).encode()}
    for file in dataset_of(project.data).files:
        written[path.with_name(file.name)] = file.read_bytes()
    for place, content in written.items():
        with writing(place) as stream:
            stream.write(content)
    return list(written)
