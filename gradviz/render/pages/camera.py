"""Where to look in a graph that is larger than its page."""

from __future__ import annotations

from collections.abc import Mapping

from gradviz.render.drawing import Point
from gradviz.render.layout.layout import Layout, Place
from gradviz.render.status.status import Status

AROUND = 16.0
"""Pixels around a layout that a view may show."""


def view(layout: Layout, statuses: Mapping[int, Status], width: float, height: float) -> Point:
    """The top left corner, in the layout, of the view of this size that shows the current cards.

    Views stand at fixed stops that overlap by half, so from event to event the picture mostly
    stays where it is; and a function of the moment alone, so a frame of an animation and the
    picture of that moment are the same.
    """
    places = focus(layout, statuses)
    if not places:
        return (_stop(0.0, width, layout.width), _stop(0.0, height, layout.height))
    left = min(place.x for place in places)
    right = max(place.x + place.card.width for place in places)
    top = min(place.y for place in places)
    bottom = max(place.y + place.card.height for place in places)
    return (
        _stop((left + right) / 2, width, layout.width),
        _stop((top + bottom) / 2, height, layout.height),
    )


def focus(layout: Layout, statuses: Mapping[int, Status]) -> tuple[Place, ...]:
    """The cards that the event is about; for one that is about none, as far as things have come:
    the last op that ran, or the last that a gradient has passed.
    """
    known = [(place, statuses.get(place.card.id, Status())) for place in layout.places]
    current = tuple(place for place, status in known if status.current)
    if current:
        return current
    ops = [(place, status.stage) for place, status in known if place.card.kind != "leaf"]
    passed = [place for place, stage in ops if stage == "passed"]
    if passed:
        return (min(passed, key=lambda place: place.y),)
    made = [place for place, stage in ops if stage == "made"]
    return (max(made, key=lambda place: place.y),) if made else ()


def _stop(middle: float, length: float, whole: float) -> float:
    """Where the view begins along one axis: the stop whose middle is nearest."""
    room = whole + 2 * AROUND
    if room <= length:
        return (whole - length) / 2
    last = room - length
    steps = max(1, -int(-last // (length / 2)))
    stride = last / steps
    nearest = round((middle + AROUND - length / 2) / stride)
    return min(max(nearest, 0), steps) * stride - AROUND
