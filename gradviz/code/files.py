"""A project's code as files: the Python file, and the data that it reads beside it."""

from __future__ import annotations

from pathlib import Path

from gradviz.code.dataset import SAMPLE, dataset_of
from gradviz.code.program import to_python
from gradviz.files import writing
from gradviz.resources import assets
from gradviz.spec.project import Project


def write_python(project: Project, path: Path) -> list[Path]:
    """Write the code, each file whole or not at all, and give the files' paths.

    The sample of letters is laid beside it. Raises `BuildError` and `OutputError`.
    """
    code = to_python(project).encode()
    files = [path]
    if f'"{SAMPLE}"' in dataset_of(project.data).call.replace("'", '"'):
        beside = path.with_name(SAMPLE)
        with writing(beside) as stream:
            stream.write((assets() / "letters" / SAMPLE).read_bytes())
        files.append(beside)
    with writing(path) as stream:
        stream.write(code)
    return files
