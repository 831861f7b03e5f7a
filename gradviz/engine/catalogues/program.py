"""A Python file of the user's that runs together with those beside it that it imports."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.pythonfiles import INIT

SEED = 0
"""What a file draws from as it runs, so that an object in it is the same each time."""


class Program:
    """A file, run once, with the modules that it imports from its folder.

    ``contents`` are the files that may run, by the names under which they are imported; None stands
    for a folder that is a package without a file. Outside of `importing`, nothing of it is among
    the modules that others can import.
    """

    def __init__(
        self, path: Path, content: bytes, contents: Mapping[str, tuple[Path, bytes | None]]
    ) -> None:
        # That needs torch, for which the window does not wait.
        from gradviz.engine.loop.seed import seeded

        self.module = ModuleType(path.stem)
        self.module.__file__ = str(path)
        self._finder = _Finder(contents)
        self._modules = {path.stem: self.module}
        try:
            with self.importing(), seeded(SEED):
                exec(compile(content, str(path), "exec"), vars(self.module))
        except (Exception, SystemExit) as error:
            raise UsageError(
                N_("the file does not run: {error}: {reason}"),
                where=str(path),
                mend=N_("mend it until Python can import it, and trust it again"),
                error=type(error).__name__,
                reason=error,
            ) from error

    @property
    def names(self) -> frozenset[str]:
        """What it and the modules beside it are called."""
        return frozenset((*self._modules, *self._finder.contents))

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Its modules can be imported by their names, in front of all others."""
        names = self.names
        before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        try:
            yield
        finally:
            sys.meta_path.remove(self._finder)
            self._modules = {name: sys.modules.pop(name) for name in names if name in sys.modules}
            sys.modules.update(before)


def installed_module(name: str) -> ModuleType:
    """An installed module, imported. Raises `UsageError` if that fails."""
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise UsageError(
            N_("the module cannot be imported: {error}: {reason}"),
            where=name,
            mend=N_("try “import {name}” in Python, and mend what it says"),
            name=name,
            error=type(error).__name__,
            reason=error,
        ) from error


class _Finder(MetaPathFinder):
    """Finds the files beside one, and runs their contents as they were agreed to."""

    def __init__(self, contents: Mapping[str, tuple[Path, bytes | None]]) -> None:
        self.contents = contents

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What runs for a name, if it is one of the files."""
        if name not in self.contents:
            return None
        file, content = self.contents[name]
        if content is None:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = []
            return spec
        spec = ModuleSpec(
            name, _Content(file, content), origin=str(file), is_package=file.name == INIT
        )
        spec.has_location = True
        return spec


class _Content(Loader):
    """Runs one file's content."""

    def __init__(self, file: Path, content: bytes) -> None:
        self._file = file
        self._content = content

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        exec(compile(self._content, str(self._file), "exec"), vars(module))
