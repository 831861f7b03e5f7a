"""How things of a trace show themselves in a notebook.

The pictures are made by rooms that know this one, not the other way round; the package itself says
which (see `gradviz.__init__`). Without one a notebook shows what a console shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Shower: TypeAlias = Callable[[object], "str | None"]

_showers: dict[str, Shower] = {}


def show_by(kind: str, shower: Shower) -> None:
    """Let this function write the ``html`` or the ``svg`` of whatever is shown."""
    _showers[kind] = shower


class ShownAsHtml:
    """In a notebook it is a table."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return _shown("html", self)


class ShownAsSvg:
    """In a notebook it is a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str | None:
        return _shown("svg", self)


def _shown(kind: str, thing: object) -> str | None:
    shower = _showers.get(kind)
    return None if shower is None else shower(thing)
