from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gradviz.qt.runner import Runner
from gradviz.workspace import Workspace


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    runner = Runner(Workspace())
    yield runner
    runner.stop()


def test_commands_run_in_order_outside_the_gui_thread(runner: Runner) -> None:
    ran: list[tuple[int, bool]] = []

    def note(_workspace: Workspace, number: int) -> None:
        ran.append((number, threading.current_thread() is threading.main_thread()))

    for number in range(5):
        runner.do(note, number)
    assert runner.busy
    assert runner.wait()
    assert ran == [(number, False) for number in range(5)]
    assert not runner.busy


def test_the_event_loop_goes_on_while_a_command_runs(qtbot: QtBot, runner: Runner) -> None:
    release = threading.Event()
    heard = []
    runner.do(lambda _workspace: heard.append(release.wait(10)))
    with qtbot.waitSignal(runner.settled, timeout=10_000):
        assert runner.busy
        release.set()
    assert heard == [True]


def test_latest_replaces_the_same_command_that_still_waits(runner: Runner) -> None:
    release, went = threading.Event(), []

    def hold(_workspace: Workspace) -> None:
        release.wait(10)

    def go(_workspace: Workspace, number: int) -> None:
        went.append(number)

    runner.do(hold)
    for number in range(10):
        runner.do(go, number, latest=True)
    release.set()
    assert runner.wait()
    assert went == [9]


def test_commands_go_before_questions_and_questions_are_replaced(runner: Runner) -> None:
    release, order = threading.Event(), []
    runner.do(lambda _workspace: release.wait(10) and None)
    runner.ask("key", lambda: "old", order.append)
    runner.ask("key", lambda: "new", order.append)
    runner.do(lambda _workspace: order.append("command"))
    release.set()
    assert runner.wait()
    assert order == ["command", "new"]


def test_an_error_is_told_and_the_next_command_runs(runner: Runner) -> None:
    errors, ran = [], []

    def fail(_workspace: Workspace) -> None:
        raise ValueError("no")

    runner.failed.connect(errors.append)
    runner.do(fail)
    runner.do(lambda _workspace: ran.append(1))
    assert runner.wait()
    assert [str(error) for error in errors] == ["no"]
    assert ran == [1]


def test_a_worker_that_hangs_does_not_hold_up_the_end(runner: Runner) -> None:
    release = threading.Event()
    runner.do(lambda _workspace: release.wait(10) and None)
    runner.stop(timeout=0.01)
    release.set()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "gradviz")
