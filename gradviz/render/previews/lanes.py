"""Workers and the loop as lanes: who makes which batch when, and when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Box, Item, Text
from gradviz.render.theme import Theme, text_on

if TYPE_CHECKING:
    from gradviz.data.pipeline.schedule import Slot

UNIT = 44.0
"""Pixels of one iteration."""
HIGH, GAP = 30.0, 6.0
SIZE = 13.0
HEAD = 16.0


class Lanes(Struct, frozen=True):
    """What is drawn, from (0, 0): the names, ``left`` wide, and beside them the lanes themselves,
    which may be much wider.
    """

    names: tuple[Item, ...]
    left: float
    items: tuple[Item, ...]
    width: float
    height: float


def draw_lanes(
    slots: Sequence[Slot], *, workers: int, theme: Theme, current: int | None = None
) -> Lanes:
    """A lane for each worker and one for the loop. ``current`` is the batch that is looked at.
    Items of a batch have its number as their node.
    """
    texts = [_("worker {number}").format(number=worker) for worker in range(workers)]
    texts.append(_("the loop"))
    left = max(fonts.width(text, size=SIZE) for text in texts) + 2 * GAP
    names: list[Item] = []
    items: list[Item] = []
    end = max((slot.left for slot in slots), default=0.0)
    for row, text in enumerate(texts):
        top = row * (HIGH + GAP)
        items.append(Box(x=0.0, y=top, width=end * UNIT, height=HIGH, fill=theme.window))
        names.append(
            Text(x=0.0, y=top + HIGH / 2 + SIZE / 3, text=text, size=SIZE, colour=theme.text)
        )
    loop = workers * (HIGH + GAP)
    for slot in slots:
        lane = loop if slot.worker is None else slot.worker * (HIGH + GAP)
        here = slot.batch == current
        made = theme.leaf_fill if slot.worker is not None else theme.saved_fill
        edge = theme.leaf_line if slot.worker is not None else theme.saved_line
        makes = _("making batch {batch}").format(batch=slot.batch)
        items += _piece(slot.begins, slot.ends, lane, slot.batch, made, edge, theme, here, makes)
        uses = _("iteration with batch {batch}").format(batch=slot.batch)
        items += _piece(
            slot.given, slot.left, loop, slot.batch, theme.output_fill, theme.output_line,
            theme, here, uses,
        )  # fmt: skip
    return Lanes(tuple(names), left, tuple(items), end * UNIT, len(names) * (HIGH + GAP))


def _piece(
    begins: float, ends: float, top: float, batch: int, fill: str, stroke: str,
    theme: Theme, here: bool, hint: str,
) -> list[Item]:  # fmt: skip
    x, width = begins * UNIT, (ends - begins) * UNIT
    return [
        Box(
            x=x + 1, y=top + 1, width=width - 2, height=HIGH - 2, radius=4.0, fill=fill,
            stroke=theme.cursor if here else stroke, stroke_width=2.5 if here else 1.0,
            node=batch, hint=hint,
        ),
        Text(
            x=x + width / 2, y=top + HIGH / 2 + SIZE / 3, text=str(batch), size=SIZE,
            colour=text_on(fill), bold=here, anchor="middle", node=batch, hint=hint,
        ),
    ]  # fmt: skip
