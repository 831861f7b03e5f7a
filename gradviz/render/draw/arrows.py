"""An edge as a display list: the arrow of the data, and against it the arrow of the gradient."""

from __future__ import annotations

import math

from gradviz.render.draw.cards import number
from gradviz.render.draw.ghostcards import draw_stub
from gradviz.render.draw.tags import draw_copy
from gradviz.render.drawing import Curve, Item, Text
from gradviz.render.layout.layout import Label, Route
from gradviz.render.scene.ghost import Stub
from gradviz.render.scene.scene import TEXT_SIZE
from gradviz.render.status.status import Norm, Status
from gradviz.render.theme import Theme

THINNEST, THICKEST = 1.8, 5.0
BASE = 12.5
"""Pixels from a label's top to the line on which its text stands."""


def draw_edge(
    route: Route, producer: Status | None, consumer: Status | None, theme: Theme
) -> tuple[Item, ...]:
    """One edge with what is written beside it, and the tag that it leads from if there is one.
    Without statuses it is lit; a gradient that has passed runs beside it.
    """
    tag = () if route.copy is None else draw_copy(route.copy, producer, theme)
    edge = route.edge
    if isinstance(edge, Stub):
        return draw_stub(route, edge, consumer, theme)
    key = (edge.producer, edge.consumer, edge.slot)
    ahead = any(status is not None and status.stage == "ahead" for status in (producer, consumer))
    data = Curve(
        points=route.points,
        stroke=theme.ahead_line if ahead else theme.edge,
        stroke_width=1.2 if ahead else 1.6,
        arrow=True,
        dashed=ahead,
        edge=key,
    )
    beside = _label(route.value, "", theme.ahead_text if ahead else theme.muted)
    norm = consumer.sent.get(edge.slot) if consumer is not None else None
    if norm is None:
        return (data, *tag, *beside)
    bad = norm != "lost" and not math.isfinite(norm)
    gradient = Curve(
        points=route.lane,
        stroke=theme.error if bad else theme.gradient_line,
        stroke_width=thickness(norm),
        arrow=True,
        dashed=norm == 0,
        edge=key,
    )
    text = "?" if norm == "lost" else number(norm)
    told = _label(route.gradient, f"‖g‖ {text}", theme.error if bad else theme.gradient)
    return (data, gradient, *tag, *beside, *told)


def _label(label: Label | None, text: str, ink: str) -> tuple[Item, ...]:
    """The text in the label's room, near the edge; without one, the label's own."""
    if label is None:
        return ()
    part = {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor]
    return (
        Text(
            x=label.x + part * label.width,
            y=label.y + BASE,
            text=text or label.text,
            size=TEXT_SIZE,
            font="mono",
            anchor=label.anchor,
            colour=ink,
        ),
    )


def thickness(norm: Norm) -> float:
    """How thick the arrow of a gradient is: it grows by 0.8 pixels for each power of ten."""
    if norm == "lost" or norm == 0:
        return THINNEST
    if not math.isfinite(norm):
        return THICKEST
    return min(max(3.6 + 0.8 * math.log10(norm), THINNEST), THICKEST)
