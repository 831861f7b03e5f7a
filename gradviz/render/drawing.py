"""The display list that every picture ends in: the window and the picture writers paint it alike.

Lengths are in CSS pixels (96 to the inch), y grows downwards, colours are ``#rrggbb``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

Font: TypeAlias = Literal["sans", "mono"]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]


class Box(Struct, frozen=True, kw_only=True, gc=False):
    """A rectangle with rounded corners; ``hatch`` marks what is None, not merely empty, and
    ``hint`` is what is told on hover, of what belongs to no node.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1.0
    radius: float = 0.0
    dashed: bool = False
    hatch: bool = False
    opacity: float = 1.0
    node: int | None = None
    hint: str = ""


class Text(Struct, frozen=True, kw_only=True, gc=False):
    """One line of text; (x, y) is its anchor on the baseline, ``size`` the font's pixel size;
    ``hint`` as of a box.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    font: Font = "sans"
    bold: bool = False
    anchor: Anchor = "start"
    opacity: float = 1.0
    node: int | None = None
    hint: str = ""


class Curve(Struct, frozen=True, kw_only=True, gc=False):
    """Cubic Bézier segments: a start, then three points a segment; ``arrow`` tips its end.

    ``edge`` is (producer, consumer, slot) of the graph edge that it stands for. With ``closed`` it
    is a filled outline.
    """

    points: tuple[Point, ...]
    stroke: str
    stroke_width: float = 1.0
    arrow: bool = False
    dashed: bool = False
    fill: str | None = None
    closed: bool = False
    opacity: float = 1.0
    node: int | None = None
    edge: tuple[int, int, int] | None = None


class Bitmap(Struct, frozen=True, kw_only=True):
    """An image of ``columns`` × ``rows`` pixels, three bytes RGB each, row by row, not smoothed."""

    x: float
    y: float
    width: float
    height: float
    columns: int
    rows: int
    rgb: bytes
    opacity: float = 1.0


class Clip(Struct, frozen=True, kw_only=True):
    """Items of which only what lies in a rectangle is seen."""

    x: float
    y: float
    width: float
    height: float
    items: tuple[Item, ...]
    opacity: float = 1.0


class Symbol(Struct, frozen=True, kw_only=True, gc=False):
    """What is drawn of one node: items around an origin of their own, which lies at (x, y), and
    belong to no node themselves. Nodes that look alike have the same items.
    """

    x: float
    y: float
    node: int
    items: tuple[Item, ...]
    opacity: float = 1.0


Item: TypeAlias = Box | Text | Curve | Bitmap | Clip | Symbol


def flat(items: Iterable[Item]) -> Iterator[Box | Text | Curve | Bitmap]:
    """The items, and in the place of a `Clip` or a `Symbol` those in it, where they are seen."""
    for item in items:
        if isinstance(item, Symbol):
            yield from flat(within(item))
        elif isinstance(item, Clip):
            yield from flat(item.items)
        else:
            yield item


def within(symbol: Symbol) -> Iterator[Item]:
    """The symbol's items where they are seen, of its node each."""
    for item in symbol.items:
        there = placed(item, symbol.x, symbol.y)
        yield there if isinstance(there, Bitmap | Clip) else replace(there, node=symbol.node)


def renamed(item: Item, name: Callable[[int], int]) -> Item:
    """The item, of a node that has another number."""
    if isinstance(item, Clip):
        return replace(item, items=tuple(renamed(each, name) for each in item.items))
    if isinstance(item, Bitmap):
        return item
    if isinstance(item, Symbol):
        return replace(item, node=name(item.node))
    node = None if item.node is None else name(item.node)
    if isinstance(item, Curve) and item.edge is not None:
        producer, consumer, slot = item.edge
        return replace(item, node=node, edge=(name(producer), name(consumer), slot))
    return replace(item, node=node)


def placed(item: Item, dx: float, dy: float, *, factor: float = 1.0) -> Item:
    """The item ``factor`` times as large, then further right and down."""
    if isinstance(item, Curve):
        points = tuple((x * factor + dx, y * factor + dy) for x, y in item.points)
        return replace(item, points=points, stroke_width=item.stroke_width * factor)
    place = {"x": item.x * factor + dx, "y": item.y * factor + dy}
    if isinstance(item, Symbol):
        if factor == 1.0:
            return replace(item, **place)
        larger = tuple(placed(each, 0.0, 0.0, factor=factor) for each in item.items)
        return replace(item, **place, items=larger)
    if isinstance(item, Text):
        return replace(item, **place, size=item.size * factor)
    size = {"width": item.width * factor, "height": item.height * factor}
    if isinstance(item, Clip):
        inside = tuple(placed(each, dx, dy, factor=factor) for each in item.items)
        return replace(item, **place, **size, items=inside)
    if isinstance(item, Bitmap):
        return replace(item, **place, **size)
    lines = {"stroke_width": item.stroke_width * factor, "radius": item.radius * factor}
    return replace(item, **place, **size, **lines)


class Drawing(Struct, frozen=True):
    """Items in painting order on a page. ``title`` is what a screen reader says first; ``note``
    is what its maker has to tell the user, such as why the layout is a plain one. ``unit`` is how
    many CSS pixels a picture takes for each length here: text has whole sizes, so what is to fit a
    page is scaled as one.
    """

    width: float
    height: float
    background: str
    items: tuple[Item, ...]
    title: str = ""
    note: str = ""
    unit: float = 1.0
