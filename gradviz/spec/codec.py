"""Project files: JSON, checked against the frozen types; saving is atomic."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from gradviz.arguments import check_type
from gradviz.errors import GradvizError, ProjectError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.spec.anchors import anchored, relative
from gradviz.spec.check import check_model
from gradviz.spec.project import FORMAT, Project
from gradviz.spec.pythonmodule import check_modules

LARGEST = 16 * 2**20
"""Bytes of a project file; one that is larger is something else."""


class _Header(msgspec.Struct):
    """The part of a file that is read first, to know whether the rest can be."""

    format: int


_WORDS = (
    (r"Expected `(?P<wanted>.+)`, got `(?P<got>.+)`", N_("expected {wanted}, got {got}")),
    (r"Object missing required field `(?P<key>.+)`", N_("the field “{key}” is missing")),
    (r"Object contains unknown field `(?P<key>.+)`", N_("there is no field “{key}”")),
    (r"Expected `(?P<wanted>.+)`", N_("expected {wanted}")),
    (r"Invalid (?:enum )?value (?P<got>.+)", N_("{got} is none of the allowed values")),
)


def load(path: str | os.PathLike[str]) -> Project:
    """Read a project file. The relative paths in it are taken from the file's folder.

    Raises `ProjectError` that names the file and the JSON path.
    """
    check_type(path, (str, os.PathLike), where="path")
    file = Path(path)
    try:
        if file.exists() and not file.is_dir() and not file.is_file():
            raise OSError(0, "it is no ordinary file")
        if file.is_file() and file.stat().st_size > LARGEST:
            raise OSError(0, "it is larger than 16 MiB")
        text = file.read_bytes().removeprefix(b"\xef\xbb\xbf")  # Windows puts this in front
    except FileNotFoundError:
        raise ProjectError(
            N_("there is no such file"),
            where=str(file),
            mend=N_("check the name, or run “gradviz demo” for an example"),
        ) from None
    except (OSError, ValueError) as error:  # ValueError is for a name that no file can have
        raise ProjectError(
            N_("cannot be read ({reason})"),
            where=ascii(str(file))[1:-1] if isinstance(error, ValueError) else str(file),
            mend=N_("check that it is a file and that you may read it"),
            reason=error.strerror if isinstance(error, OSError) else error,
        ) from error
    return anchored(decode(text, where=str(file)), file.resolve().parent)


def decode(text: bytes | str, *, where: str = "project") -> Project:
    """A project from JSON text; ``where`` stands in front of every complaint."""
    try:
        header = msgspec.json.decode(text, type=_Header)
        if header.format > FORMAT:
            raise ProjectError(
                N_("has format {got}, and this gradviz reads up to {known}"),
                where=f"{where} $.format",
                mend=N_("install a newer gradviz"),
                got=header.format,
                known=FORMAT,
            )
        if header.format < 1:
            raise ProjectError(
                N_("has format {got}, and formats begin at 1"),
                where=f"{where} $.format",
                mend=N_("write {known}"),
                got=header.format,
                known=FORMAT,
            )
        project = msgspec.json.decode(text, type=Project)
    except msgspec.ValidationError as error:
        raise complaint(error, where) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(
            N_("is not JSON ({reason})"),
            where=where,
            mend=N_("open a file that gradviz saved, or mend the text there"),
            reason=error,
        ) from error
    check_model(project.model, where=where)
    check_modules(project.modules, where=where)
    return project


def check_project(project: Project) -> None:
    """Raise `ProjectError` for what no project file could hold: frozen types do not look at what
    they are made of. Raises `WrongValueError` for what is no project.
    """
    check_type(project, Project, where="project", mend=N_("read it first: gradviz.load(path)"))
    try:
        text = msgspec.json.encode(project)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ProjectError(
            N_("holds what no project file can hold ({reason})"),
            where="project",
            mend=N_("use numbers, texts, lists and None"),
            reason=error,
        ) from error
    decode(text)


def encode(project: Project) -> bytes:
    """The project as indented JSON text, ready for a file."""
    return msgspec.json.format(msgspec.json.encode(project), indent=2) + b"\n"


def save(project: Project, path: str | os.PathLike[str]) -> None:
    """Write a project file whole or not at all; a crash leaves the old one as it was.

    Raises `OutputError` when the folder cannot be written.
    """
    check_type(project, Project, where="project")
    check_type(path, (str, os.PathLike), where="path")
    file = Path(path)
    with writing(file) as stream:
        stream.write(encode(relative(project, file.resolve().parent)))


def complaint(error: msgspec.ValidationError, where: str) -> ProjectError:
    """What msgspec found, in our words, with the JSON path behind ``where``."""
    said, _, path = str(error).partition(" - at `")
    place = f"{where} {path.rstrip('`')}" if path else where
    mend = N_("correct that value in the file")
    known = error.__cause__
    if isinstance(known, GradvizError):
        at = ": ".join(part for part in (place, known.where) if part)
        return ProjectError(known.what, where=at, mend=known.mend, **known.fields)
    for pattern, words in _WORDS:
        if match := re.fullmatch(pattern, said):
            return ProjectError(words, where=place, mend=mend, **match.groupdict())
    return ProjectError("{said}", where=place, mend=mend, said=said)
