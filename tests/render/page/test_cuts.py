"""What is cut off from a graph, in a page as in a picture of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.render.drawing import Curve, Text, flat
from gradviz.render.render import picture
from gradviz.trace.trace import Trace
from tests.render.page.script import Script, texts
from tests.render.test_ghosts import Net


@pytest.fixture(scope="module")
def cut() -> Trace:
    torch.manual_seed(0)
    model = Net()
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    return trace


def dashed(page: Script) -> int:
    paths = page.picture().iter("path")
    return sum("stroke-dasharray" in path.attrib for path in paths if path.attrib["fill"] == "none")


@pytest.mark.parametrize("fold", ["none", 0, 1])
@pytest.mark.parametrize("at", ["end", "start", None])
def test_a_page_says_all_that_the_picture_says(
    cut: Trace, tmp_path: Path, fold: str | int, at: str | None
) -> None:
    page = Script(cut, tmp_path / "a.html", fold=fold, at=at)
    drawn = [*flat(picture(cut, fold=fold, at=at).items)]
    said = sorted(item.text for item in drawn if isinstance(item, Text))
    captions = {text for text in said if text.startswith(("iteration", "before the first"))}
    phases = {"data", "zero_grad", "forward", "loss", "backward", "step"} if at else set()
    loss = ["loss"] if at else []
    assert texts(page.picture()) == sorted(
        [*(t for t in said if t not in captions | phases), *loss]
    )
    curves = [item for item in drawn if isinstance(item, Curve) and item.arrow]
    assert dashed(page) == sum(curve.dashed for curve in curves)
    assert "detach" in said
    assert any("No path to the loss" in text for text in said)


def test_what_is_frozen_in_a_box_is_seen_once_it_opens(cut: Trace, tmp_path: Path) -> None:
    page = Script(cut, tmp_path / "a.html", fold=0)
    assert "mid.weight" not in texts(page.picture())
    mid = page.named("mid")
    (_, number), *_rest = page.book["things"][mid]["p"]
    assert ">2<" in page.piece(number), "two frozen leaves are counted on the closed box"
    page.toggle(mid)
    assert {"mid.weight", "mid.bias"} <= set(texts(page.picture()))


def test_a_cut_edge_leads_on_into_the_box_that_opens(tmp_path: Path) -> None:
    class Away(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            h = self.first(x).tanh()
            return h + self.second(h.detach())  # type: ignore[no-any-return]

    model = nn.Sequential(Away(), nn.Linear(4, 2))
    with gradviz.record(model) as trace:
        model(torch.randn(3, 4)).sum().backward()
    page = Script(trace, tmp_path / "a.html", fold=0)
    assert texts(page.picture()).count("detach") == 0, "it lies in the closed box"
    page.toggle(page.named("0"))
    assert texts(page.picture()).count("detach") == 1
    page.fold_all(wide=True)
    assert texts(page.picture()).count("detach") == 1, "on the piece that begins at the card"
    tips = [each for each in page.picture().iter("polygon") if "edge" in each.attrib["fill"]]
    assert len(tips) == len(trace.graphs[0].edges) + 1


def test_shared_parameters_have_a_card_at_each_use(residual: Trace, tmp_path: Path) -> None:
    page = Script(residual, tmp_path / "a.html", fold="none", at="end")
    drawn = picture(residual, fold="none", at="end")
    said = [item.text for item in flat(drawn.items) if isinstance(item, Text)]
    assert texts(page.picture()).count("inner.0.weight") == said.count("inner.0.weight") > 0
