"""Module calls laid out alone, from the innermost outwards, each a box in the one around it.

Calls that are built alike give the same DOT text and are laid out once; to fold or unfold one
changes only the texts of those around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from gradviz.errors import LayoutError
from gradviz.i18n import N_
from gradviz.render.detours import all_routes
from gradviz.render.dot import GRAPH, PIXELS_PER_INCH, PIXELS_PER_POINT, STRAIGHT
from gradviz.render.drawing import Point
from gradviz.render.engines import MEND
from gradviz.render.layout import FramePlace, Layout, Place
from gradviz.render.levels import IN, OUT, Level, Levels, Piece, Port, Thing, levels_of
from gradviz.render.ranks import depths, longest
from gradviz.render.rows import Row, rows_of
from gradviz.render.scene import Card, Scene
from gradviz.render.sheets import Sheet

SIDE = 12.0
"""Pixels between a frame's sides and its contents."""
TOP = 31.0
"""Pixels above the contents, for the title."""
BOTTOM = 12.0
STEP = 60.0
COLUMN = 2
"""Points that a port is wide."""
TABLE = 'border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true"'

Draw = Callable[[Sequence[str]], Sequence[Sheet]]
"""What lays DOT texts out. Raises `LayoutError` when it cannot."""


class _Box(Struct, frozen=True):
    """A level laid out: its size and the places in it, from its upper left corner; where a
    producer's edges pass its upper and its lower border.
    """

    width: float
    height: float
    things: Mapping[Thing, Point]
    ports: tuple[Mapping[int, float], Mapping[int, float]]
    pieces: Mapping[Piece, tuple[Point, ...]]


class _Asked(Struct, frozen=True):
    """A level's DOT text, the things ``n0`` … and pieces ``e0`` … in it, and which are turned."""

    text: str
    things: tuple[Thing, ...]
    pieces: tuple[Piece, ...]
    turned: frozenset[int]


def nested(scene: Scene, draw: Draw, *, engine: str) -> Layout:
    """The scene in place, drawn level by level. Raises what ``draw`` raises."""
    levels = levels_of(scene)
    try:
        boxes = _boxes(scene, levels, draw)
    except KeyError as error:
        raise LayoutError(
            N_("wrote what is no layout ({reason})"), where=engine, mend=MEND, reason=error
        ) from error
    corners: dict[str, Point] = {"": (0.0, 0.0)}
    places: dict[int, Place] = {}
    cards = {card.id: card for card in scene.cards}
    for path, level in levels.by_path.items():
        left, top = corners[path]
        box = boxes[path]
        for thing in level.things:
            x, y = box.things[thing]
            if isinstance(thing, str):
                corners[thing] = (left + x, top + y)
            else:
                places[thing] = Place(cards[thing], left + x, top + y)
    routed = {}
    for place, trail in levels.trails.items():
        if all(piece in boxes[path].pieces for path, piece in trail):
            parts = [_at(boxes[path].pieces[piece], corners[path]) for path, piece in trail]
            routed[place] = _joined(parts)
    routes, width = all_routes(scene, places, routed, boxes[""].width)
    return Layout(
        width=width,
        height=boxes[""].height,
        places=tuple(places[card.id] for card in scene.cards),
        frames=tuple(
            FramePlace(frame, *corners[frame.path], box.width, box.height)
            for frame in scene.frames
            if (box := boxes[frame.path])
        ),
        routes=routes,
        engine=engine,
    )


def _at(points: tuple[Point, ...], corner: Point) -> tuple[Point, ...]:
    left, top = corner
    return tuple((x + left, y + top) for x, y in points)


def _joined(parts: Sequence[tuple[Point, ...]]) -> tuple[Point, ...]:
    points = parts[0]
    for part in parts[1:]:
        points += part[1:]
    return points


def _boxes(scene: Scene, levels: Levels, draw: Draw) -> dict[str, _Box]:
    """All levels laid out, those of one depth at a time, the deepest first."""
    cards, rows = {card.id: card for card in scene.cards}, rows_of(scene)
    titles = {frame.path: _stepped(2 * (frame.width + 24)) for frame in scene.frames}
    depth = {"": 0}
    for frame in scene.frames:
        depth[frame.path] = depth[frame.parent] + 1
    boxes: dict[str, _Box] = {}
    for deep in range(max(depth.values()), -1, -1):
        here = [level for path, level in levels.by_path.items() if depth[path] == deep]
        asked = [_asked(level, cards, rows, boxes) for level in here]
        for level, one, sheet in zip(here, asked, draw([one.text for one in asked]), strict=True):
            boxes[level.path] = _box(level, one, sheet, boxes, titles.get(level.path))
    return boxes


