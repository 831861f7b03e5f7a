"""The dataset of a project as code that stands alone."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from msgspec import Struct

from gradviz.code.fromfiles import FROM_FILES
from gradviz.code.standalone import standalone
from gradviz.code.written import function_name, text_of, written
from gradviz.data.mnist import files_of
from gradviz.data.reconstruction import Reconstruction
from gradviz.engine.catalogues.catalogues import CATALOGUES, Catalogues
from gradviz.parsing import parsed
from gradviz.resources import assets
from gradviz.spec.data import Data

SAMPLE = assets() / "letters" / "notMNIST_sample.tar.gz"
"""The letters that come with gradviz."""
IDX = {"MNIST": "mnist", "FashionMNIST": "fashion-mnist"}
"""The download of each dataset of IDX files."""


class DatasetCode(Struct, frozen=True):
    """What must be defined, the expression that makes the dataset, and the files that it reads
    from beside the code.
    """

    definition: str
    call: str
    files: tuple[Path, ...] = ()


def dataset_of(data: Data, catalogues: Catalogues = CATALOGUES) -> DatasetCode:
    """The dataset of a project."""
    found = _samples(data, catalogues)
    if data.target != "input":
        return found
    wrapper = inspect.getsource(Reconstruction).replace("  # type: ignore[type-arg]", "")
    definition = "\n\n\n".join(part for part in (found.definition, wrapper.rstrip()) if part)
    return DatasetCode(definition, f"Reconstruction({found.call})", found.files)


def _samples(data: Data, catalogues: Catalogues) -> DatasetCode:
    kind, settings = catalogues.data.datasets[data.dataset.kind], data.dataset.settings
    if kind.home:
        return DatasetCode("", written(kind, settings).text)
    if kind.name == "Letters":
        path = settings.get("path")
        files = () if path else (SAMPLE,)
        path = path or SAMPLE.name
        return DatasetCode(_template("letters"), f"LetterImages({text_of(path)})", files)
    if kind.name in IDX:
        known = kind.checked(settings, where="$.data.dataset")
        path, train = str(known["path"]), bool(known["train"])
        pair = files_of(IDX[kind.name], path, train=train)
        names = [text_of(str(file) if path else file.name) for file in pair]
        call = f"IdxImages({', '.join(names)})"
        return DatasetCode(_template("idx"), call, () if path else pair)
    if kind.name in FROM_FILES:
        made = FROM_FILES[kind.name](kind.checked(settings, where="$.data.dataset"))
        return DatasetCode("\n\n\n".join(map(_template, made.templates)), made.call)
    given = ", ".join(f"{name}={text_of(setting)}" for name, setting in settings.items())
    own = standalone(kind, settings)
    return DatasetCode(own.definition, f"{function_name(kind)}({given})", own.files)


def _template(name: str) -> str:
    """Definitions that stand in the code as they are; their imports stand with all others."""
    source = (assets() / "templates" / "code" / f"{name}.py").read_text("utf-8")
    first = next(
        node.lineno
        for node in parsed(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    return "\n".join(source.splitlines()[first - 1 :])
