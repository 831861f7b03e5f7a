"""What a notebook shows: real tables and pictures, bounded, escaped, in and after a recording."""

from __future__ import annotations

import base64
import gc
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

import gradviz
from gradviz import i18n, notebook
from gradviz.trace.events import BatchFetched, Failed, GradAccumulated, NodeRan, OpRan, ParamUpdated
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode

Kind = TypeVar("Kind")

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def recorded(name: str = "fc") -> gradviz.Trace:
    torch.manual_seed(0)
    model = nn.ModuleDict({name: nn.Linear(3, 2), "norm": nn.BatchNorm1d(2)})
    optimizer = torch.optim.Adam(model.parameters())
    with gradviz.record(model, optimizer) as trace:
        model["norm"](model[name](torch.randn(4, 3))).square().sum().backward()
        optimizer.step()
    return trace


class Page(HTMLParser):
    """The cells of the tables, the other texts, and the elements of a piece of HTML."""

    def __init__(self, html: str | None) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        assert html is not None
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "img":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        elif data.strip():
            self.texts.append(data.strip())


def first(trace: gradviz.Trace, kind: type[Kind]) -> Kind:
    return next(event for event in trace.events if isinstance(event, kind))


def test_a_trace_is_a_picture_and_a_table() -> None:
    trace = recorded()
    page = Page(trace._repr_html_())
    assert f"events: {len(trace.events)} · graphs: 1" in page.texts
    assert [row[:4] for row in page.rows[1:]] == [
        [str(event.index), event.phase, *row[2:4]]
        for event, row in zip(trace.events, page.rows[1:], strict=True)
    ]
    linear = next(row for row in page.rows if row[2] == "linear")
    event = next(e for e in trace.events if isinstance(e, OpRan) and e.op == "linear")
    assert linear[3:6] == ["fc", "(4, 2)", f"{trace.value(event.outputs[0]).norm():.4g}"]
    (image,) = [attributes["src"] for tag, attributes in page.elements if tag == "img"]
    assert image is not None
    kind, _, data = image.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert "fc.weight" in base64.b64decode(data).decode()


def test_a_graph_is_its_picture(tmp_path: Path) -> None:
    graph = recorded().graphs[0]
    gradviz.render(graph, tmp_path / "g.svg")
    assert graph._repr_svg_() == (tmp_path / "g.svg").read_text().partition("?>")[2].strip()


def test_an_event_shows_its_values_while_its_trace_lives() -> None:
    trace = recorded()
    event = first(trace, GradAccumulated)
    exact = trace.value(event.after)
    rows = {row[0]: row[1:] for row in Page(event._repr_html_()).rows}
    assert rows["param"][0] == event.param
    assert rows["before"][0] == "None"
    assert rows["after"] == [f"float32 {tuple(exact.shape)}", str(exact.tolist())]
    del trace
    gc.collect()
    rows = {row[0]: row[1:] for row in Page(event._repr_html_()).rows}
    assert rows["after"] == [f"float32 {tuple(exact.shape)}", ""]


def test_events_that_are_equal_show_their_own_values() -> None:
    """Two runs of one program have equal events, and values of their own."""
    traces = []
    for factor in (1.0, 2.0):
        with gradviz.record() as trace:
            torch.full((2,), factor) * 2
        traces.append(trace)
    assert traces[0].events[-1] == traces[1].events[-1]
    for trace, shown in zip(traces, ("[2.0, 2.0]", "[4.0, 4.0]"), strict=True):
        assert shown in (trace.events[-1]._repr_html_() or "")