def _stepped(width: float) -> float:
    """The room for a title, in steps: like calls whose names differ a little stay equal."""
    return math.ceil(width / STEP) * STEP


def _asked(
    level: Level, cards: Mapping[int, Card], rows: Mapping[int, Row], boxes: Mapping[str, _Box]
) -> _Asked:
    names: dict[Thing | Port, str] = {}
    ins = {producer: f"i{place}" for place, producer in enumerate(level.ports[IN])}
    outs = {producer: f"o{place}" for place, producer in enumerate(level.ports[OUT])}
    names |= {(IN, producer): name for producer, name in ins.items()}
    names |= {(OUT, producer): name for producer, name in outs.items()}
    names |= {thing: f"n{place}" for place, thing in enumerate(level.things)}
    here = [rows[thing] for thing in level.things if isinstance(thing, int) and thing in rows]
    at_side = {id for row in here for id in (*row.left, *row.right)}
    lines = ["digraph {", f"graph [{GRAPH}]", 'node [shape=box fixedsize=true label=""]']
    lines.append("edge [dir=none]")
    if ins:
        lines += ["{rank=source", *(_dot(name) for name in ins.values()), "}"]

    def card_line(id: int) -> str:
        card = cards[id]
        width, height = card.width / PIXELS_PER_INCH, card.height / PIXELS_PER_INCH
        return f"{names[id]} [width={width:.4f} height={height:.4f}]"

    for thing in level.things:
        if isinstance(thing, str):
            lines.append(_child(names[thing], boxes[thing]))
        elif thing in rows:
            row = (*rows[thing].left, thing, *rows[thing].right)
            lines += ["{rank=same", *(card_line(id) for id in row), "}"]
        elif thing not in at_side:
            lines.append(card_line(thing))
    if outs:
        lines += ["{rank=sink", *(_dot(name) for name in outs.values()), "}"]
    right = {id for row in here for id in row.right}
    turned: set[int] = set()
    spine = _spine(level, names, cards)
    for place, piece in enumerate(level.pieces):
        source, target, producer, _ = piece
        tail, head = names[source], names[target]
        if isinstance(source, str):
            tail += f":c{_column(boxes[source].ports[OUT][producer])}:s"
        if isinstance(target, str):
            head += f":c{_column(boxes[target].ports[IN][producer])}:n"
        if source in right:
            turned.add(place)
            tail, head = head, tail
        weight = STRAIGHT if piece in spine else "1"
        lines.append(f"{tail} -> {head} [id=e{place} weight={weight}]")
    lines.append("}\n")
    return _Asked("\n".join(lines), level.things, tuple(level.pieces), frozenset(turned))


def _spine(
    level: Level, names: Mapping[Thing | Port, str], cards: Mapping[int, Card]
) -> set[Piece]:
    """The pieces to be drawn straight down: of each thing at most one that comes in, from where the
    data has come furthest, and one that goes out.
    """
    ends = [piece[:2] for piece in level.pieces]
    ways, ranks = longest(names, ends), depths(names, ends)
    for side, border in ((IN, min), (OUT, max)):
        ports = [(side, producer) for producer in level.ports[side]]
        ranks.update(dict.fromkeys(ports, border((ranks[port] for port in ports), default=0)))
    sources: dict[Thing | Port, list[Piece]] = {}
    for piece in level.pieces:
        source, target = piece[:2]
        leaf = isinstance(source, int) and cards[source].kind == "leaf"
        if not leaf and ranks[target] - ranks[source] == 1:
            sources.setdefault(target, []).append(piece)
    spine: dict[Thing | Port, Piece] = {}
    for last in sorted(ways, key=lambda thing: -ways[thing]):
        free = [piece for piece in sources.pop(last, ()) if piece[0] not in spine]
        while free:
            piece = max(free, key=lambda piece: ways[piece[0]])
            spine[piece[0]] = piece
            free = [piece for piece in sources.pop(piece[0], ()) if piece[0] not in spine]
    return set(spine.values())


def _dot(name: str) -> str:
    return f"{name} [shape=point width=0.01 height=0.01]"


