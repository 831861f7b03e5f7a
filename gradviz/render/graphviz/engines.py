"""The Graphviz executables: which there are, and running one. The only subprocess in here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path

from msgspec import Struct

from gradviz.errors import LayoutError
from gradviz.i18n import N_

VARIABLE = "GRADVIZ_ENGINE"
"""Environment variable: ``dot``, the path of an executable, or ``layered`` for none at all."""
LAYERED = "layered"
BUNDLED = "graphviz-pure"
LOOK_UP = 0.05
"""Seconds between two looks whether a layout is still wanted."""

_asker = threading.local()


class TooSlowError(LayoutError):
    """An engine that took too long; another would be no faster."""


class GivenUpError(Exception):
    """Nobody wants the layout any more."""


class Engine(Struct, frozen=True):
    """An executable that takes Graphviz's arguments, and its name for a reader."""

    name: str
    path: str


MEND = N_("reinstall graphviz-pure, or set GRADVIZ_ENGINE to another engine, such as dot")


def choice() -> str | None:
    """The engine that the environment names; None for the best one."""
    return os.environ.get(VARIABLE) or None


def engines(wanted: str | None = None) -> tuple[Engine, ...]:
    """The engines to try, best first. ``wanted`` names the only one.

    Raises `LayoutError` when there is none, or not the wanted one.
    """
    if wanted == LAYERED:
        return ()
    if wanted in (None, BUNDLED):
        tried = [_bundled()] if wanted else [_bundled(), _on_path("dot")]
    else:
        tried = [_on_path(str(wanted))]
    found = tuple(engine for engine in tried if engine)
    if not found:
        raise LayoutError(
            N_("there is no layout engine “{name}”"),
            where=VARIABLE,
            mend=N_("install graphviz-pure, or write dot or the path of an executable there"),
            name=wanted or BUNDLED,
        )
    return found


def run(engine: Engine, dot: str, *, limit: float, spent: float = 0.0) -> bytes:
    """The engine's ``-Tjson0`` output for a DOT text.

    Raises `LayoutError` when it cannot be started, dies, or takes more than ``limit`` seconds, of
    which some may be ``spent``.
    """
    try:
        process = subprocess.Popen(
            [engine.path, "-Tjson0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise LayoutError(
            N_("cannot be started ({reason})"),
            where=engine.name,
            mend=MEND,
            reason=error.strerror or error,
        ) from error
    with process:
        try:
            output, complaint = _talk(process, dot.encode(), max(limit - spent, 0.0))
        except subprocess.TimeoutExpired:
            raise TooSlowError(
                N_("took more than {limit:g} seconds"), where=engine.name, mend=MEND, limit=limit
            ) from None
        finally:
            _end(process)
    if process.returncode:
        raise LayoutError(
            N_("died with exit code {code} ({complaint})"),
            where=engine.name,
            mend=MEND,
            code=process.returncode,
            complaint=complaint.decode(errors="replace").strip()[:200] or "-",
        )
    return output


def _talk(process: subprocess.Popen[bytes], text: bytes, limit: float) -> tuple[bytes, bytes]:
    """Output and complaint; looks up now and then whether anybody still wants them."""
    given_up: Callable[[], bool] | None = getattr(_asker, "given_up", None)
    if given_up is None:
        return process.communicate(text, timeout=limit)
    until, given = time.monotonic() + limit, text or None
    while True:
        left = until - time.monotonic()
        try:
            return process.communicate(given, timeout=max(min(left, LOOK_UP), 0.0))
        except subprocess.TimeoutExpired:
            given = None
            if given_up():
                raise GivenUpError from None
            if left <= LOOK_UP:
                raise


@contextmanager
def unless(given_up: Callable[[], bool]) -> Iterator[None]:
    """What this thread has engines do inside ends with `GivenUpError` once ``given_up`` says so."""
    _asker.given_up = given_up
    try:
        yield
    finally:
        del _asker.given_up


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what still runs, and on POSIX its children, which would keep the pipes open."""
    if process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except AttributeError:
        process.kill()
    except OSError:
        process.kill()


@cache
def _bundled() -> Engine | None:
    """The executable that the wheel ``graphviz-pure`` brings. To look for it takes longer than many
    a layout.
    """
    try:
        wheel = metadata.distribution(BUNDLED)
    except metadata.PackageNotFoundError:
        return None
    for file in wheel.files or ():
        if file.stem == BUNDLED and file.suffix in ("", ".exe"):
            path = Path(str(wheel.locate_file(file))).resolve()
            if path.is_file():
                return Engine(f"{BUNDLED} {wheel.version}", str(path))
    return None


def _on_path(command: str) -> Engine | None:
    path = shutil.which(command)
    return Engine(Path(command).stem, path) if path else None
