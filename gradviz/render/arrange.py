"""From a scene to a layout: Graphviz if it can, our own layers if not."""

from __future__ import annotations

import os
from collections import OrderedDict

from msgspec import Struct

from gradviz.errors import LayoutError
from gradviz.render import engines
from gradviz.render.dot import dot_of
from gradviz.render.layered import layered
from gradviz.render.layout import Layout
from gradviz.render.positions import layout_of
from gradviz.render.scene import Scene

TIME_LIMIT = 20.0
"""Seconds that an engine may take."""
REMEMBERED = 64
"""How many layouts are kept."""


class _Attempt(Struct, frozen=True):
    """What came of a DOT text: an engine's output, or None; and what went wrong before."""

    engine: str
    output: bytes | None
    errors: tuple[LayoutError, ...]


_attempts: OrderedDict[tuple[object, ...], _Attempt] = OrderedDict()


def arrange(scene: Scene, *, engine: str | None = None, limit: float = TIME_LIMIT) -> Layout:
    """The scene in place. ``engine`` overrides the environment's choice (`engines.VARIABLE`).

    An engine that is missing, dies, hangs or writes nonsense does not stop this: the next one is
    tried, in the end our own, and the layout's ``reason`` says what went wrong. A layout that was
    asked for before comes from memory.
    """
    if not scene.cards:
        return layered(scene)
    dot = dot_of(scene)
    key = (dot, engine, os.environ.get(engines.VARIABLE), limit)
    attempt = _attempts.get(key)
    if attempt is None:
        attempt = _attempts[key] = _attempt(scene, dot, engine, limit)
        if len(_attempts) > REMEMBERED:
            _attempts.popitem(last=False)
    _attempts.move_to_end(key)
    reason = "; ".join(str(error) for error in attempt.errors)
    if attempt.output is None:
        return layered(scene, reason=reason)
    return layout_of(scene, attempt.output, engine=attempt.engine, reason=reason)


def _attempt(scene: Scene, dot: str, wanted: str | None, limit: float) -> _Attempt:
    errors: list[LayoutError] = []
    try:
        for engine in engines.engines(wanted):
            try:
                output = engines.run(engine, dot, limit=limit)
                layout_of(scene, output, engine=engine.name)
            except LayoutError as error:
                errors.append(error)
                if isinstance(error, engines.TooSlowError):
                    break
            else:
                return _Attempt(engine.name, output, tuple(errors))
    except LayoutError as error:
        errors.append(error)
    return _Attempt(engines.LAYERED, None, tuple(errors))