def _child(name: str, box: _Box) -> str:
    """A box of a fixed size, with a column for each place where edges pass its border."""
    width, height = box.width / PIXELS_PER_INCH, box.height / PIXELS_PER_INCH
    size = f"width={width:.4f} height={height:.4f}"
    columns = sorted({_column(x) for ports in box.ports for x in ports.values()})
    if not columns:
        return f"{name} [{size}]"
    whole, tall = round(box.width / PIXELS_PER_POINT), round(box.height / PIXELS_PER_POINT)
    cell = f'<td fixedsize="true" height="{tall}"'
    cells, end = [], 0
    for column in columns:
        if column > end:
            cells.append(f'{cell} width="{column - end}"></td>')
        cells.append(f'{cell} width="{COLUMN}" port="c{column}"></td>')
        end = column + COLUMN
    if end < whole:
        cells.append(f'{cell} width="{whole - end}"></td>')
    table = f'<table {TABLE} width="{whole}" height="{tall}"><tr>{"".join(cells)}</tr></table>'
    return f"{name} [shape=none margin=0 {size} label=<{table}>]"


def _column(x: float) -> int:
    """Where a port's column begins, in points; ports that are close share one."""
    return max(round(x / PIXELS_PER_POINT) - COLUMN // 2, 0) // COLUMN * COLUMN


def _box(
    level: Level, asked: _Asked, sheet: Sheet, boxes: Mapping[str, _Box], title: float | None
) -> _Box:
    """A sheet in its frame; the outermost level has none."""
    ins = {producer: sheet.dots[f"i{n}"] for n, producer in enumerate(level.ports[IN])}
    outs = {producer: sheet.dots[f"o{n}"] for n, producer in enumerate(level.ports[OUT])}
    side, top, bottom = (SIDE, TOP, BOTTOM) if title is not None else (0.0, 0.0, 0.0)
    width = math.ceil(max(sheet.width + 2 * side, title or 0.0))
    dx, dy = (width - sheet.width) / 2, top - sheet.top
    height = top + sheet.bottom - sheet.top + bottom
    things = {
        thing: (x + dx, y + dy)
        for place, thing in enumerate(asked.things)
        for x, y in (sheet.corners[f"n{place}"],)
    }
    pieces: dict[Piece, tuple[Point, ...]] = {}
    ports = (
        {producer: x + dx for producer, x in ins.items()},
        {producer: x + dx for producer, x in outs.items()},
    )
    for place, piece in enumerate(asked.pieces):
        flat = sheet.edges.get(f"e{place}")
        if not flat:
            continue
        if place in asked.turned:
            flat = flat[::-1]
        points = [(x + dx, _squeezed(y, sheet, height - bottom, top, bottom)) for x, y in flat]
        points[0] = _end(piece[0], OUT, piece[2], points[0], things, boxes, ports, height)
        points[-1] = _end(piece[1], IN, piece[2], points[-1], things, boxes, ports, height)
        high, low = points[0][1], points[-1][1]
        if high < low and not (isinstance(piece[0], int) and isinstance(piece[1], int)):
            # Ports make Graphviz bend an edge that leads far to the side over the boxes.
            points = [(x, min(max(y, high), low)) for x, y in points]
        pieces[piece] = tuple(points)
    return _Box(width, height, things, ports, pieces)


def _squeezed(y: float, sheet: Sheet, end: float, top: float, bottom: float) -> float:
    """The strips in which edges come in and go out, as high as a frame's margins."""
    if 0 < y < sheet.top:
        return top * y / sheet.top
    if sheet.bottom < y < sheet.height:
        return end + bottom * (y - sheet.bottom) / (sheet.height - sheet.bottom)
    return y + top - sheet.top


def _end(
    thing: Thing | Port,
    side: int,
    producer: int,
    point: Point,
    things: Mapping[Thing, Point],
    boxes: Mapping[str, _Box],
    ports: tuple[Mapping[int, float], Mapping[int, float]],
    height: float,
) -> Point:
    """Exactly on the border, so that the pieces of an edge meet."""
    if isinstance(thing, tuple):
        return (ports[thing[0]][producer], height if thing[0] == OUT else 0.0)
    if isinstance(thing, str):
        x, y = things[thing]
        box = boxes[thing]
        return (x + box.ports[side][producer], y + (box.height if side == OUT else 0.0))
    return point
