"""A page's script in a JavaScript engine: what works things out, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from py_mini_racer import MiniRacer

from gradviz.render.render import render
from gradviz.resources import assets

PARTS = ("curves", "stretch", "book", "compose", "wires", "find", "camera")
"""The parts that touch no document."""


def data_of(page: str) -> dict[str, Any]:
    """What a page's script reads."""
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert match
    found: dict[str, Any] = json.loads(match[1])
    return found


def engine() -> MiniRacer:
    """An engine that knows the functions of the script."""
    made = MiniRacer()
    for part in PARTS:
        made.eval((assets() / "templates" / "page" / f"{part}.js").read_text("utf-8"))
    return made


def texts(picture: ElementTree.Element) -> list[str]:
    """All that is written in a picture, without what is told on hover, sorted."""
    return sorted(
        (text.text or "") + "".join(child.tail or "" for child in text)
        for text in picture.iter("text")
    )


class Script:
    """A page's script and data. Boxes are named by the first line that is written on them."""

    def __init__(
        self, drawable: Any, file: Path, *, view: str = "autograd", **options: Any
    ) -> None:
        render(drawable, file, view=view, **{"at": "end", **options})
        self.data = data_of(file.read_text("utf-8"))
        self.number = self.data["moments"][0]["books"][view]
        self.book = self.data["books"][self.number]
        self._engine = engine()
        self._engine.eval(
            f"const data = {json.dumps(self.data)}, book = data.books[{self.number}];"
        )
        self._engine.eval("const open = closed_book();")
        self.size = (0.0, 0.0)

    def ask(self, script: str) -> Any:
        """The value of an expression over ``data``, ``book`` and what is ``open``."""
        return json.loads(self._engine.eval(f"JSON.stringify({script})") or "null")  # type: ignore[arg-type]

    def toggle(self, *things: int) -> None:
        """Open or close boxes."""
        for thing in things:
            self._engine.eval(f"toggle(book, {thing}, open)")

    def fold_all(self, *, wide: bool) -> None:
        """Close all boxes, or open them."""
        self._engine.eval(f"fold_all(book, open, {json.dumps(wide)}, 1e9)")

    def picture(self, moment: int = 0) -> ElementTree.Element:
        """What is shown, as XML."""
        made = self.ask(f"composed(data, book, 0, {moment}, open)")
        self.size = (made["w"], made["h"])
        return ElementTree.fromstring(f"<svg>{made['svg']}</svg>")

    def piece(self, number: int) -> str:
        """A piece of SVG."""
        return "".join(self.data["parts"][part] for part in self.data["pieces"][number])

    def title(self, thing: int) -> str:
        """The first line that is written on a thing."""
        (_, piece), *_rest = self.book["things"][thing]["p"]
        return next(iter(re.findall(r"<text[^>]*>([^<]*)", self.piece(piece))), "")

    def named(self, title: str, *, opens: bool = True) -> int:
        """The thing with that title, one that can be opened or closed."""
        (number,) = (
            number
            for number, thing in enumerate(self.book["things"])
            if ("i" in thing) == opens and self.title(number) == title
        )
        return number
