from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz import commands, i18n
from gradviz.qt.mainwindow import MainWindow
from gradviz.trace.events import PHASES
from gradviz.trace.travel import iteration_end, over, phase_end
from gradviz.workspace import Workspace

Settled = Callable[[], None]


def check_all_views(window: MainWindow, workspace: Workspace) -> None:
    """Every view shows the event under the cursor."""
    session = workspace.require_session()
    event = session.event
    assert event is not None
    first = next(known for known in session.trace.events if known.iteration == event.iteration)
    number = event.index - first.index
    moment = f"{event.iteration}/{number}"
    assert session.trace.index_at(moment) == event.index, "as it is named elsewhere"
    assert f"iteration {event.iteration} · event {number} / " in window.position.text.text()
    assert [phase for phase, chip in window.strip.chips.items() if chip.isChecked()] == [
        event.phase
    ]
    row = window.events.currentIndex().row()
    assert window.events.events.event_at(row) is event
    assert window.events.events.index(row, 0).data() == str(number)
    assert window.code.phase == event.phase
    assert window.timeline.accessibleDescription().startswith(f"{number} / ")


@pytest.mark.parametrize(
    ("name", "goal"),
    [("step", None), ("over", over), ("phase", phase_end), ("run", iteration_end)],
)
def test_buttons_move_the_cursor_and_every_view(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Workspace,
    settled: Settled,
    name: str,
    goal: Callable[..., int] | None,
) -> None:
    trace = workspace.require_session().trace
    for _round in range(3):
        before = workspace.require_session().index
        wanted = before + 1 if goal is None else goal(trace, before)
        qtbot.mouseClick(window.bar.buttons[name], Qt.MouseButton.LeftButton)
        settled()
        if before < len(trace.events) - 1 and name != "run":
            assert workspace.require_session().index == wanted
        check_all_views(window, workspace)


def test_back_and_reset(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    buttons = window.bar.buttons
    assert not buttons["back"].isEnabled()
    for name in ("step", "step", "back"):
        qtbot.mouseClick(buttons[name], Qt.MouseButton.LeftButton)
    settled()
    assert workspace.require_session().index == 0
    check_all_views(window, workspace)
    old = workspace.session
    qtbot.mouseClick(buttons["reset"], Qt.MouseButton.LeftButton)
    settled()
    assert workspace.session is not old
    assert workspace.require_session().index == -1
    assert window.position.text.text() == "iteration 0 · start"


def test_keys(qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled) -> None:
    session = workspace.require_session()
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, modifier, wanted in (
        (Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_F8, Qt.KeyboardModifier.NoModifier, 4),
        (Qt.Key.Key_F10, Qt.KeyboardModifier.NoModifier, 5),
        (Qt.Key.Key_F11, shift, 4),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, 24),
    ):
        qtbot.keyClick(window, key, modifier)
        settled()
        assert session.index == wanted
    qtbot.keyClick(window, Qt.Key.Key_R, control)
    settled()
    assert workspace.require_session().index == -1


