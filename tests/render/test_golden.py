"""Pictures that are kept: DOT texts to the letter, pixels as the eye sees them.

``python -m tests.render.test_golden`` writes them anew; look at what changed before you keep it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

import gradviz
from gradviz.render.arrange.arrange import arrange
from gradviz.render.drawing import Drawing
from gradviz.render.folds.folding import Folding
from gradviz.render.render import picture, render
from gradviz.render.scene.scene import scene_of
from gradviz.render.status.status import statuses
from gradviz.render.theme import THEMES
from gradviz.render.write.animation import pixels
from gradviz.render.write.palette import rgb
from gradviz.trace.trace import Trace

GOLDEN = Path(__file__).parent / "golden"
FOLDS: list[Folding] = ["none", 0]
AT = ["before", "backward:half", "end"]
SCALE = 0.5
APART = 20
"""By how much a square of 4 × 4 pixels may differ: hinting and smoothing change less."""


def toy() -> Trace:
    """One weight: the smallest thing that learns."""
    w = torch.tensor([3.0], requires_grad=True)
    with gradviz.record() as trace:
        ((w * 2.0 - 10.0) ** 2).sum().backward()
    return trace


def mlp() -> Trace:
    """Two layers and a loss."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        optimizer.zero_grad()
        y = model(torch.ones(5, 2))
        torch.nn.functional.cross_entropy(y, torch.arange(5) % 3).backward()
        optimizer.step()
    return trace


def skips() -> Trace:
    """Three equal blocks with a way around each."""

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.ReLU())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.body(x) + x  # type: ignore[no-any-return]

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), Block(), Block(), Block())
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2)).sum().backward()
    return trace


@cache
def trained() -> Trace:
    return mlp()


MODELS = {"toy": toy, "mlp": mlp, "skips": skips}


def dot_file(name: str, fold: Folding) -> Path:
    return GOLDEN / f"{name}-{'folded' if fold == 0 else 'unfolded'}.dot"


def moment(trace: Trace, at: str) -> str | int:
    return -1 if at == "before" else at


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("fold", FOLDS)
def test_the_text_for_graphviz_is_the_one_that_was_kept(
    name: str, fold: Folding, tmp_path: Path
) -> None:
    render(MODELS[name](), tmp_path / "a.dot", at="end", fold=fold)
    assert (tmp_path / "a.dot").read_text() == dot_file(name, fold).read_text()


@cache
def drawn(at: str, theme: str = "light") -> Drawing:
    trace = trained()
    return picture(trace, at=moment(trace, at), fold="none", theme=theme)


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of a channel between squares of the two, 255 for unlike sizes."""
    if one.size != other.size:
        return 255
    small = [each.reduce(4) for each in (one, other)]
    return max(high for _, high in ImageChops.difference(*small).getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("at", AT)
def test_a_picture_looks_like_the_one_that_was_kept(at: str) -> None:
    ours = pixels(drawn(at), SCALE)
    with Image.open(GOLDEN / f"mlp-{at.replace(':', '-')}.png") as kept:
        assert difference(ours, kept) < APART


def test_another_moment_or_theme_does_not_look_like_it() -> None:
    with Image.open(GOLDEN / "mlp-backward-half.png") as kept:
        for other in (drawn("end"), drawn("before"), drawn("backward:half", "print")):
            assert difference(pixels(other, SCALE), kept) > 2 * APART


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("at", AT)
def test_each_card_has_the_ground_of_its_state(at: str, theme: str) -> None:
    """Two pixels inside of its lower right corner, where nothing is written."""
    trace, look = trained(), THEMES[theme]
    index = trace.index_at(moment(trace, at))
    drawing = picture(trace, at=index, fold="none", theme=theme)
    image = pixels(drawing, 1.0)
    graph = trace.graphs[0]
    layout = arrange(scene_of(graph, folding="none"))
    left = (drawing.width - layout.width) / 2
    known = statuses(trace, graph, index)
    fills = {"leaf": look.leaf_fill, "output": look.output_fill, "function": look.function_fill}
    for place in layout.places:
        card = place.card
        corner = (round(left + place.x + card.width - 7), round(28 + place.y + 26))
        wanted = look.ahead_fill if known[card.id].stage == "ahead" else fills[card.kind]
        assert image.getpixel(corner) == rgb(wanted), card.title
    assert image.getpixel((3, 3)) == rgb(look.background)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for model in MODELS:
        for how in FOLDS:
            render(MODELS[model](), dot_file(model, how), at="end", fold=how)
    for which in AT:
        name = f"mlp-{which.replace(':', '-')}.png"
        pixels(drawn(which), SCALE).save(GOLDEN / name, optimize=True)
