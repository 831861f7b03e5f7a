"""Breakpoints of a project, and running on to them: what every face of gradviz does."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import gradviz
from gradviz import Breakpoint, commands
from gradviz.code.files import write_python
from gradviz.engine.session.progress import Progress
from gradviz.engine.stops.here import at_event, at_node
from gradviz.engine.stops.stops import Hits, hits, is_hit
from gradviz.errors import ExpressionError, UsageError
from gradviz.spec.codec import decode, encode
from gradviz.trace.events import Failed
from gradviz.trace.travel import back_over, over
from gradviz.workspace import Change, Workspace


@pytest.fixture
def workspace(examples: Path) -> Workspace:
    workspace = Workspace()
    commands.open_project(workspace, examples / "moons_mlp.gradviz")
    commands.start(workspace)
    return workspace


def test_breakpoints_are_the_projects_and_their_change_is_undone(workspace: Workspace) -> None:
    session = workspace.require_session()
    told: list[Change] = []
    workspace.subscribe(told.append)
    relu, loss = Breakpoint("op", "relu"), Breakpoint("phase", "loss")
    commands.add_breakpoint(workspace, relu)
    commands.add_breakpoint(workspace, loss)
    assert told == ["model", "model"]
    assert workspace.session is session, "it needs no new start"
    assert tuple(session.breakpoints) == workspace.breakpoints == (relu, loss)
    commands.enable_breakpoint(workspace, relu, False)
    assert [each.enabled for each in session.breakpoints] == [False, True]
    commands.condition_breakpoint(workspace, loss, "iteration > 1")
    assert [str(each) for each in session.breakpoints] == [
        "op relu",
        "phase loss, when “iteration > 1”",
    ]
    for _change in range(4):
        commands.undo(workspace)
    assert not workspace.breakpoints
    assert not session.breakpoints
    commands.redo(workspace)
    assert tuple(session.breakpoints) == (relu,)
    commands.remove_breakpoint(workspace, relu)
    with pytest.raises(UsageError, match="no such breakpoint"):
        commands.remove_breakpoint(workspace, relu)
    with pytest.raises(ExpressionError):
        commands.add_breakpoint(workspace, "grad_nrm > 1")


def test_they_are_saved_and_change_no_exported_code(workspace: Workspace, tmp_path: Path) -> None:
    plain = write_python(workspace.require_project(), tmp_path / "plain.py")[0].read_text()
    wanted = Breakpoint("expression", "grad_norm > 3", enabled=False)
    commands.add_breakpoint(workspace, wanted)
    commands.toggle_breakpoint(workspace, Breakpoint("module", "fc1", when="bad > 0", hits=2))
    project = workspace.require_project()
    assert write_python(project, tmp_path / "plain.py")[0].read_text() == plain
    assert decode(encode(project)) == project
    commands.save_as(workspace, tmp_path / "with.gradviz")
    again = Workspace()
    commands.open_project(again, tmp_path / "with.gradviz")
    commands.start(again)
    assert tuple(again.require_session().breakpoints) == project.breakpoints


def test_a_file_with_a_wrong_breakpoint_says_where(examples: Path, tmp_path: Path) -> None:
    text = (examples / "moons_mlp.gradviz").read_text().rstrip().rstrip("}")
    file = tmp_path / "wrong.gradviz"
    file.write_text(f'{text}, "breakpoints": [{{"on": "phase", "what": "backwards"}}]}}')
    with pytest.raises(gradviz.errors.ProjectError, match=r"\$\.breakpoints\[0\].*backwards"):
        gradviz.load(file)


def test_run_on_stops_at_a_breakpoint_or_the_end_of_the_iteration(workspace: Workspace) -> None:
    session = workspace.require_session()
    commands.run_on(workspace)
    assert (session.index, workspace.stop) == (24, None)
    commands.goto(workspace, "start")
    commands.add_breakpoint(workspace, Breakpoint("phase", "backward"))
    for iteration in range(3):
        commands.run_on(workspace)
        event = workspace.event
        assert event is not None
        assert (event.iteration, event.phase) == (iteration, "backward")
        assert workspace.stop is not None
        assert workspace.stop.why == f"in phase backward of iteration {iteration}"
    commands.step(workspace)
    assert workspace.stop is None, (
        "it says why the cursor is where it is, and now that is elsewhere"
    )
    commands.enable_breakpoint(workspace, workspace.breakpoints[0], False)
    commands.run_on(workspace)
    assert session.index == 3 * 25 - 1


def test_an_iteration_that_is_behind_holds_nobody_up(workspace: Workspace) -> None:
    commands.add_breakpoint(workspace, Breakpoint("iteration", 1))
    commands.run_on(workspace)
    assert workspace.require_session().index == 25
    commands.run_on(workspace)
    assert workspace.require_session().index == 49


def test_a_long_run_tells_how_far_it_is_and_can_be_cancelled(workspace: Workspace) -> None:
    session = workspace.require_session()
    seen: list[int] = []

    class Watched(Progress):
        def advance(self) -> None:
            super().advance()
            seen.append(self.done)
            if self.done == 3:
                self.cancel()

    stop = session.run("loss > 1e9", iterations=50, progress=Watched(50))
    assert seen == [1, 2, 3]
    assert stop.why == "stopped after iteration 3"
    assert (stop.hit, session.index) == (False, 4 * 25 - 1)


def test_a_run_is_cancelled_from_another_thread(workspace: Workspace) -> None:
    begun = threading.Event()
    run = workspace.require_session().run_iteration

    def noted() -> bool:
        begun.set()
        return run()

    workspace.require_session().run_iteration = noted  # type: ignore[method-assign]
    thread = threading.Thread(target=commands.run_further, args=(workspace, "loss > 1e9", 1000))
    thread.start()
    assert begun.wait(20)
    progress = workspace.progress
    assert progress is not None
    progress.cancel()
    thread.join(20)
    assert not thread.is_alive()
    assert workspace.progress is None
    assert workspace.require_session().iterations < 1000
    assert workspace.stop is not None
    assert "stopped after" in workspace.stop.why


def test_run_further_runs_so_many_iterations(workspace: Workspace) -> None:
    commands.run_further(workspace, "", 5)
    assert workspace.require_session().iterations == 6
    assert workspace.stop is not None
    assert "end of iteration 5" in workspace.stop.why


def test_every_event_has_a_breakpoint_that_it_hits(workspace: Workspace) -> None:
    trace = workspace.require_session().trace
    for event in trace.events:
        here = at_event(trace, event)
        if here.on == "phase":
            first = next(each for each in trace.events if each.phase == event.phase)
            assert is_hit(trace, here, first.index)
        else:
            assert is_hit(trace, here, event.index), here


def test_every_node_has_a_breakpoint_that_stops_when_it_runs(workspace: Workspace) -> None:
    commands.goto(workspace, "backward:1")
    trace, graph = workspace.require_session().trace, workspace.graph
    assert graph is not None
    for node in graph.nodes:
        found = [trace.events[index] for index in hits(trace, at_node(node))]
        assert any(getattr(event, "node", None) == node.id for event in found), node


def test_here_is_what_is_selected_or_what_the_cursor_is_at(workspace: Workspace) -> None:
    commands.toggle_breakpoint_here(workspace)
    assert workspace.breakpoints == (Breakpoint("phase", "data"),)
    commands.toggle_breakpoint_here(workspace)
    assert not workspace.breakpoints
    commands.goto(workspace, "forward:1")
    assert str(commands.breakpoint_here(workspace)).startswith("op linear, when “module == ")
    graph = workspace.graph
    assert graph is not None
    commands.select(workspace, graph.leaves["fc1.weight"].id)
    commands.toggle_breakpoint_here(workspace)
    assert workspace.breakpoints == (Breakpoint("param", "fc1.weight"),)
    commands.enable_breakpoint_here(workspace)
    assert not workspace.breakpoints[0].enabled
    commands.remove_breakpoints(workspace)
    with pytest.raises(UsageError, match="no breakpoint here"):
        commands.enable_breakpoint_here(workspace)


def test_hits_are_found_bit_by_bit(workspace: Workspace) -> None:
    session = workspace.require_session()
    session.goto(iteration=2)
    for breakpoint in (
        Breakpoint("op", "relu"),
        Breakpoint("phase", "step"),
        Breakpoint("param", "fc1.bias"),
    ):
        found = Hits(session.trace, breakpoint)
        for end in range(0, len(session.trace.events) + 7, 7):
            found.look(end)
        assert found.found == list(hits(session.trace, breakpoint))
        assert found.seen == len(session.trace.events)


@pytest.mark.parametrize("name", ["moons_mlp", "letters_cnn", "resnet18", "names_rnn"])
def test_back_over_is_where_over_came_from(examples: Path, name: str) -> None:
    session = gradviz.Session.from_project(gradviz.load(examples / f"{name}.gradviz"))
    session.run_iteration()
    trace, index = session.trace, -1
    if isinstance(trace.events[-1], Failed):
        pytest.fail("it failed")
    while index < len(trace.events) - 1:
        following = over(trace, index)
        assert back_over(trace, following) == index
        index = following
    for index in range(len(trace.events)):
        before = back_over(trace, index)
        assert before < index
        assert over(trace, before) >= index
    assert back_over(trace, -1) == -1


def test_a_line_of_the_users_own_file(examples: Path) -> None:
    project = gradviz.load(examples / "logistic_by_hand.gradviz")
    session = gradviz.Session.from_project(project, trust=True)
    session.run_iteration()
    lines = [
        (event.index, event.source.line)
        for event in session.trace.events
        if event.source is not None and event.source.file.endswith("logistic_by_hand.py")
    ]
    assert lines, "the recorder knows which line of the file it was"
    line = lines[0][1]
    stop = session.run(Breakpoint("line", f"logistic_by_hand.py:{line}"))
    assert stop.event.index == lines[0][0]
    assert stop.why.startswith(f"at line logistic_by_hand.py:{line}: ")
    with pytest.raises(UsageError, match=f"nothing that is recorded.*{line}"):
        session.run(Breakpoint("line", "logistic_by_hand.py:1"))