def test_steps_queue_up_and_none_is_lost(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    for _press in range(30):
        qtbot.keyClick(window, Qt.Key.Key_F11)
    settled()
    assert workspace.require_session().index == 29
    assert workspace.require_session().iterations == 2
    check_all_views(window, workspace)


def test_a_phase_of_the_strip_goes_to_its_end(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    for phase in (*PHASES, "forward"):
        qtbot.mouseClick(window.strip.chips[phase], Qt.MouseButton.LeftButton)
        settled()
        event = workspace.event
        assert event is not None
        assert event.phase == phase
        after = workspace.require_session().trace.events[event.index + 1 : event.index + 2]
        assert all(known.phase != phase for known in after)
        check_all_views(window, workspace)


def test_a_broken_project_is_told_and_the_window_lives_on(
    window: MainWindow, workspace: Workspace, settled: Settled, tmp_path: Path, examples: Path
) -> None:
    broken = tmp_path / "broken.gradviz"
    broken.write_text('{"format": 1}')
    window.open(broken)
    settled()
    with pytest.raises(Exception, match=r"broken\.gradviz") as caught:
        commands.open_project(Workspace(), broken)
    assert window.messages.isVisible()
    assert window.messages.text.text() == str(caught.value)
    assert workspace.require_session().index == -1, "the project before is still there"
    window.messages.dismiss.click()
    assert not window.messages.isVisible()
    window.open(examples / "letters_cnn.gradviz")
    settled()
    assert window.windowTitle().startswith("Letters CNN")
    assert len(window.graph.nodes) == 17


def test_a_project_that_cannot_be_built_is_told(
    window: MainWindow, workspace: Workspace, settled: Settled, tmp_path: Path, examples: Path
) -> None:
    wrong = tmp_path / "wrong.gradviz"
    text = (examples / "moons_mlp.gradviz").read_text()
    wrong.write_text(text.replace('"in_features": 8', '"in_features": 9'))
    window.open(wrong)
    settled()
    assert window.messages.isVisible()
    assert "fc2" in window.messages.text.text()
    if workspace.session is None:
        assert not window.graph.nodes
        assert not window.bar.buttons["back"].isEnabled()
        assert window.bar.buttons["step"].isEnabled(), "it is tried again, and told again"


def test_a_bug_is_told_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, settled: Settled
) -> None:
    caught = []
    monkeypatch.setattr("sys.excepthook", lambda *details: caught.append(details))

    def bug(_workspace: Workspace) -> None:
        raise KeyError("bug")

    window.runner.do(bug)
    settled()
    assert window.messages.text.text() == "KeyError: 'bug'"
    assert caught[0][0] is KeyError
    assert caught[0][2] is not None


def test_themes_change_every_colour(window: MainWindow, settled: Settled) -> None:
    light = window.grab().toImage()
    window.set_theme("dark")
    settled()
    dark = window.grab().toImage()
    assert light.pixelColor(3, 300).lightness() > 200
    assert dark.pixelColor(3, 300).lightness() < 60
    middle = window.graph.viewport().mapTo(window, window.graph.viewport().rect().topLeft())
    assert dark.pixelColor(middle).lightness() < 60


def test_the_language_changes_every_text(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, settled: Settled
) -> None:
    import gettext

    class Marked(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"한 {message}"

    english = i18n._catalogue("en")
    monkeypatch.setattr(
        i18n, "_catalogue", lambda language: Marked() if language == "ko" else english
    )
    window.set_language("ko")
    settled()
    assert window.bar.buttons["step"].text() == "한 Step"
    assert window.tabs.tabText(0) == "한 Timeline"
    assert window.position.text.text().startswith("한 iteration")
    assert window.inspector.title.text() == "한 Before the first event"
    model = window.events.events
    header = model.headerData(2, Qt.Orientation.Horizontal)
    assert header == "한 what"
    window.set_language("en")
    settled()
    assert window.bar.buttons["step"].text() == "Step"


def test_every_control_has_a_name(window: MainWindow) -> None:
    for button in window.bar.buttons.values():
        assert button.accessibleName()
        assert button.toolTip()
    for chip in window.strip.chips.values():
        assert chip.accessibleName()
    for view in (window.graph, window.timeline, window.events, window.parameters, window.code):
        assert view.accessibleName()


def test_panes_share_a_larger_window(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    widths = []
    for size in (QSize(1280, 720), QSize(1920, 1080), QSize(3840, 2160)):
        window.resize(size)
        settled()
        QApplication.processEvents()
        widths.append((window.graph.width(), window.inspector.width()))
    for before, after in pairwise(widths):
        assert before[0] < after[0]
        assert before[1] < after[1]
        assert after[0] - before[0] > after[1] - before[1], "the graph takes the larger part"
    window.graph.fit()
    assert window.graph.scale_now > 1.0, "a small graph is enlarged"


def test_the_catalogue_is_loaded_when_one_begins_to_build(
    window: MainWindow, workspace: Workspace, settled: Settled
) -> None:
    desk = window.builder.desk
    assert not desk.catalogue
    assert not desk.sheet.cards
    window._menus.of["blocks"].trigger()
    settled()
    assert set(desk.sheet.cards) == {
        block.name for block in workspace.require_project().model.blocks
    }
    assert window.builder.canvas.hasFocus()
    window._menus.of["autograd"].trigger()
    settled()
    assert window.graph.isVisible()
    assert not window.builder.canvas.isVisible()
