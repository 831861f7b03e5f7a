"""Module calls laid out alone, from the innermost outwards, each a box in the one around it.

Calls that are built alike have the same outline and are laid out once; to fold or unfold one
changes only the outlines of those around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradviz.garbage import empty
from gradviz.render.drawing import Point
from gradviz.render.layout.detours import all_routes
from gradviz.render.layout.docking import Way
from gradviz.render.layout.layout import FramePlace, Layout, Place
from gradviz.render.levels.column import column
from gradviz.render.levels.levels import Level, Levels, levels_of
from gradviz.render.levels.outline import Box, Outline, outline_of, stepped
from gradviz.render.memory import Memory
from gradviz.render.scene.rows import rows_of
from gradviz.render.scene.scene import Scene

Draw = Callable[[Sequence[Outline]], Sequence[Box]]
"""What lays outlines out. Raises `LayoutError` when it cannot."""
Boxes = Memory[Outline, Box]
"""What is known of outlines from before, by one engine."""


def nested(scene: Scene, draw: Draw, *, engine: str, known: Boxes) -> Layout:
    """The scene in place, drawn level by level. Raises what ``draw`` raises."""
    levels = levels_of(scene)
    boxes = levels_drawn(scene, levels, draw, known)
    corners: dict[str, Point] = {"": (0.0, 0.0)}
    places: dict[int, Place] = {}
    cards = {card.id: card for card in scene.cards}
    for path, level in levels.by_path.items():
        left, top = corners[path]
        for thing, (x, y) in zip(level.things, boxes[path].corners, strict=True):
            if isinstance(thing, str):
                corners[thing] = (left + x, top + y)
            else:
                places[thing] = Place(cards[thing], left + x, top + y)
    routed: dict[int, Way] = {}
    for place, trail in levels.trails.items():
        if len(trail) == 1:  # most of a large graph's
            path, number = trail[0]
            if (way := boxes[path].ways[number]) is not None:
                left, top = corners[path]
                routed[place] = tuple([(x + left, y + top) for x, y in way[0]]), way[1]
            continue
        ways = [boxes[path].ways[number] for path, number in trail]
        if (way := _joined(ways, [corners[path] for path, _ in trail])) is not None:
            routed[place] = way
    routes, width = all_routes(scene, places, routed, boxes[""].face.width)
    layout = Layout(
        width=width,
        height=boxes[""].face.height,
        places=tuple([places[card.id] for card in scene.cards]),
        frames=tuple(
            FramePlace(frame, *corners[frame.path], face.width, face.height)
            for frame in scene.frames
            if (face := boxes[frame.path].face)
        ),
        routes=routes,
        engine=engine,
    )
    empty(levels.trails, levels.by_path, routed, places)
    return layout


def _joined(ways: Sequence[Way | None], corners: Sequence[Point]) -> Way | None:
    """One way of several from level to level; None if one is missing."""
    points: list[Point] = []
    levels: list[tuple[bool, bool]] = []
    for way, (left, top) in zip(ways, corners, strict=True):
        if way is None:
            return None
        flat, level = way
        points += [(x + left, y + top) for x, y in (flat[1:] if points else flat)]
        levels.append(level)
    return tuple(points), (levels[0][0], levels[-1][1])


def levels_drawn(scene: Scene, levels: Levels, draw: Draw, known: Boxes) -> dict[str, Box]:
    """All levels laid out, the innermost first, and at once what does not wait for another."""
    cards, rows = {card.id: card for card in scene.cards}, rows_of(scene)
    rooms = {frame.path: stepped(2 * (frame.width + 24)) for frame in scene.frames}
    boxes: dict[str, Box] = {}
    waiting = list(levels.by_path.values())[::-1]
    while waiting:
        asked: dict[Outline, list[Level]] = {}
        later: list[Level] = []
        for level in waiting:
            if any(isinstance(thing, str) and thing not in boxes for thing in level.things):
                later.append(level)
                continue
            room = rooms.get(level.path)
            outline = outline_of(level, cards, rows, boxes, room)
            box = known.get(outline)
            if box is None and (box := column(outline)) is not None:
                known.keep(outline, box)
            if box is None:
                asked.setdefault(outline, []).append(level)
            else:
                boxes[level.path] = box
        drawn = draw(list(asked)) if asked else ()
        for (outline, alike), box in zip(asked.items(), drawn, strict=True):
            known.keep(outline, box)
            boxes.update({level.path: box for level in alike})
        waiting = later
    return boxes
