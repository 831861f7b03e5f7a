"""From a scene to a layout: Graphviz if it can, our own layers if not."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import LayoutError
from gradviz.render import engines
from gradviz.render.dot import dot_of
from gradviz.render.layered import layered
from gradviz.render.layout import Layout
from gradviz.render.nested import nested
from gradviz.render.positions import layout_of
from gradviz.render.scene import Scene
from gradviz.render.sheets import Sheet, sheets_of

TIME_LIMIT = 20.0
"""Seconds that an engine may take."""
WHOLE = 150
"""Up to so many cards are laid out in one piece, which is denser; more, call by call."""
REMEMBERED = 64
"""How many layouts in one piece are kept."""
SHEETS = 4096
"""How many layouts of a call are kept."""


class _Attempt(Struct, frozen=True):
    """What came of a DOT text: an engine's output, or None; and what went wrong before."""

    engine: str
    output: bytes | None
    errors: tuple[LayoutError, ...]


_attempts: OrderedDict[object, _Attempt] = OrderedDict()
_sheets: OrderedDict[tuple[str, str], Sheet] = OrderedDict()
_failures: OrderedDict[object, LayoutError] = OrderedDict()
T = TypeVar("T")
U = TypeVar("U")


def arrange(scene: Scene, *, engine: str | None = None, limit: float = TIME_LIMIT) -> Layout:
    """The scene in place. ``engine`` overrides the environment's choice (`engines.VARIABLE`).

    An engine that is missing, dies, hangs or writes nonsense does not stop this: the next one is
    tried, in the end our own, and the layout's ``reason`` says what went wrong. What was laid out
    before comes from memory: small scenes as a whole, large ones by module calls.
    """
    if not scene.cards:
        return layered(scene)
    if len(scene.cards) <= WHOLE or not scene.frames:
        return _in_one_piece(scene, engine, limit)
    until = time.monotonic() + limit
    layout, errors = _first(
        engine, lambda one: nested(scene, _drawer(one, until, limit), engine=one.name)
    )
    reason = _reason(errors)
    return replace(layout, reason=reason) if layout else layered(scene, reason=reason)


def _in_one_piece(scene: Scene, wanted: str | None, limit: float) -> Layout:
    dot = dot_of(scene)

    def output_of(engine: engines.Engine) -> tuple[str, bytes]:
        output = engines.run(engine, dot, limit=limit)
        layout_of(scene, output, engine=engine.name)
        return engine.name, output

    key = (dot, wanted, os.environ.get(engines.VARIABLE), limit)
    attempt = _attempts.get(key)
    if attempt is None:
        found, errors = _first(wanted, output_of)
        name, output = found or (engines.LAYERED, None)
        attempt = _Attempt(name, output, tuple(errors))
    _keep(_attempts, key, attempt, REMEMBERED)
    reason = _reason(attempt.errors)
    if attempt.output is None:
        return layered(scene, reason=reason)
    return layout_of(scene, attempt.output, engine=attempt.engine, reason=reason)


def _first(
    wanted: str | None, attempt: Callable[[engines.Engine], T]
) -> tuple[T | None, list[LayoutError]]:
    """What the first engine makes that can, and why those before it could not."""
    errors: list[LayoutError] = []
    try:
        for engine in engines.engines(wanted):
            try:
                return attempt(engine), errors
            except LayoutError as error:
                errors.append(error)
                if isinstance(error, engines.TooSlowError):
                    break
    except LayoutError as error:
        errors.append(error)
    return None, errors


def _drawer(
    engine: engines.Engine, until: float, limit: float
) -> Callable[[Sequence[str]], Sequence[Sheet]]:
    """Lays DOT texts out by an engine, those that are not known in one go."""

    def drawn(texts: Sequence[str]) -> Sequence[Sheet]:
        found = {text: _sheets.get((engine.path, text)) for text in texts}
        unknown = [text for text, sheet in found.items() if sheet is None]
        if unknown:
            whole = "".join(unknown)
            failure = _failures.get((engine.path, whole, limit))
            if failure is not None:
                raise failure
            try:
                output = engines.run(engine, whole, limit=max(until - time.monotonic(), 0.0))
                made = sheets_of(output, len(unknown), engine=engine.name)
            except LayoutError as error:
                _keep(_failures, (engine.path, whole, limit), error, REMEMBERED)
                raise
            found.update(zip(unknown, made, strict=True))
        sheets = [sheet for text in texts if (sheet := found[text])]
        for text, sheet in zip(texts, sheets, strict=True):
            _keep(_sheets, (engine.path, text), sheet, SHEETS)
        return sheets

    return drawn


def _keep(memory: OrderedDict[U, T], key: U, value: T, most: int) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > most:
        memory.popitem(last=False)


def _reason(errors: Sequence[LayoutError]) -> str:
    return "; ".join(str(error) for error in errors)
