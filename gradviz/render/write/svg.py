"""A drawing as SVG: real text that can be selected, a title a node for screen readers."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain, groupby
from pathlib import Path
from xml.sax.saxutils import escape

from gradviz.files import writing
from gradviz.garbage import uncollected
from gradviz.render import fonts
from gradviz.render.drawing import (
    Bitmap,
    Box,
    Clip,
    Curve,
    Drawing,
    Font,
    Item,
    Point,
    Symbol,
    Text,
    flat,
)
from gradviz.render.write.tips import tip

FAMILIES: dict[Font, str] = {
    "sans": "Gradviz Sans, Nanum Gothic, Noto Sans KR, Noto Sans CJK KR, Malgun Gothic, "
    "Apple SD Gothic Neo, system-ui, sans-serif",
    "mono": "Gradviz Mono, JetBrains Mono, Consolas, monospace",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile('[^\x00-\x1f&<>"\ud800-\uffff]*').fullmatch
_NOT_NAME = re.compile(r"[^0-9A-Za-z]")
_QUOTES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#09;"}
_HATCH = 6


@uncollected
def svg(drawing: Drawing, *, scale: float = 1.0) -> str:
    """The picture as XML text; the same drawing gives the same bytes.

    What belongs to a node is one ``<g data-node="id">`` with the node's texts as its ``<title>``.
    The text is put together by hand: for graphs of thousands of nodes a tree takes most of the time
    that the whole picture does.
    """
    scale *= drawing.unit
    title = _quoted(drawing.title)
    width, height = _number(drawing.width), _number(drawing.height)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(drawing.width * scale)}" '
        f'height="{_number(drawing.height * scale)}" viewBox="0 0 {width} {height}" '
        f'role="graphics-document" aria-label="{title}"><title>{title}</title>',
        hatches(drawing.items),
        f'<rect width="{width}" height="{height}" fill="{drawing.background}" />',
        *fragments(drawing.items),
        "</svg>\n",
    ]
    return "".join(lines)


def fragments(items: Iterable[Item]) -> list[str]:
    """The items alone as pieces of SVG, in their order: one a node, one each of what is between."""
    found = []
    symbols: dict[int, tuple[tuple[Item, ...], str]] = {}
    for node, alike in groupby(items, key=lambda item: getattr(item, "node", None)):
        if node is None:
            found += [_element(item) for item in alike]
            continue
        together = list(alike)
        first = together[0]
        if len(together) > 1 or not isinstance(first, Symbol):
            found.append(f"{_node(node)}>{_titled(together)}</g>")
            continue
        # Nodes that look alike share their items, so each look is written once. The items are
        # held, so that no others get their id.
        look = id(first.items)
        if look not in symbols:
            symbols[look] = first.items, _titled(first.items)
        found.append(f"{_node(node)}{_moved(first)}>{symbols[look][1]}</g>")
    return found


def _node(number: int) -> str:
    return f'<g data-node="{number}" role="graphics-symbol"'


def _moved(symbol: Symbol) -> str:
    return f' transform="translate({symbol.x:.2f} {symbol.y:.2f})"'.replace(".00", "")


def _titled(items: Sequence[Item]) -> str:
    """What is drawn of a node, under its texts as the title."""
    words = _quoted(" · ".join(item.text for item in flat(items) if isinstance(item, Text)))
    title = f"<title>{words}</title>" if words else "<title />"
    return title + elements(items)


def elements(items: Iterable[Item]) -> str:
    """The items alone as one piece of SVG."""
    return "".join(_element(item) for item in items)


def write_svg(drawing: Drawing, path: Path, *, scale: float = 1.0) -> None:
    """Write the picture whole or not at all."""
    text = svg(drawing, scale=scale).encode()
    with writing(path) as stream:
        stream.write(text)


def _element(item: Item) -> str:
    match item:
        case Text():
            return _text(item)
        case Box():
            return _box(item)
        case Curve():
            return _curve(item)
        case Bitmap():
            return _bitmap(item)
        case Symbol():
            return f"<g{_moved(item)}>{elements(item.items)}</g>"
        case Clip():
            place = f"{_number(item.x)} {_number(item.y)} {_number(item.width)} "
            seen = f'{_place(item)} viewBox="{place}{_number(item.height)}"'
            return f"<svg {seen}>{''.join(fragments(item.items))}</svg>"


def _at(x: float, y: float) -> str:
    return f'x="{x:.2f}" y="{y:.2f}" '.replace(".00", "")


def _box(box: Box) -> str:
    at = _at(box.x, box.y)
    drawn, hatched = _box_style(
        box.width,
        box.height,
        box.radius,
        box.fill,
        box.stroke,
        box.stroke_width,
        box.dashed,
        box.opacity,
        box.stroke if box.hatch else None,
    )
    return f"<rect {at}{drawn}<rect {at}{hatched}" if hatched else f"<rect {at}{drawn}"


@lru_cache(maxsize=4096)
def _box_style(
    width: float,
    height: float,
    radius: float,
    fill: str | None,
    stroke: str | None,
    stroke_width: float,
    dashed: bool,
    opacity: float,
    hatch: str | None,
) -> tuple[str, str]:
    """What follows a box's place: many boxes differ in nothing else. Then the same of its hatch."""
    size = f'width="{_number(width)}" height="{_number(height)}"'
    if radius:
        size += f' rx="{_number(radius)}"'
    pale = _opacity(opacity)
    drawn = f'{size} fill="{fill or "none"}"{_stroke(stroke, stroke_width, dashed)}{pale} />'
    return drawn, f'{size} fill="url(#{_hatch_id(hatch)})"{pale} />' if hatch else ""


