"""Python files of the user's that a project or an edit names: each runs only once agreed to."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from gradviz.engine.catalogues.program import Program, installed_module
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.pythonfiles import beside, installed
from gradviz.spec.pythonmodule import TORCH
from gradviz.spec.whatcode import parts

AGREE_TO_HOOK = N_("read it, and then agree: session.trust({file})")
AGREE = N_("read it, and then agree: --trust on the command line, trust=True in Python")


class Trusted:
    """Trust holds for a file's content, not for its name: a file that changed is a stranger again.

    Each content is run once. What was made of it stays, so that a replay calls the same function
    also when the file has changed, or is gone.
    """

    def __init__(self) -> None:
        self._agreed: dict[Path, str] = {}
        self._contents: dict[str, bytes] = {}
        self._modules: dict[tuple[Path, str], ModuleType] = {}
        self._programs: dict[object, Program] = {}

    def add(self, file: str | Path) -> None:
        """Agree to run this file as it is now. Raises `UsageError` if it cannot be read."""
        path = Path(file).resolve()
        content = _read(path)
        digest = hashlib.sha256(content).hexdigest()
        self._agreed[path] = digest
        self._contents[digest] = content

    def known(self, value: str, digest: str = "") -> dict[str, str]:
        """Where ``hooks.py:halve`` is, and the digest of the file; it is run now.

        A digest of a content that was trusted before stands for that, whatever the file is now.
        Raises `UsageError` for a file that the user did not agree to as it is now, saying how to.
        """
        path, name = _parts(value)
        digest = digest if digest in self._contents else self._agreed_digest(path)
        value = f"{path}:{name}"
        self.function(value, digest)
        return {"value": value, "digest": digest}

    def function(self, value: str, digest: str) -> Callable[[Any], Any]:
        """The function that ``hooks.py:halve`` names, of the file's content with this digest.

        Runs the file if that has not happened yet. Raises `UsageError` if it fails, or has no such
        function.
        """
        path, name = _parts(value)
        module = self._module(path, digest)
        function: Any = getattr(module, name, None)
        if not callable(function):
            known = [key for key, found in vars(module).items() if _is_own(found, module)]
            raise UsageError(
                N_("the file has no function “{name}”"),
                where=str(path),
                mend=N_("take one of: {known}"),
                name=name,
                known=", ".join(known),
            )
        return function  # type: ignore[no-any-return]

    def module(self, file: str | Path) -> ModuleType:
        """What the file defines, as it is now; it is run if that has not happened yet.

        Raises `UsageError` for a file that the user did not agree to as it is now, saying how to.
        """
        path = Path(file).resolve()
        return self._module(path, self._agreed_digest(path, mend=AGREE))

    def program(self, file: str | Path) -> Program:
        """The file with those beside it that it imports, as they are now; it is run if that has not
        happened yet. Raises `UsageError` for one that the user did not agree to as it is now.
        """
        path = Path(file).resolve()
        places = {"": path, **beside(path)}
        digests = {
            name: self._agreed_digest(place, mend=AGREE)
            for name, place in places.items()
            if not place.is_dir()
        }
        key = (path, tuple(digests.items()))
        if key not in self._programs:
            contents = {
                name: (place, self._contents[digests[name]] if name in digests else None)
                for name, place in places.items()
                if name
            }
            self._programs[key] = Program(path, self._contents[digests[""]], contents)
        return self._programs[key]

    def installed(self, name: str) -> ModuleType:
        """An installed module; Python imports its packages with it. Raises `UsageError` for one
        whose file the user did not agree to as it is now; torch.nn is everybody's.
        """
        if name != TORCH:
            self._agreed_digest(installed(name).resolve(), mend=AGREE)
        return installed_module(name)

    def content(self, file: str | Path) -> bytes:
        """The file as the user agreed to it. Raises `UsageError`."""
        return self._contents[self._agreed_digest(Path(file).resolve(), mend=AGREE)]

    def _module(self, path: Path, digest: str) -> ModuleType:
        module = self._modules.get((path, digest))
        if module is None:
            module = self._modules[path, digest] = _run(path, self._contents[digest])
        return module

    def _agreed_digest(self, path: Path, mend: str = AGREE_TO_HOOK) -> str:
        digest = hashlib.sha256(_read(path)).hexdigest()
        agreed = self._agreed.get(path)
        if agreed != digest:
            raise UsageError(
                N_("this file has not been trusted, and its code does not run")
                if agreed is None
                else N_("this file has changed since it was trusted"),
                where=str(path),
                mend=mend,
                file=repr(str(path)),
            )
        return digest


def _parts(value: str) -> tuple[Path, str]:
    file, name = parts(value)
    return Path(file).resolve(), name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            N_("cannot be read ({reason})"),
            where=str(path),
            mend=N_("check the path and the permissions"),
            reason=error.strerror or error,
        ) from error


def _run(path: Path, content: bytes) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        with _imported(module):
            exec(compile(content, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        raise UsageError(
            N_("the file does not run: {error}: {reason}"),
            where=str(path),
            mend=N_("mend it until Python can import it, and trust it again"),
            error=type(error).__name__,
            reason=error,
        ) from error
    return module


@contextmanager
def _imported(module: ModuleType) -> Iterator[None]:
    """As long as it runs, the file can be found as a module: data classes look there."""
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before


def _is_own(found: object, module: ModuleType) -> bool:
    return callable(found) and getattr(found, "__module__", None) == module.__name__