def test_a_state_tells_none_from_zero() -> None:
    model = nn.Linear(2, 1)
    with gradviz.record(model) as trace:
        (model(torch.ones(1, 2)) * 0).sum().backward()
    before = {row[0]: row for row in Page(trace.at(0)._repr_html_()).rows}
    after = {row[0]: row for row in Page(trace.at(len(trace.events) - 1)._repr_html_()).rows}
    assert (before["weight"][3], after["weight"][3]) == ("None", "0")
    state = recorded()
    rows = {row[0]: row for row in Page(state.at(len(state.events) - 1)._repr_html_()).rows}
    assert rows["fc.weight"][4].startswith("step 1, ‖exp_avg‖ ")
    assert rows["norm.running_mean"][1] == "(2,)"


def test_names_of_strangers_are_text() -> None:
    evil = EVIL.replace(".", "_")
    trace = recorded(evil)
    with pytest.raises(ValueError, match="script"), gradviz.record() as failed:
        raise ValueError(EVIL)
    shown = [trace, trace.at(len(trace.events) - 1), *trace.events, failed, *failed.events]
    for thing in shown:
        page = Page(thing._repr_html_())
        assert {tag for tag, _ in page.elements} <= {
            "div", "style", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "img",
        }  # fmt: skip
        assert not any(name.startswith("on") for _tag, names in page.elements for name in names)
    assert any(evil in cell for row in Page(trace._repr_html_()).rows for cell in row)
    svg = trace.graphs[0]._repr_svg_()
    assert svg is not None
    assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()} <= {
        "svg", "title", "g", "rect", "text", "path", "polygon", "defs", "pattern",
    }  # fmt: skip


@pytest.mark.filterwarnings(
    "ignore:.*nested tensors",
    "ignore:.*in beta state",
    "ignore:.*quantized tensor creation",
    "ignore:.*MaskedTensors is in prototype",
)
def test_odd_tensors_are_shown() -> None:
    x = torch.eye(2)
    parts = [torch.ones(2), torch.ones(3)]
    odd = (
        x.to_sparse(),
        x.to_sparse_csr(),
        x.to("meta"),
        x.to(torch.complex64),
        torch.quantize_per_tensor(x, 0.1, 0, torch.qint8),
        torch.nested.nested_tensor(parts, layout=torch.jagged),
        torch.masked.masked_tensor(x, x > 0),
    )
    trace = gradviz.Trace()
    values = {str(place): trace.store.keep(tensor) for place, tensor in enumerate(odd)}
    trace.add(BatchFetched(index=0, iteration=0, phase="data", values=values))
    told = [row[2] for row in Page(trace.events[0]._repr_html_()).rows]
    assert told[0] == told[1] == "‖·‖ 1.414 · mean 0.5 · min 0 · max 1"
    assert "no statistics" in told[2]
    assert told[3].startswith("[[(1+0j), ")
    assert told[4] == told[0]
    assert told[5].startswith("‖·‖ 2.236 · mean 1")
    assert "no statistics" in told[6]
    assert trace._repr_html_() is not None


def test_what_is_large_is_cut_and_says_so() -> None:
    with gradviz.record() as trace:
        x = torch.ones(2, requires_grad=True)
        y = x
        for _ in range(1500):
            y = y + 1
        torch.cat([y] * 3000).sum().backward()
    page = Page(trace._repr_html_())
    assert len(page.rows) < 70
    assert [row[0] for row in page.rows[40:43]] == ["39", "⋮", str(len(trace.events) - 20)]
    assert f"{len(trace.events) - 60} events are left out" in page.texts[-1]
    assert len(trace._repr_html_() or "") < 500_000
    cat = next(e for e in trace.events if isinstance(e, OpRan) and e.op == "cat")
    rows = Page(cat._repr_html_()).rows
    assert any(row[1] == "… and 2984 more" for row in rows)
    svg = trace.graphs[0]._repr_svg_()
    assert svg is not None
    assert 0 < svg.count('role="graphics-symbol"') <= 200
    assert f"200 of {len(trace.graphs[0].nodes)} nodes and 199 of " in svg
    failed = Failed(index=0, iteration=0, phase="forward", error="E", message="x" * 10**6)
    assert len(failed._repr_html_() or "") < 5000


