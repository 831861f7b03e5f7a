"""The key names what is in the picture, and nothing else."""

from __future__ import annotations

import pytest

from gradviz.render.drawing import Box, Text, flat
from gradviz.render.render import picture
from gradviz.trace.trace import Trace


def said(trace: Trace, at: str | None, **look: object) -> set[str]:
    """The words that a legend adds to a picture."""
    without = picture(trace, at=at, **look)  # type: ignore[arg-type]
    whole = picture(trace, at=at, legend=True, **look)  # type: ignore[arg-type]
    words = [item.text for item in flat(whole.items) if isinstance(item, Text)]
    for item in flat(without.items):
        if isinstance(item, Text):
            words.remove(item.text)
    assert whole.height > without.height
    return {word for word in words if len(word) > 2}


def test_only_signs_that_are_in_the_picture_are_named(letters: Trace) -> None:
    every = {"leaf: its .grad is kept", "op: a node of backward", "where backward starts"}
    assert said(letters, None) == {*every, "value, forward"}
    begun = said(letters, "forward:half")
    assert {"not reached yet", "tensors saved for backward", "this event"} <= begun
    assert "gradient, back: thicker is larger" not in begun
    end = said(letters, "end")
    assert {"moved by the optimizer", "saved tensors, freed again"} <= end
    assert {"not reached yet", "added to the .grad that was there"}.isdisjoint(end)


def test_what_is_folded_away_is_not_named(letters: Trace) -> None:
    folded = said(letters, "backward:half", fold=0)
    assert "folded: what is in it is not drawn" in folded
    assert "leaf: its .grad is kept" not in folded


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_key_is_below_the_picture_and_within_its_page(letters: Trace, theme: str) -> None:
    drawing = picture(letters, at="end", legend=True, theme=theme)
    for item in flat(drawing.items):
        if isinstance(item, Box):
            assert item.x >= 0
            assert item.x + item.width <= drawing.width
            assert item.y + item.height <= drawing.height
