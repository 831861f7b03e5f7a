"""Where blocks stand on the canvas. A position is the middle of a block; y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec.structs import replace

from gradviz.editing.diagrams import changed, chosen_in, diagram_of
from gradviz.editing.edited import Edited
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Diagram, Model

Position: TypeAlias = tuple[float, float]
Size: TypeAlias = tuple[float, float]
Edge: TypeAlias = Literal["left", "centre", "right", "top", "middle", "bottom"]
Axis: TypeAlias = Literal["across", "down"]
FARTHEST = 1e6
"""A position's largest number."""

_EDGES: dict[Edge, tuple[int, float]] = {
    "left": (0, -0.5),
    "centre": (0, 0.0),
    "right": (0, 0.5),
    "top": (1, -0.5),
    "middle": (1, 0.0),
    "bottom": (1, 0.5),
}
"""The axis along which blocks move, and which part of their size counts."""


def move(model: Model, positions: Mapping[str, Position], *, within: str = "") -> Edited:
    """Put blocks at these positions. Raises `UsageError`."""
    diagram = diagram_of(model, within)
    chosen_in(diagram, positions)
    places = {name: checked_position(name, each) for name, each in positions.items()}
    blocks = tuple(
        replace(block, position=places[block.name]) if block.name in places else block
        for block in diagram.blocks
    )
    return Edited(changed(model, within, replace(diagram, blocks=blocks)), tuple(positions))


def align(
    model: Model,
    names: Iterable[str],
    edge: Edge,
    *,
    within: str = "",
    sizes: Mapping[str, Size] | None = None,
) -> Edited:
    """Put the edges or the middles of blocks in one line: the outermost edge, or the middle of all.

    ``sizes`` are width and height of the blocks; without them they are points. Raises `UsageError`.
    """
    if edge not in _EDGES:
        _refuse(edge, _EDGES)
    axis, part = _EDGES[edge]
    places = _places(model, names, within)
    ends = {
        name: place[axis] + part * (sizes or {}).get(name, (0.0, 0.0))[axis]
        for name, place in places.items()
    }
    if not ends:
        return Edited(model)
    low, high = min(ends.values()), max(ends.values())
    line = low if part < 0 else high if part > 0 else (low + high) / 2
    moved = {name: _shifted(places[name], axis, line - ends[name]) for name in places}
    return move(model, moved, within=within)


def distribute(
    model: Model,
    names: Iterable[str],
    axis: Axis,
    *,
    within: str = "",
    sizes: Mapping[str, Size] | None = None,
) -> Edited:
    """Space blocks evenly between the two outermost ones: the gaps between them become equal.

    Raises `UsageError`.
    """
    if axis not in ("across", "down"):
        _refuse(axis, ("across", "down"))
    along = 0 if axis == "across" else 1
    places = _places(model, names, within)
    row = sorted(places, key=lambda name: places[name][along])
    if len(row) < 3:
        return Edited(model, tuple(places))
    size = {name: (sizes or {}).get(name, (0.0, 0.0))[along] for name in row}
    first, last = row[0], row[-1]
    whole = places[last][along] - places[first][along]
    taken = sum(size.values()) - (size[first] + size[last]) / 2
    gap = (whole - taken) / (len(row) - 1)
    moved = {first: places[first]}
    edge = places[first][along] + size[first] / 2
    for name in row[1:-1]:
        middle = edge + gap + size[name] / 2
        moved[name] = _shifted(places[name], along, middle - places[name][along])
        edge = middle + size[name] / 2
    moved[last] = places[last]
    return move(model, moved, within=within)


def checked_position(name: str, position: Position) -> Position:
    """The position; raises `UsageError` for one that is nowhere."""
    if len(position) == 2 and all(math.isfinite(n) and abs(n) <= FARTHEST for n in position):
        return float(position[0]), float(position[1])
    raise UsageError(
        N_("“{name}” cannot stand at {position}"),
        mend=N_("give two numbers up to a million"),
        name=name,
        position=position,
    )


def between(diagram: Diagram, one: str, other: str) -> Position | None:
    """The middle between two blocks, if they have positions."""
    return middle_of(block for block in diagram.blocks if block.name in (one, other))


def middle_of(blocks: Iterable[Block]) -> Position | None:
    """The middle of what the blocks take up; None if one of them has no position."""
    places = [block.position for block in blocks]
    known = [place for place in places if place is not None]
    if not known or len(known) < len(places):
        return None
    across, down = [place[0] for place in known], [place[1] for place in known]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


def _places(model: Model, names: Iterable[str], within: str) -> dict[str, Position]:
    places: dict[str, Position] = {}
    for block in chosen_in(diagram_of(model, within), names):
        if block.position is None:
            raise UsageError(
                N_("“{name}” has no place of its own yet"),
                mend=N_("arrange the blocks first"),
                name=block.name,
            )
        places[block.name] = block.position
    return places


def _shifted(place: Position, axis: int, by: float) -> Position:
    return (place[0] + by, place[1]) if axis == 0 else (place[0], place[1] + by)


def _refuse(got: str, known: Iterable[str]) -> None:
    raise UsageError(
        N_("blocks cannot be put in line by “{got}”"),
        mend=N_("take one of: {known}"),
        got=got,
        known=", ".join(known),
    )
