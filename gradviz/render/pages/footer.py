"""The line below a picture: where in the iteration it was taken."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.drawing import Box, Curve, Item, Text
from gradviz.render.layout.layout import polygon
from gradviz.render.scene.scene import TEXT_SIZE, one_line
from gradviz.render.theme import Theme, text_on
from gradviz.trace.events import PHASES, AnyEvent, NodeRan, OpRan, Phase, param_of
from gradviz.trace.trace import Trace

HEIGHT = 84.0
WIDTH = 600.0
CHIP_HEIGHT = 26.0
CHIP_PADDING = 11.0
BETWEEN = 20.0
"""Pixels between two phases, where a small arrow stands."""
TOP = 24.0


class Caption(Struct, frozen=True):
    """The phase that is lit (None before the first event), and a line of text."""

    phase: Phase | None
    text: str


def caption_of(trace: Trace, index: int) -> Caption:
    """The caption at event ``index``; -1 is before the first event."""
    if index < 0:
        return Caption(None, gettext("before the first event"))
    event = trace.events[index]
    alike = [other.index for other in _iteration(trace, index) if other.phase == event.phase]
    place = gettext("iteration {iteration}, {phase} {step} of {count}").format(
        iteration=event.iteration,
        phase=event.phase,
        step=alike.index(index) + 1,
        count=len(alike),
    )
    return Caption(event.phase, f"{place}: {_what(event)}")


def draw_footer(
    caption: Caption, theme: Theme, *, x: float, y: float, room: float = WIDTH
) -> tuple[Item, ...]:
    """The phases in a row, the lit one filled and bold, and the text below, no wider than ``room``;
    (x, y) is top left.
    """
    items: list[Item] = []
    left, top = x, y + TOP
    for place, phase in enumerate(PHASES):
        lit = phase == caption.phase
        width = fonts.width(phase, size=TEXT_SIZE, bold=True) + 2 * CHIP_PADDING
        items += _chip(phase, left, top, width, lit=lit, theme=theme)
        left += width
        if place + 1 < len(PHASES):
            middle, tip = top + CHIP_HEIGHT / 2, left + BETWEEN / 2 + 3
            arrow = polygon((tip - 6, middle - 4), (tip, middle), (tip - 6, middle + 4))
            items.append(
                Curve(points=arrow, stroke="", stroke_width=0.0, fill=theme.muted, closed=True)
            )
            left += BETWEEN
    text = fonts.elided(one_line(caption.text), room, size=TEXT_SIZE)
    below = top + CHIP_HEIGHT + 25
    items.append(Text(x=x, y=below, text=text, size=TEXT_SIZE, colour=theme.text))
    return tuple(items)


def _chip(
    phase: Phase, x: float, y: float, width: float, *, lit: bool, theme: Theme
) -> tuple[Item, ...]:
    colour = theme.phases[phase]
    return (
        Box(
            x=x,
            y=y,
            width=width,
            height=CHIP_HEIGHT,
            radius=6.0,
            fill=colour if lit else None,
            stroke=theme.text if lit else theme.border,
            stroke_width=2.0 if lit else 1.0,
        ),
        Text(
            x=x + width / 2,
            y=y + 17.5,
            text=phase,
            size=TEXT_SIZE,
            bold=lit,
            anchor="middle",
            colour=text_on(colour) if lit else theme.muted,
        ),
    )


def _iteration(trace: Trace, index: int) -> Sequence[AnyEvent]:
    """The events of the iteration that holds event ``index``."""
    events, number = trace.events, trace.events[index].iteration
    first = last = index
    while first and events[first - 1].iteration == number:
        first -= 1
    while last + 1 < len(events) and events[last + 1].iteration == number:
        last += 1
    return events[first : last + 1]


def _what(event: AnyEvent) -> str:
    match event:
        case OpRan():
            return event.op
        case NodeRan():
            return event.name
    return param_of(event) or type(event).__name__
