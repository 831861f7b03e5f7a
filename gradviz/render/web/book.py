"""What a page knows of one graph, as data for its script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradviz.render.arrange.insets import Inset, Thing, Wire
from gradviz.render.draw.frames import TAB_PADDING, draw_tab
from gradviz.render.drawing import Point
from gradviz.render.layout.layout import FramePlace, Label
from gradviz.render.scene.scene import Frame, one_line
from gradviz.render.theme import VARIABLES
from gradviz.render.web.answers import Answers
from gradviz.render.web.looks import Changes, Looks
from gradviz.render.web.pieces import Pieces
from gradviz.render.web.values import Lines


class Book:
    """All that a page knows of one graph.

    ``who`` is who each node is, ``texts`` are those that words are looked for in, and ``places``
    the nodes of the autograd graph that each stands for, by which the views of a page know each
    other's boxes.
    """

    def __init__(
        self, looks: Looks, who: Lines, texts: Lines, places: Mapping[int, tuple[int, ...]]
    ) -> None:
        self.looks = looks
        self._who = who
        self._texts = texts
        self._places = places
        self._told: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
        self.answers = Answers(looks)

    def tell(self, moment: int, lines: Lines) -> None:
        """Take up what nodes tell at a moment, which comes after those before."""
        for id in self.looks.insets.graph.by_id:
            each = lines.get(id, ())
            changes = self._told.setdefault(id, [])
            if (changes or each) and (not changes or changes[-1][1] != each):
                changes.append((moment, each))

    def data(self, pieces: Pieces, shared: Shared) -> dict[str, Any]:
        """The book as the script reads it."""
        looks = self.looks
        return {
            **self.answers.data(shared.note),
            "things": [
                self._thing(thing, changes, shared)
                for thing, changes in zip(looks.insets.things, looks.things, strict=True)
            ],
            "insets": [
                _inset(inset, looks, number, pieces, shared)
                for number, inset in enumerate(looks.insets.insets)
            ],
        }

    def _thing(self, thing: Thing, changes: Changes, shared: Shared) -> dict[str, Any]:
        card = thing.card
        data: dict[str, Any] = {"w": card.width, "h": card.height, "p": changes}
        if thing.inset is not None:
            # What it tells is written on it.
            data["i"] = thing.inset
            data["n"] = one_line(f"{card.subtitle} · {card.shape}")
            return data
        if thing.like is not None:
            return data
        single = len(thing.members) == 1 and not thing.paths
        who = self._who[thing.members[0]] if single else card.name.split(" · ")
        texts = dict.fromkeys(text for id in thing.members for text in self._texts[id])
        data["q"] = [shared.note(line) for line in who]
        data["s"] = [shared.note(text) for text in texts if text and text not in who]
        if thing.members:
            told = self._told.get(thing.members[-1], ())
            data["t"] = [(at, [shared.note(line) for line in lines]) for at, lines in told]
        places = {place for id in thing.members for place in self._places.get(id, ())}
        if places:
            data["m"] = sorted(places)
        return data


class Shared:
    """What the books of a page share: lines of text, and geometries of insets."""

    def __init__(self) -> None:
        self.notes: dict[str, int] = {}
        self.geometries: dict[str, int] = {}
        self.written: list[dict[str, Any]] = []

    def note(self, line: str) -> int:
        """The number of a line."""
        return self.notes.setdefault(line, len(self.notes))

    def geometry(self, geometry: dict[str, Any]) -> int:
        """The number of a geometry, which like insets share."""
        number = self.geometries.setdefault(str(geometry), len(self.geometries))
        if number == len(self.written):
            self.written.append(geometry)
        return number


def _inset(
    inset: Inset, looks: Looks, number: int, pieces: Pieces, shared: Shared
) -> dict[str, Any]:
    cards = [looks.insets.things[spot.thing].card for spot in inset.spots]
    geometry = {
        "w": short(inset.width),
        "h": short(inset.height),
        "spots": [
            [short(spot.x), short(spot.y), card.width, card.height]
            for spot, card in zip(inset.spots, cards, strict=True)
        ],
        "wires": [_way(wire) for wire in inset.wires],
    }
    data: dict[str, Any] = {
        "g": shared.geometry(geometry),
        "frame": None if inset.frame is None else _tab(inset.frame, pieces),
        "folds": [
            [
                fold.thing,
                *(short(v) for v in (fold.place.x, fold.place.y)),
                *(short(v) for v in (fold.place.width, fold.place.height)),
                fold.parent,
                _tab(fold.place.frame, pieces),
            ]
            for fold in inset.folds
        ],
        "things": [spot.thing for spot in inset.spots],
        "wires": [
            [list(looks.passes(wire)), changes, *looks.chips(wire)]
            for wire, changes in zip(inset.wires, looks.wires[number], strict=True)
        ],
    }
    if inset.folds:
        data["frames"] = [spot.frame for spot in inset.spots]
    return data


def _way(wire: Wire) -> list[Any]:
    way = [wire.source, wire.target, *map(int, wire.level), _flat(wire.points)]
    labels = [_label(label) for label in wire.labels]
    return [*way, *labels] if any(labels) else way


def _label(label: Label | None) -> list[Any] | None:
    if label is None:
        return None
    room = [short(v) for v in (label.x, label.y, label.width, label.height)]
    return [*room, label.anchor, label.text]


def _tab(frame: Frame, pieces: Pieces) -> list[Any]:
    """The piece, the width and the words of a frame's title."""
    width = frame.width + 2 * TAB_PADDING
    tab = draw_tab(FramePlace(frame, 0.0, 0.0, width, 0.0), VARIABLES)
    return [pieces.add(tab), width, frame.title]


def _flat(points: tuple[Point, ...]) -> list[float]:
    return [short(value) for point in points for value in point]


def short(value: float) -> float:
    """To a tenth of a pixel; whole numbers as such."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
