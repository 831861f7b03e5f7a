"""Where the items of a drawing stand: nothing covers a text, nothing leaves its room."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Curve, Item, Text, flat

Area = tuple[float, float, float, float]


def area(item: Text | Bitmap) -> Area:
    """Left, top, right, bottom of the ink."""
    if isinstance(item, Bitmap):
        return item.x, item.y, item.x + item.width, item.y + item.height
    wide = fonts.width(item.text, family=item.font, size=item.size, bold=item.bold)
    left = item.x - {"start": 0.0, "middle": wide / 2, "end": wide}[item.anchor]
    return left, item.y - 0.78 * item.size, left + wide, item.y + 0.2 * item.size


def covering(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Pairs of texts, or of a text and a bitmap, that cover each other."""
    solid = [item for item in flat(items) if isinstance(item, Text | Bitmap)]
    areas = sorted(((area(item), name(item)) for item in solid), key=lambda each: each[0][1])
    found = []
    for (one, first), (other, second) in combinations(areas, 2):
        if other[1] >= one[3] - 0.5:
            continue
        if one[0] < other[2] - 0.5 and other[0] < one[2] - 0.5 and other[3] > one[1] + 0.5:
            found.append((first, second))
    return found


def name(item: Text | Bitmap) -> str:
    return item.text if isinstance(item, Text) else f"bitmap {item.columns}×{item.rows}"


def outside(items: Iterable[Item], width: float, height: float) -> list[str]:
    """What leaves the room."""
    found = []
    for item in flat(items):
        match item:
            case Text() | Bitmap():
                left, top, right, bottom = area(item)
            case Box():
                left, top = item.x, item.y
                right, bottom = item.x + item.width, item.y + item.height
            case Curve():
                across, down = [x for x, _ in item.points], [y for _, y in item.points]
                left, top, right, bottom = min(across), min(down), max(across), max(down)
        if left < -1 or top < -1.5 or right > width + 1 or bottom > height + 1.5:
            found.append(f"{item}"[:200])
    return found


def texts(items: Iterable[Item]) -> list[str]:
    """The texts in their order."""
    return [item.text for item in flat(items) if isinstance(item, Text)]