def test_the_part_of_a_graph_that_is_drawn_holds_its_root_and_hangs_together() -> None:
    nodes = tuple(GraphNode(id, f"N{id}", "", "", None) for id in range(10))
    edges = tuple(GraphEdge(id, id + 1, 0) for id in range(9))
    graph = AutogradGraph(nodes, edges, 9)
    part = notebook.nearest(graph, nodes=3, edges=9)
    assert [node.id for node in part.nodes] == [7, 8, 9]
    assert [(edge.producer, edge.consumer) for edge in part.edges] == [(7, 8), (8, 9)]
    assert notebook.nearest(graph, nodes=10, edges=9) is graph
    assert len(notebook.nearest(AutogradGraph(nodes, (), None), nodes=3, edges=9).nodes) == 1
    twice = AutogradGraph(nodes, tuple(GraphEdge(0, 9, slot) for slot in range(5)), 9)
    assert notebook.nearest(twice, nodes=3, edges=2).edges == twice.edges[:1]


def test_showing_a_trace_while_it_records_adds_nothing_to_it() -> None:
    other = recorded()
    with gradviz.record() as trace:
        torch.ones(2) * 2
        before = len(trace.events)
        assert trace._repr_html_()
        assert other._repr_html_()
        assert other.at(3)._repr_html_()
        assert len(trace.events) == before
        torch.ones(2) * 3
    assert len(trace.events) > before


def test_it_speaks_korean() -> None:
    trace = recorded()
    i18n.use("ko")
    try:
        assert Page(trace.at(0)._repr_html_()).rows[0][0] == "파라미터"
    finally:
        i18n.use("en")


def test_without_pictures_the_table_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradviz.render.fonts import PictureError

    def broken(graph: object) -> None:
        raise PictureError("no Qt here")

    trace = recorded()
    monkeypatch.setattr(notebook, "picture", broken)
    assert trace.graphs[0]._repr_svg_() is None
    page = Page(trace._repr_html_())
    assert len(page.rows) == len(trace.events) + 1
    assert not any(tag == "img" for tag, _ in page.elements)


def test_a_console_gets_short_lines() -> None:
    trace = recorded()
    told = [repr(event) for event in trace.events]
    assert repr(trace) == (
        f"<Trace of {len(told)} events, 1 iteration, 1 graph, "
        f"{trace.store.bytes / 2**20:.1f} MiB of values>"
    )
    linear = next(line for line in told if "linear" in line)
    place = r" at test_notebook\.py:\d+>"
    assert re.fullmatch(
        r"<OpRan \d+ forward fc: linear \(4, 3\), \(2, 3\), \(2,\) → \(4, 2\)" + place, linear
    )
    assert all(re.fullmatch(rf"<\w+ {index} .*{place}", line) for index, line in enumerate(told))
    assert max(map(len, told)) < 200
    assert re.fullmatch(
        r"<AutogradGraph of \d+ nodes and \d+ edges from SumBackward0>", repr(trace.graphs[0])
    )
    assert repr(trace.at(3)) == "<State after event 3: 4 params, 4 grads, 3 buffers>"
    assert (
        repr(trace.at(3).grads)
        == "<grads after event 3: fc.weight, fc.bias, norm.weight, norm.bias>"
    )
    node = first(trace, NodeRan)
    assert repr(node.grad_outputs[0]) == f"<value {node.grad_outputs[0].id}: float32 ()>"
    assert "fc.weight (2, 3) Adam" in repr(first(trace, ParamUpdated))
    assert repr(gradviz.Trace()) == "<Trace of 0 events, 0 iterations, 0 graphs, 0.0 MiB of values>"


def test_a_script_that_shows_nothing_loads_no_pictures() -> None:
    code = (
        "import gradviz, sys, torch\n"
        "with gradviz.record() as trace: torch.ones(2) * 2\n"
        "repr(trace); repr(trace.events[0])\n"
        "assert not {'PySide6', 'jinja2', 'gradviz.notebook'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
