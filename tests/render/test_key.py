"""The key names what is in the picture, and nothing else."""

from __future__ import annotations

import pytest
import torch

import gradviz
from gradviz.render.drawing import Box, Text, flat
from gradviz.render.pages.slide import LEAST, slide_of
from gradviz.render.render import picture
from gradviz.resources import assets
from gradviz.trace.trace import Trace
from tests.render.test_gallery import trained


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
    every |= {"module call: what ran in it"}
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


def test_a_gradient_that_was_changed_by_hand_and_one_of_zero_are_named() -> None:
    session = gradviz.Session.from_project(
        gradviz.load(assets() / "examples" / "moons_mlp.gradviz")
    )
    session.step_iteration()
    names = {"this gradient was changed by hand", "the gradient is exactly 0"}
    assert names.isdisjoint(said(session.trace, "end"))
    session.edit(gradviz.GradEdit("fc1.weight", "scale", 0.0))
    session.step_iteration()
    assert names <= said(session.trace, "end")


def test_what_was_cut_off_is_named() -> None:
    lin = torch.nn.Linear(2, 2)
    lin.bias.requires_grad_(False)
    with gradviz.record(lin) as trace:
        x = lin(torch.ones(1, 2))
        ((x * x.detach()).sum() * torch.tensor(float("nan"))).backward()
    words = said(trace, "end")
    assert {"frozen: it gets no gradient", "cut here: no gradient gets past"} <= words
    assert "NaN or infinite" in words


def test_on_a_slide_the_key_is_there_if_the_graph_can_still_be_read(moons: Trace) -> None:
    large = picture(trained("toy"), at="end", legend=True, slide=slide_of("1920x1080"))
    small = picture(moons, at="end", legend=True, slide=slide_of("1280x720"))
    texts = [item for item in flat(large.items) if isinstance(item, Text)]
    (key,) = [item for item in texts if item.text == "this event"]
    (phase,) = [item for item in texts if item.text == "forward"]
    cards = [item for item in flat(large.items) if isinstance(item, Box) and item.node is not None]
    assert max(box.y + box.height for box in cards) < key.y - key.size
    assert key.y < phase.y - phase.size
    assert key.size * large.unit == pytest.approx(LEAST)
    assert large.note == ""
    assert "this event" not in {i.text for i in flat(small.items) if isinstance(i, Text)}
    assert "legend" in small.note
