"""A drawing as SVG: real text that can be selected, a title a node for screen readers."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from gradviz.files import writing
from gradviz.render import fonts
from gradviz.render.drawing import Bitmap, Box, Curve, Drawing, Font, Item, Point, Text
from gradviz.render.tips import tip

FAMILIES: dict[Font, str] = {
    "sans": "Gradviz Sans, Nanum Gothic, Noto Sans KR, Malgun Gothic, system-ui, sans-serif",
    "mono": "Gradviz Mono, JetBrains Mono, Consolas, monospace",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HATCH = 6


def svg(drawing: Drawing, *, scale: float = 1.0) -> str:
    """The picture as XML text; the same drawing gives the same bytes.

    What belongs to a node is one ``<g data-node="id">`` with the node's texts as its ``<title>``.
    """
    scale *= drawing.unit
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": _number(drawing.width * scale),
            "height": _number(drawing.height * scale),
            "viewBox": f"0 0 {_number(drawing.width)} {_number(drawing.height)}",
            "role": "graphics-document",
            "aria-label": _clean(drawing.title),
        },
    )
    SubElement(root, "title").text = _clean(drawing.title)
    _add_hatches(root, drawing.items)
    page = {"width": _number(drawing.width), "height": _number(drawing.height)}
    SubElement(root, "rect", page | {"fill": drawing.background})
    _add_all(root, drawing.items)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def fragments(items: Iterable[Item]) -> list[str]:
    """The items alone as pieces of SVG, in their order: one a node, one each of what is between."""
    root = Element("g")
    _add_all(root, items)
    return [tostring(child, encoding="unicode") for child in root]


def hatches(items: Iterable[Item]) -> str:
    """The patterns that the items' hatches name, as a piece of SVG."""
    root = Element("g")
    _add_hatches(root, items)
    return "".join(tostring(child, encoding="unicode") for child in root)


def write_svg(drawing: Drawing, path: Path, *, scale: float = 1.0) -> None:
    """Write the picture whole or not at all."""
    text = svg(drawing, scale=scale).encode()
    with writing(path) as stream:
        stream.write(text)


def _add_all(root: Element, items: Iterable[Item]) -> None:
    for node, alike in groupby(items, key=lambda item: getattr(item, "node", None)):
        together = list(alike)
        parent = root
        if node is not None:
            parent = SubElement(root, "g", {"data-node": str(node), "role": "graphics-symbol"})
            words = [item.text for item in together if isinstance(item, Text)]
            SubElement(parent, "title").text = _clean(" · ".join(words))
        for item in together:
            _add(parent, item)


def _add(parent: Element, item: Item) -> None:
    match item:
        case Box():
            _add_box(parent, item)
        case Text():
            _add_text(parent, item)
        case Curve():
            _add_curve(parent, item)
        case Bitmap():
            _add_bitmap(parent, item)


def _add_box(parent: Element, box: Box) -> None:
    place = {
        "x": _number(box.x),
        "y": _number(box.y),
        "width": _number(box.width),
        "height": _number(box.height),
    }
    if box.radius:
        place["rx"] = _number(box.radius)
    paint = {"fill": box.fill or "none", **_stroke(box.stroke, box.stroke_width, box.dashed)}
    SubElement(parent, "rect", place | paint | _opacity(box))
    if box.hatch and box.stroke:
        SubElement(
            parent, "rect", place | {"fill": f"url(#{_hatch_id(box.stroke)})"} | _opacity(box)
        )


def _add_text(parent: Element, text: Text) -> None:
    attributes = {
        "x": _number(text.x),
        "y": _number(text.y),
        "font-family": FAMILIES[text.font],
        "font-size": _number(text.size),
        "fill": text.colour,
    }
    reach = fonts.width(text.text, family=text.font, size=text.size, bold=text.bold)
    if reach:
        # Another font than ours, where ours is not installed, is squeezed into the same room.
        attributes |= {"textLength": _number(reach), "lengthAdjust": "spacingAndGlyphs"}
    if text.bold:
        attributes["font-weight"] = "700"
    if text.anchor != "start":
        attributes["text-anchor"] = text.anchor
    SubElement(parent, "text", attributes | _opacity(text)).text = _clean(text.text)


def _add_curve(parent: Element, curve: Curve) -> None:
    points = curve.points
    marks = {} if curve.edge is None else {"data-edge": " ".join(map(str, curve.edge))}
    if curve.arrow:
        points, triangle = tip(curve)
        corners = " ".join(_point(corner) for corner in triangle)
        head = {"points": corners, "fill": curve.stroke}
        SubElement(parent, "polygon", head | marks | _opacity(curve))
    segments = [
        "C" + " ".join(_point(point) for point in points[place : place + 3])
        for place in range(1, len(points) - 2, 3)
    ]
    path = f"M{_point(points[0])}{''.join(segments)}{'Z' if curve.closed else ''}"
    stroke = _stroke(curve.stroke, curve.stroke_width, curve.dashed)
    fill = {"d": path, "fill": curve.fill or "none"}
    SubElement(parent, "path", fill | stroke | marks | _opacity(curve))


def _add_bitmap(parent: Element, bitmap: Bitmap) -> None:
    from gradviz.render.png import pixels_png

    data = base64.b64encode(pixels_png(bitmap)).decode()
    SubElement(
        parent,
        "image",
        {
            "x": _number(bitmap.x),
            "y": _number(bitmap.y),
            "width": _number(bitmap.width),
            "height": _number(bitmap.height),
            "preserveAspectRatio": "none",
            "style": "image-rendering:pixelated",
            "href": f"data:image/png;base64,{data}",
        }
        | _opacity(bitmap),
    )


def _add_hatches(root: Element, items: Iterable[Item]) -> None:
    """A pattern of slanted lines for each colour that hatches a box."""
    colours = {item.stroke for item in items if isinstance(item, Box) and item.hatch}
    defs = SubElement(root, "defs") if colours else root
    for colour in sorted(colour for colour in colours if colour):
        pattern = SubElement(
            defs,
            "pattern",
            {
                "id": _hatch_id(colour),
                "width": str(_HATCH),
                "height": str(_HATCH),
                "patternUnits": "userSpaceOnUse",
            },
        )
        lines = (
            f"M0 {_HATCH}L{_HATCH} 0M-1 1L1 -1M{_HATCH - 1} {_HATCH + 1}L{_HATCH + 1} {_HATCH - 1}"
        )
        SubElement(pattern, "path", {"d": lines, "stroke": colour, "stroke-width": "1"})


def _hatch_id(colour: str) -> str:
    return f"hatch-{colour.removeprefix('#')}"


def _stroke(colour: str | None, width: float, dashed: bool) -> dict[str, str]:
    if not colour or width <= 0:
        return {}
    dashes = {"stroke-dasharray": "4 3"} if dashed else {}
    return {"stroke": colour, "stroke-width": _number(width), **dashes}


def _opacity(item: Item) -> dict[str, str]:
    return {} if item.opacity == 1.0 else {"opacity": _number(item.opacity)}


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """At most two decimals, without trailing zeros and without a negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("", text)