def _text(text: Text) -> str:
    style = _text_style(
        text.text, text.font, text.size, text.bold, text.anchor, text.colour, text.opacity
    )
    if text.hint:
        style = style.replace(">", f"><title>{_quoted(text.hint)}</title>", 1)
    return f"<text {_at(text.x, text.y)}{style}"


@lru_cache(maxsize=16384)
def _text_style(
    text: str,
    family: Font,
    size: float,
    bold: bool,
    anchor: str,
    colour: str,
    opacity: float,
) -> str:
    """What follows a text's place."""
    reach = fonts.width(text, family=family, size=size, bold=bold)
    # Another font than ours, where ours is not installed, is squeezed into the same room. To carry
    # the letters along would need a font tool at run time and make small pictures several times
    # as large, and readers that take no fonts from a picture would still need this.
    room = f' textLength="{_number(reach)}" lengthAdjust="spacingAndGlyphs"' if reach else ""
    weight = ' font-weight="700"' if bold else ""
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'font-family="{FAMILIES[family]}" font-size="{_number(size)}" fill="{colour}"'
        f"{room}{weight}{side}{_opacity(opacity)}>{_quoted(text)}</text>"
    )


def _curve(curve: Curve) -> str:
    points, head = curve.points, ""
    marks = "" if curve.edge is None else ' data-edge="{} {} {}"'.format(*curve.edge)
    opacity = _opacity(curve.opacity)
    if curve.arrow:
        points, triangle = tip(curve)
        corners = _written("%.2f,%.2f %.2f,%.2f %.2f,%.2f", triangle)
        head = f'<polygon points="{corners}" fill="{curve.stroke}"{marks}{opacity} />'
    path = _written(_path_form(len(points)), points) + ("Z" if curve.closed else "")
    stroke = _stroke(curve.stroke, curve.stroke_width, curve.dashed)
    return f'{head}<path d="{path}" fill="{curve.fill or "none"}"{stroke}{marks}{opacity} />'


@cache
def _path_form(count: int) -> str:
    """How a path of so many points is written."""
    return "M%.2f,%.2f" + "C%.2f,%.2f %.2f,%.2f %.2f,%.2f" * ((count - 1) // 3)


def _written(form: str, points: Iterable[Point]) -> str:
    """Many numbers at once, which takes a fifth of the time of one by one."""
    return (form % tuple(chain.from_iterable(points))).replace(".00", "")


def _bitmap(bitmap: Bitmap) -> str:
    from gradviz.render.write.png import pixels_png

    data = base64.b64encode(pixels_png(bitmap)).decode()
    return (
        f'<image {_place(bitmap)} preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{data}"{_opacity(bitmap.opacity)} />'
    )


def _place(item: Bitmap | Clip) -> str:
    return (
        f'x="{_number(item.x)}" y="{_number(item.y)}" '
        f'width="{_number(item.width)}" height="{_number(item.height)}"'
    )


def hatches(items: Iterable[Item]) -> str:
    """The patterns that the items' hatches name, as a piece of SVG: slanted lines for a colour."""
    looks = {id(item.items): item.items for item in items if isinstance(item, Symbol)}
    rest = [item for item in items if not isinstance(item, Symbol)]
    inside = flat((*chain(*looks.values()), *rest))
    colours = {item.stroke for item in inside if isinstance(item, Box) and item.hatch}
    lines = f"M0 {_HATCH}L{_HATCH} 0M-1 1L1 -1M{_HATCH - 1} {_HATCH + 1}L{_HATCH + 1} {_HATCH - 1}"
    patterns = "".join(
        f'<pattern id="{_hatch_id(colour)}" width="{_HATCH}" height="{_HATCH}" '
        'patternUnits="userSpaceOnUse">'
        f'<path d="{lines}" stroke="{colour}" stroke-width="1" /></pattern>'
        for colour in sorted(colour for colour in colours if colour)
    )
    return f"<defs>{patterns}</defs>" if patterns else ""


def _hatch_id(colour: str) -> str:
    return f"hatch-{_NOT_NAME.sub('', colour)}"


def _stroke(colour: str | None, width: float, dashed: bool) -> str:
    if not colour or width <= 0:
        return ""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f' stroke="{colour}" stroke-width="{_number(width)}"{dashes}'


def _opacity(opacity: float) -> str:
    return "" if opacity == 1.0 else f' opacity="{_number(opacity)}"'


def _number(value: float) -> str:
    """At most two decimals, without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    """The text as XML writes it, without what XML cannot hold."""
    return text if _PLAIN(text) else escape(_NOT_XML.sub("", text), _QUOTES)
