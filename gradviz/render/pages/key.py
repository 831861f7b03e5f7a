"""The key to a picture: what its signs mean, and only those that are in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.draw import signs
from gradviz.render.draw.signs import WIDE, Sign
from gradviz.render.drawing import Item, Text, placed
from gradviz.render.layout.layout import Layout
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Status
from gradviz.render.theme import Theme

LINE = 28.0
BETWEEN = 26.0
"""Pixels between one sign's words and the next sign."""


def draw_key(
    layout: Layout, statuses: Mapping[int, Status] | None, theme: Theme, *, room: float
) -> tuple[tuple[Item, ...], float]:
    """The signs with their words in rows no wider than ``room``, from (0, 0), and their height."""
    items: list[Item] = []
    x, y = 0.0, 0.0
    for sign, words in _entries(layout, statuses):
        wide = WIDE + 8 + fonts.width(words, size=TEXT_SIZE)
        if x and x + wide > room:
            x, y = 0.0, y + LINE
        items += [placed(item, x, y) for item in sign(theme)]
        items.append(
            Text(x=x + WIDE + 8, y=y + 13.5, text=words, size=TEXT_SIZE, colour=theme.text)
        )
        x += wide + BETWEEN
    return tuple(items), y + LINE if items else 0.0


def _entries(layout: Layout, statuses: Mapping[int, Status] | None) -> Iterator[tuple[Sign, str]]:
    yield from _cards(layout)
    yield from _statuses([(statuses or {}).get(place.card.id) for place in layout.places], layout)
    yield from _ghosts(layout)


def _cards(layout: Layout) -> Iterator[tuple[Sign, str]]:
    """The kinds of cards, by their shapes."""
    cards = [place.card for place in layout.places if place.card.ghost is None]
    kinds = {card.kind for card in cards}
    if "leaf" in kinds:
        yield signs.leaf, gettext("leaf: its .grad is kept")
    if "function" in kinds:
        yield signs.function, gettext("op: a node of backward")
    if "output" in kinds:
        yield signs.output, gettext("where backward starts")
    if "value" in kinds:
        yield signs.value, gettext("goes into the model or comes out")
    if layout.frames:
        yield signs.frame, gettext("module call: what ran in it")
    if any(any(frame.open) for frame in layout.frames):
        yield signs.word("…"), gettext("goes on from the column before")
    if "module" in kinds:
        yield signs.module, gettext("folded: what is in it is not drawn")
    if any(card.calls > 1 for card in cards):
        yield signs.sheets, gettext("so many that are alike, as one")
    if layout.copies:
        yield signs.tag, gettext("a shared parameter once more")


def _statuses(statuses: list[Status | None], layout: Layout) -> Iterator[tuple[Sign, str]]:
    """What has happened, and the arrows."""
    known = [status for status in statuses if status is not None]
    if any(status.stage == "ahead" for status in known):
        yield signs.ahead, gettext("not reached yet")
    if layout.routes:
        yield signs.data, gettext("value, forward")
    if any(status.sent for status in known):
        yield signs.gradient, gettext("gradient, back: thicker is larger")
    saved = [status.saved for status in known if status.saved is not None]
    whole = [each for each in saved if each.changed is None]
    if any(not each.freed for each in whole):
        yield signs.chip("1", dashed=False), gettext("tensors saved for backward")
    if any(each.freed for each in whole):
        yield signs.chip("1", dashed=True), gettext("saved tensors, freed again")
    if len(whole) < len(saved):
        yield signs.changed, gettext("a saved tensor was changed in place")
    if any(status.grad == "none" for status in known):
        yield signs.none, gettext("there is no gradient: None, not zero")
    norms = [n for status in known for n in (status.grad, status.inside) if isinstance(n, float)]
    if 0.0 in norms:
        yield signs.zero, gettext("the gradient is exactly 0")
    if not all(map(math.isfinite, norms)):
        yield signs.bad, gettext("NaN or infinite")
    if any(status.edited for status in known):
        yield signs.edited, gettext("this gradient was changed by hand")
    if any(status.added for status in known):
        yield signs.word("+="), gettext("added to the .grad that was there")
    if any(status.stage == "updated" for status in known):
        yield signs.thick, gettext("moved by the optimizer")
    if any(status.current for status in known):
        yield signs.cursor, gettext("this event")


def _ghosts(layout: Layout) -> Iterator[tuple[Sign, str]]:
    """What was cut off from the graph."""
    cards = [place.card for place in layout.places]
    kinds = {card.ghost.kind for card in cards if card.ghost is not None}
    words = {route.edge.word for route in layout.routes if isinstance(route.edge, Stub)}
    if "frozen" in kinds or any(card.frozen for card in cards):
        yield signs.frozen, gettext("frozen: it gets no gradient")
    if kinds & {"cut", "loss"}:
        yield signs.ghost, gettext("computed, but no node of the graph")
    if words - {""} or any(card.cut for card in cards):
        yield signs.cut, gettext("cut here: no gradient gets past")
