"""The button that checks a gradient numerically."""

from __future__ import annotations

from collections.abc import Callable

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace


def choose(window: MainWindow, workspace: Workspace, name: str) -> None:
    assert workspace.graph is not None
    window.runner.do(commands.select, workspace.graph.leaves[name].id)


def test_a_parameter_is_checked(
    window: MainWindow, workspace: Workspace, settled: Callable[[], None]
) -> None:
    view = window.inspector.check
    assert view.isHidden()
    window.runner.do(commands.goto, "step:end")
    choose(window, workspace, "fc1.weight")
    settled()
    assert view.isVisible()
    assert view.cells == []
    index = workspace.require_session().index
    view.button.click()
    settled()
    check = workspace.check_of("fc1.weight")
    assert check is not None
    assert check.agrees
    assert workspace.require_session().index == index
    assert view.result.text().startswith("Backward agrees")
    assert [cell.text() for cell in view.cells[0]] == [
        "element", "backward", "slope", "error", "verdict",
    ]  # fmt: skip
    shown = [[cell.text() for cell in row] for row in view.cells[1:]]
    for row, each in zip(shown, check.elements, strict=True):
        assert row[0] == str(list(each.at))
        assert float(row[1].replace("−", "-")) == float(f"{each.analytic:.4g}")
        assert float(row[2].replace("−", "-")) == float(f"{each.numeric:.4g}")
        assert row[4] == "agrees"


def test_what_was_found_stays_with_its_parameter_and_iteration(
    window: MainWindow, workspace: Workspace, settled: Callable[[], None]
) -> None:
    commands.check_gradient(workspace, "fc1.bias", 2)
    choose(window, workspace, "fc1.bias")
    settled()
    assert window.inspector.check.result.text()
    choose(window, workspace, "fc2.bias")
    settled()
    assert not window.inspector.check.result.text()
    assert window.inspector.check.cells[1][0].isHidden()
    window.runner.do(commands.step_iteration)
    window.runner.do(commands.step_iteration)
    choose(window, workspace, "fc1.bias")
    settled()
    assert not window.inspector.check.result.text()
    window.runner.do(commands.select, workspace.graph.root)  # type: ignore[union-attr]
    settled()
    assert window.inspector.check.isHidden()
