from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.engine.record.saved import TELLS
from gradviz.errors import TraceError
from gradviz.qt.mainwindow import MainWindow
from gradviz.qt.shown import Shown
from gradviz.trace.events import NodeRan, OpRan, ValueRef
from gradviz.trace.summary import summarize
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def shown_in(window: MainWindow) -> dict[str, Shown]:
    return {
        f"{view.shown.label} {view.shown.note}".strip(): view.shown
        for view in window.inspector.views
    }


def check(shown: Shown, tensor: torch.Tensor) -> None:
    """Every number that is shown is the tensor's."""
    assert shown.form == "tensor"
    assert shown.shape == tuple(tensor.shape)
    assert shown.summary == summarize(tensor)
    rows = tensor.reshape(1, -1) if tensor.ndim < 2 else tensor
    for line, values in zip(shown.cells, rows.tolist(), strict=False):
        exact = [cell.exact for cell in line]
        assert exact == [repr(value) for value in values[: len(exact)]]


@pytest.mark.parametrize("moment", ["start", "forward:end", "backward:6", "step:1", "step:end"])
def test_a_parameter_at_the_cursor(
    window: MainWindow, workspace: Workspace, settled: Settled, moment: str
) -> None:
    graph = workspace.graph
    assert graph is not None
    window.runner.do(commands.goto, moment)
    for node in graph.nodes:
        if node.variable is None:
            continue
        window.runner.do(commands.select, node.id)
        settled()
        state, page = workspace.require_session().state, window.inspector.page
        assert page.title == node.variable
        seen = shown_in(window)
        check(seen["value"], state.params[node.variable])
        grad = state.grads[node.variable]
        if grad is None:
            assert seen[".grad"].form == "none"
            assert "backward fills it at event" in seen[".grad"].why
        else:
            check(seen[".grad"], grad)
        if moment == "step:end":
            check(seen["exp_avg"], state.optimizer[node.variable]["exp_avg"])  # type: ignore[arg-type]
            assert any(fact.name == "last update" for fact in page.facts)


def test_a_function_node_and_what_passed_through_it(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph, trace = workspace.graph, workspace.require_session().trace
    assert graph is not None
    node = next(node for node in graph.nodes if node.name == "TanhBackward0")
    window.runner.do(commands.select, node.id)
    settled()
    assert shown_in(window).keys() == {"dL/d output"}
    assert "Not there yet" in window.inspector.sentence.text()
    window.runner.do(commands.goto, "step:1")
    settled()
    made = next(e for e in trace.events if isinstance(e, OpRan) and node.id in e.nodes)
    ran = next(e for e in trace.events if isinstance(e, NodeRan) and e.node == node.id)
    seen = shown_in(window)
    check(seen["output"], trace.value(made.outputs[0]))
    assert ran.grad_outputs[0] is not None
    check(seen["dL/d output (arrived)"], trace.value(ran.grad_outputs[0]))
    assert ran.grad_inputs[0] is not None
    check(seen["dL/d input 0 → AddmmBackward0"], trace.value(ran.grad_inputs[0]))


@pytest.mark.skipif(not TELLS, reason="torch does not tell")
def test_saved_tensors_live_until_backward_has_used_them(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph = workspace.graph
    assert graph is not None
    node = next(node for node in graph.nodes if node.name == "TanhBackward0")
    window.runner.do(commands.select, node.id)
    window.runner.do(commands.goto, "forward:end")
    settled()
    told = {fact.name: fact.text for fact in window.inspector.page.facts}
    shape, dtype = node.saved[0].shape, node.saved[0].dtype
    assert told["saved result"] == f"{shape} {dtype} · v0"
    assert told["dtype"] == "float32"
    assert told[".grad"].startswith("None: not a leaf")
    window.runner.do(commands.goto, "backward:end")
    settled()
    told = {fact.name: fact.text for fact in window.inspector.page.facts}
    assert told["saved result"] == f"{shape} {dtype} · freed: backward has used it"


def test_every_event_has_a_page(window: MainWindow, workspace: Workspace, settled: Settled) -> None:
    titles = []
    for event in workspace.require_session().trace.events:
        window.runner.do(commands.goto_event, event.index)
        settled()
        page = window.inspector.page
        assert page.title
        assert page.sentence
        assert page.phase == event.phase
        titles.append(page.title)
    assert titles[0] == "batch 0"
    assert {"fc1.weight.grad", "tanh", "loss", "fc2.bias"} <= set(titles)


def test_a_dropped_value_is_told(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    trace = workspace.require_session().trace

    def gone(_ref: ValueRef) -> torch.Tensor:
        raise TraceError("value was dropped")

    monkeypatch.setattr(trace.store, "get", gone)
    window.runner.do(commands.goto, "forward:1")
    settled()
    assert shown_in(window)["output"].form == "lost"
    assert shown_in(window)["output"].why == "value was dropped"


def test_the_batch_is_a_contact_sheet(
    window: MainWindow, workspace: Workspace, settled: Settled, examples: object
) -> None:
    window.open(examples / "letters_cnn.gradviz")  # type: ignore[operator]
    window.runner.do(commands.step)
    window.tabs.setCurrentIndex(2)
    settled()
    batch = workspace.require_session().trace.events[0]
    targets = workspace.require_session().trace.value(batch.values["target"])  # type: ignore[union-attr]
    names = ["ABCDEFGHIJ"[i] for i in targets]
    tiles = window.inspector.sheet.previews[0].tiles  # type: ignore[union-attr]
    assert [tile.sample.caption for tile in tiles] == names
    page = window.batch.way.page
    assert page is not None
    assert [sample.label for sample in page.samples] == names


def test_no_fact_is_cut(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    graph = workspace.graph
    assert graph is not None
    for node in graph.nodes:
        window.runner.do(commands.select, node.id)
        settled()
        qtbot.waitUntil(lambda: not cut_facts(window))  # layouts come in an event of their own


def cut_facts(window: MainWindow) -> list[str]:
    labels = [label for label in window.inspector.facts.findChildren(QLabel) if label.isVisible()]
    return [each.text() for each in labels if each.height() < each.heightForWidth(each.width())]


def test_the_views_of_a_page_serve_the_next(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    window.runner.do(commands.goto, "backward:2")
    settled()
    views, page = list(window.inspector.views), window.inspector.page
    window.runner.do(commands.goto, "backward:1")
    settled()
    assert [len(row) for row in page.rows] == [len(row) for row in window.inspector.page.rows]
    assert window.inspector.views == views
    shown = [tensor for row in window.inspector.page.rows for tensor in row]
    assert [view.shown for view in views] == shown
