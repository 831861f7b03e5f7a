"""From a scene to a layout: Graphviz if it can, our own layers if not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import LayoutError
from gradviz.garbage import uncollected
from gradviz.render.arrange.copies import with_copies, without_copies
from gradviz.render.arrange.labels import labelled
from gradviz.render.arrange.layered import layered
from gradviz.render.graphviz import engines
from gradviz.render.graphviz.dot import dot_of
from gradviz.render.graphviz.positions import layout_of
from gradviz.render.layout.layout import Layout
from gradviz.render.levels.framed import boxes_of
from gradviz.render.levels.leveldot import text_of
from gradviz.render.levels.levels import levels_of
from gradviz.render.levels.nested import Draw, levels_drawn, nested
from gradviz.render.levels.outline import Box, Outline
from gradviz.render.memory import Memory
from gradviz.render.scene.entries import begins_beside
from gradviz.render.scene.scene import Scene

TIME_LIMIT = 20.0
"""Seconds that an engine may take."""
WHOLE = 150
"""Up to so many cards are laid out in one piece, which is denser; more, call by call."""
REMEMBERED = 16 * 2**20
"""How many characters of DOT texts and outputs in one piece are kept."""
BOXES = 400_000
"""How many things and pieces of module calls laid out are kept."""
FAILURES = 64
"""How many texts are kept of which it is known that an engine fails."""


class _Attempt(Struct, frozen=True):
    """What came of a DOT text: an engine's output, or None; and what went wrong before."""

    engine: str
    output: bytes | None
    errors: tuple[LayoutError, ...]


def _length(key: tuple[object, ...], attempt: _Attempt) -> int:
    texts = sum(len(part) for part in key if isinstance(part, str))
    return texts + len(attempt.output or b"")


def _parts(outline: Outline, box: Box) -> int:
    return len(box.corners) + len(box.ways)


_attempts: Memory[tuple[object, ...], _Attempt] = Memory(REMEMBERED, weigh=_length)
_boxes: dict[str, Memory[Outline, Box]] = {}
_failures: Memory[object, LayoutError] = Memory(FAILURES)
T = TypeVar("T")


@uncollected
def arrange(
    scene: Scene,
    *,
    engine: str | None = None,
    limit: float = TIME_LIMIT,
    whole: int = WHOLE,
) -> Layout:
    """The scene in place. ``engine`` overrides the environment's choice (`engines.choice`), and
    ``whole`` is how many cards are laid out in one piece.

    An engine that is missing, dies, hangs or writes nonsense does not stop this: the next one is
    tried, in the end our own, and the layout's ``reason`` says what went wrong. What was laid out
    before comes from memory: small scenes as a whole, large ones by module calls.
    """
    if not scene.cards:
        return layered(scene)
    engine = engine or engines.choice()  # asked once: other threads may be laying out, too
    copied = with_copies(scene)
    laid_out = _arranged(copied.scene, engine, limit, whole)
    return labelled(without_copies(laid_out, scene, copied), scene)


class _UnknownError(Exception):
    """What a scene waits for."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self.outlines = outlines


def prepare(scenes: Iterable[Scene], *, limit: float = TIME_LIMIT) -> None:
    """Lay out the module calls of many scenes together, so that `arrange` has them in memory: to
    start an engine takes longer than what it does for most of them.
    """

    def ask(outlines: Sequence[Outline]) -> Sequence[Box]:
        raise _UnknownError(outlines)

    def attempt(engine: engines.Engine) -> None:
        known = _boxes.setdefault(engine.path, Memory(BOXES, weigh=_parts))
        draw = _drawer(engine, time.monotonic(), limit)
        waiting = [(scene, levels_of(scene)) for scene in copied]
        while waiting:
            asked: dict[Outline, None] = {}
            later = []
            for scene, levels in waiting:
                try:
                    levels_drawn(scene, levels, ask, known)
                except _UnknownError as error:
                    asked |= dict.fromkeys(error.outlines)
                    later.append((scene, levels))
            for outline, box in zip(asked, draw(list(asked)) if asked else (), strict=True):
                known.keep(outline, box)
            waiting = later

    copied = [with_copies(scene).scene for scene in scenes]
    _first(engines.choice(), attempt)  # where none can, `arrange` says so


def _arranged(scene: Scene, engine: str | None, limit: float, whole: int) -> Layout:
    if not scene.frames or (len(scene.cards) <= whole and not begins_beside(scene)):
        return _in_one_piece(scene, engine, limit)
    began = time.monotonic()

    def layout_by(one: engines.Engine) -> Layout:
        known = _boxes.setdefault(one.path, Memory(BOXES, weigh=_parts))
        return nested(scene, _drawer(one, began, limit), engine=one.name, known=known)

    layout, errors = _first(engine, layout_by)
    reason = _reason(errors)
    return replace(layout, reason=reason) if layout else layered(scene, reason=reason)


def _in_one_piece(scene: Scene, wanted: str | None, limit: float) -> Layout:
    dot = dot_of(scene)

    def output_of(engine: engines.Engine) -> tuple[str, bytes]:
        output = engines.run(engine, dot, limit=limit)
        layout_of(scene, output, engine=engine.name)
        return engine.name, output

    key = (dot, wanted, limit)
    attempt = _attempts.get(key)
    if attempt is None:
        found, errors = _first(wanted, output_of)
        name, output = found or (engines.LAYERED, None)
        attempt = _Attempt(name, output, tuple(errors))
        _attempts.keep(key, attempt)
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


def _drawer(engine: engines.Engine, began: float, limit: float) -> Draw:
    """Lays outlines out by an engine in one go; what it failed at is not tried again."""

    def drawn(outlines: Sequence[Outline]) -> Sequence[Box]:
        text = "".join(text_of(outline) for outline in outlines)
        key = (engine.path, text, limit)
        failure = _failures.get(key)
        if failure is not None:
            raise failure
        try:
            spent = time.monotonic() - began
            output = engines.run(engine, text, limit=limit, spent=spent)
            return boxes_of(outlines, output, engine=engine.name)
        except LayoutError as error:
            _failures.keep(key, error)
            raise

    return drawn


def _reason(errors: Sequence[LayoutError]) -> str:
    return "; ".join(str(error) for error in errors)
