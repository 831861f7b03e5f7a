"""The Python files that modules of a project need: found, and read for their imports; none runs."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.pythonmodule import PYTHON, TORCH, PythonModule

INIT = "__init__.py"
OTHERS = sys.stdlib_module_names | {"torch", "numpy", "gradviz"}
"""Modules that no file beside another one is taken for."""


def trusted_files(modules: Iterable[PythonModule]) -> tuple[str, ...]:
    """All files whose code runs for these modules: their own, and what these import from beside
    them. Raises `UsageError` for an installed module that is not there.
    """
    found: dict[str, None] = {}
    for module in modules:
        if module.is_file:
            found.update(dict.fromkeys(files_of(module.file)))
        elif module.file != TORCH:
            found[str(installed(module.file))] = None
    return tuple(found)


def files_of(file: str) -> tuple[str, ...]:
    """A Python file, and those beside it that it imports."""
    return (file, *(str(each) for each in beside(Path(file)).values() if each.suffix == PYTHON))


def beside(file: Path) -> dict[str, Path]:
    """What a file imports from its folder, and what that imports there, by the names of modules; a
    package without a file of its own is its folder.
    """
    folder = file.parent
    found: dict[str, Path] = {}
    waiting = [("", file)]
    while waiting:
        package, each = waiting.pop()
        for name in _imported(each, package):
            place = _place(folder, name)
            if place is None or name in found or place == file:
                continue
            found[name] = place
            if place.is_file():
                waiting.append((name if place.name == INIT else name.rpartition(".")[0], place))
    return found


def installed(name: str) -> Path:
    """The file of an installed module, which nothing of it runs to find.

    Raises `UsageError` if it is not installed, or is not written in Python.
    """
    head, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(head)
    except (ImportError, ValueError):
        spec = None
    path = head
    for part in rest:
        path = f"{path}.{part}"
        places = spec.submodule_search_locations if spec else None
        spec = PathFinder.find_spec(path, places) if places else None
    return _file_of(spec, name)


def _file_of(spec: ModuleSpec | None, name: str) -> Path:
    if spec is None or not spec.origin or not spec.origin.endswith(PYTHON):
        raise UsageError(
            N_("there is no module “{name}” here"),
            where=name,
            mend=N_("install it, or name a Python file, such as model.py"),
            name=name,
        )
    return Path(spec.origin)


def _place(folder: Path, name: str) -> Path | None:
    inside = folder.joinpath(*name.split("."))
    for place in (inside / INIT, inside.with_name(f"{inside.name}{PYTHON}")):
        if place.is_file():
            return place
    return inside if inside.is_dir() else None


def _imported(file: Path, package: str) -> Iterator[str]:
    """The modules, and whatever else may be one, that a file imports, each behind those around."""
    try:
        tree = parsed(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # running it tells
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".")[: len(package.split(".")) - node.level + 1]
            home = ".".join(filter(None, (*(around if node.level else ()), node.module)))
            names = [f"{home}.{alias.name}" if home else alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] not in OTHERS:
                yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
