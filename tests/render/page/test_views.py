"""Both graphs in one page: the modules as forward called them, and what backward saw."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import gradviz
from gradviz.errors import TraceError
from gradviz.render.drawing import Text, flat
from gradviz.render.render import picture, render
from gradviz.trace.forward import module_graph
from gradviz.trace.trace import Trace
from tests.render.page.script import Script, data_of, texts
from tests.render.test_html import told


@pytest.mark.parametrize("fold", ["auto", "none", 0])
def test_the_modules_are_drawn_as_in_the_picture(
    letters: Trace, tmp_path: Path, fold: str | int
) -> None:
    page = Script(letters, tmp_path / "a.html", view="modules", fold=fold, at="backward:half")
    drawn = picture(letters, view="modules", fold=fold, at="backward:half")
    caption = [item.text for item in flat(drawn.items) if isinstance(item, Text)][-7:]
    said = [item.text for item in flat(drawn.items) if isinstance(item, Text)][:-7]
    assert caption[-1].startswith("iteration")
    assert texts(page.picture()) == sorted(said)


def test_a_layer_opens_no_further(letters: Trace, tmp_path: Path) -> None:
    page = Script(letters, tmp_path / "a.html", view="modules", fold=0)
    page.fold_all(wide=True)
    titles = {page.title(thing) for thing in range(len(page.book["things"]))}
    assert any(title.endswith(": Conv2d") for title in titles)
    assert "ConvolutionBackward0" not in texts(page.picture())


def test_views_know_each_others_boxes(letters: Trace, tmp_path: Path) -> None:
    """By the nodes of the autograd graph that both stand for, whatever is folded."""
    page = Script(letters, tmp_path / "a.html", fold="none")
    graph, modules = letters.graphs[-1], module_graph(letters)
    assert modules is not None
    leaf = next(node for node in graph.nodes if node.variable is not None)
    place = graph.nodes.index(leaf)
    number = page.data["moments"][0]["books"]["modules"]
    sharing = page.ask(
        f"data.books[{number}].things.flatMap((thing, n) =>"
        f" nodes(data.books[{number}], n).includes({place}) ? [n] : [])"
    )
    user = next(node for node in modules if leaf.variable in node.parameters)
    titles = {page.data["notes"][number_] for n in sharing
              for number_ in page.data["books"][number]["things"][n].get("q", ())[:1]}  # fmt: skip
    assert any(user.module.rpartition(".")[2] in title for title in titles)


def test_an_op_of_forward_tells_its_values(moons: Trace, tmp_path: Path) -> None:
    render(moons, tmp_path / "a.html", at="end", fold="none")
    page = (tmp_path / "a.html").read_text()
    lines = told(page, 0, "cross_entropy", view="modules")
    assert any(line.startswith("output: ()") for line in lines)
    assert any(line.startswith("gradient: ()") for line in lines)


def test_a_forward_without_backward_is_a_page_of_modules(tmp_path: Path) -> None:
    with gradviz.record() as trace:
        nn.Linear(2, 2)(torch.ones(1, 2))
    render(trace, tmp_path / "a.html", view="modules", at="end")
    held = data_of((tmp_path / "a.html").read_text())
    assert list(held["moments"][0]["books"]) == ["modules"]
    assert 'role="radiogroup"' not in (tmp_path / "a.html").read_text()
    with pytest.raises(TraceError, match="no backward was recorded"):
        render(trace, tmp_path / "b.html", view="both", at="end")


def test_a_graph_alone_is_a_page_of_one_view(moons: Trace, tmp_path: Path) -> None:
    modules = module_graph(moons)
    assert modules is not None
    for graph, name in ((moons.graphs[0], "autograd"), (modules, "modules")):
        render(graph, tmp_path / "a.html")
        held = data_of((tmp_path / "a.html").read_text())
        assert list(held["moments"][0]["books"]) == [name]
