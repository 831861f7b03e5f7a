"""The way of a batch in the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz import commands, i18n
from gradviz.qt.loader.loaderview import LoaderView
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.model import Choice
from gradviz.workspace import Workspace


def test_a_step_at_a_time_by_buttons_and_keys(pane: LoaderView, window: MainWindow) -> None:
    way, stepper = pane.way, pane.stepper
    assert way.step is not None
    assert way.step.stage == "sampler"
    assert stepper.pane.sentence.text().startswith("RandomSampler chose index")
    stepper.buttons[1].click()
    assert way.current == 1
    QTest.keyClick(stepper.table, Qt.Key.Key_Down)
    QTest.keyClick(stepper.table, Qt.Key.Key_Right)
    assert way.current == 3
    QTest.keyClick(stepper.table, Qt.Key.Key_Up)
    stepper.buttons[-1].click()
    assert way.current == 1
    assert stepper.table.currentIndex().row() == 1
    QTest.keyClick(stepper.table, Qt.Key.Key_End)
    assert way.step.kind == "given"
    assert not stepper.buttons[1].isEnabled()
    assert window.wait()
    assert stepper.pane.after.previews


def test_a_stage_leads_to_its_first_step(pane: LoaderView) -> None:
    strip, way = pane.stepper.strip, pane.way
    strip.chips["collate_fn"].click()
    assert way.step is not None
    assert way.step.stage == "collate_fn"
    assert way.steps[way.current - 1].stage == "__getitem__"
    assert strip.chips["collate_fn"].isChecked()
    assert not strip.chips["sampler"].isChecked()
    assert not strip.chips["transforms"].isEnabled()
    assert "No transform was seen" in strip.chips["transforms"].accessibleDescription()


def test_a_sample_is_followed_through_its_whole_way(letters: MainWindow) -> None:
    pane = letters.batch
    pane.show_part("samples")
    grid = pane.samples.grid
    assert letters.wait()
    box = grid.box_of(3)
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=box.center())
    assert letters.wait()
    assert pane.way.place == 3
    session = letters._workspace.require_session()
    steps = session.batch_steps()
    assert steps is not None
    index = steps.indices[3]
    assert {s.index for s in pane.way.steps if s.place is not None} == {index}
    assert pane.samples.who.text() == f"sample {index} · place 3"
    assert pane.samples.look.previews
    assert pane.follows.isVisible()
    item = pane.samples.steps.item(0)
    pane.samples.steps.itemActivated.emit(item)
    assert pane.stepper.isVisible()
    assert pane.way.step is not None
    assert pane.way.step.index == index
    pane.follows.click()
    assert pane.way.place is None
    assert len(pane.way.steps) == 38


def test_wrong_predictions_are_told_without_colour(letters: MainWindow) -> None:
    grid = letters.batch.samples.grid
    wrong = [sample for sample in grid.samples if sample.wrong]
    right = [sample for sample in grid.samples if not sample.wrong]
    assert wrong
    assert right
    assert all(f"✗ {s.prediction}" in [text for text, _ in grid._lines(s)] for s in wrong)
    assert all(f"✓ {s.prediction}" in [text for text, _ in grid._lines(s)] for s in right)
    assert "wrong" in grid.words_of(wrong[0])


def test_there_is_no_outcome_before_the_loss(letters: MainWindow) -> None:
    grid = letters.batch.samples.grid
    assert all(sample.outcome for sample in grid.samples)
    letters.runner.do(commands.back)
    assert letters.wait()
    assert not any(sample.outcome for sample in grid.samples)
    letters.runner.do(commands.step)
    assert letters.wait()
    assert all(sample.outcome for sample in grid.samples)


def test_the_keys_walk_over_the_samples(letters: MainWindow) -> None:
    pane = letters.batch
    pane.show_part("samples")
    grid = pane.samples.grid
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert pane.way.place == 1
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert pane.way.place == 1 + grid._columns(grid.width())
    assert "place" in grid.accessibleDescription()


def test_another_iteration_has_another_batch_and_back_again(letters: MainWindow) -> None:
    pane = letters.batch
    pane.way.go(9)
    first = pane.way.page
    assert first is not None
    letters.runner.do(commands.goto, "1/loss:end")
    assert letters.wait()
    assert pane.way.page is not None
    assert pane.way.page.batch == 1
    assert pane.way.current == 0
    letters.runner.do(commands.goto, "0/loss:end")
    assert letters.wait()
    again = pane.way.page
    assert [s.outcome for s in again.samples] == [s.outcome for s in first.samples]


def test_the_same_batch_stays_where_it_was(letters: MainWindow) -> None:
    pane = letters.batch
    pane.way.go(9)
    page = pane.way.page
    letters.runner.do(commands.step)
    assert letters.wait()
    assert pane.way.current == 9
    assert pane.way.page is page, "nothing is new, so nothing is made anew"


def test_nothing_is_made_while_nobody_sees_it(
    window: MainWindow, settled: Callable[[], None]
) -> None:
    window.runner.do(commands.goto, "loss:end")
    settled()
    assert window.batch.way.page is None


def test_a_step_takes_less_than_a_frame(letters: MainWindow) -> None:
    pane = letters.batch
    pane.stepper.pane.grab()
    took = []
    for _ in range(20):
        began = time.thread_time()
        pane.way.go_on(1)
        took.append(time.thread_time() - began)
    assert sorted(took)[10] < 0.016


def test_lanes_follow_the_numbers(pane: LoaderView, window: MainWindow) -> None:
    pane.show_part("workers")
    lanes = pane.lanes
    assert window.wait()
    lanes.boxes["workers"].setValue(3)
    assert "worker k mod 3" in lanes.told.text()
    assert "batch 4: worker 1" in lanes.lanes.accessibleDescription()
    assert len({item.y for item in lanes.lanes.items if getattr(item, "node", None) == 4}) == 4
    lanes.boxes["workers"].setValue(0)
    assert "Without workers" in lanes.told.text()
    assert not lanes.boxes["prefetch"].isEnabled()


def test_the_epoch_is_gone_through_when_asked(pane: LoaderView, window: MainWindow) -> None:
    session = window._workspace.require_session()
    before = session.loader.generator.get_state()  # type: ignore[attr-defined]
    pane.show_part("epoch")
    assert pane.epoch.told is None
    pane.epoch.look.click()
    assert window.wait()
    told = pane.epoch.told
    assert told is not None
    assert told.whole
    assert sum(told.visits) == 200
    assert session.loader.generator.get_state().equal(before)  # type: ignore[attr-defined]
    assert pane.epoch.picture.isVisible()


BAD = {
    "raises": ("__getitem__", "line 7 is torn"),
    "none": ("collate_fn", "has None"),
    "ragged": ("collate_fn", "differ in length in sample['words']"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_loader_that_fails_is_told_and_the_window_lives(
    bad: str, window: MainWindow, own: Callable[[str], Path]
) -> None:
    stage, words = BAD[bad]
    window.tabs.setCurrentWidget(window.batch)
    window.open(own(bad), trust=True)
    assert window.wait()
    pane = window.batch
    assert pane.way.page is not None
    assert pane.way.page.batch == 0
    pane.way.jump("__getitem__")
    assert pane.stepper.pane.source.text() == "at own.py, line 17"
    window.runner.do(commands.goto, "1/end")
    assert window.wait()
    step = pane.way.step
    assert step is not None
    assert (step.kind, step.stage, step.index, step.place) == ("failed", stage, 7, 3)
    assert words in window.messages.text.text()
    assert words in pane.stepper.pane.sentence.text()
    assert "→" in pane.stepper.pane.why.text()
    assert "own.py:" in pane.stepper.pane.source.text()
    assert {s.index for s in pane.way.steps if s.stage == "sampler"} == {4, 5, 6, 7}
    window.runner.do(commands.goto, "0/loss:end")
    assert window.wait()
    assert pane.way.page.batch == 0
    assert pane.way.page.samples[0].text == "sentence 0"


def test_a_first_batch_that_fails_is_told_too(
    window: MainWindow, own: Callable[[str], Path]
) -> None:
    path = own("raises")
    path.write_text(path.read_text().replace('"batch_size": 4', '"batch_size": 8'))
    window.open(path, trust=True)
    assert window.wait()
    window.tabs.setCurrentWidget(window.batch)
    assert window.wait()
    assert "line 7 is torn" in window.messages.text.text()
    step = window.batch.way.step
    assert step is not None
    assert (step.kind, step.place) == ("failed", 7)


def test_languages_and_themes_change_without_a_restart(letters: MainWindow) -> None:
    pane = letters.batch
    for part in ("steps", "samples", "workers", "epoch"):
        pane.show_part(part)
        for language in (*i18n.LANGUAGES, "en"):
            letters.set_language(language)
            assert letters.wait()
    letters.set_theme("dark")
    letters.set_language("ko")
    assert letters.wait()
    pane.show_part("steps")
    first = pane.way.steps[0].index
    assert f"인덱스 {first}" in pane.stepper.pane.sentence.text()
    assert "chose index" not in pane.stepper.pane.sentence.text()
    letters.set_theme("light")


def test_the_pane_gets_room_and_gives_it_back(window: MainWindow) -> None:
    splitter = window.room._splitter
    before = splitter.sizes()
    window.tabs.setCurrentWidget(window.batch)
    assert splitter.sizes()[1] > 0.5 * sum(before)
    window.tabs.setCurrentIndex(0)
    assert splitter.sizes() == before


def test_lanes_begin_with_the_project_and_tell_of_other_draws(
    examples: Path, make_window: Callable[[Workspace], MainWindow]
) -> None:
    workspace = Workspace()
    commands.open_project(workspace, examples / "letters_cnn.gradviz")
    turned = Choice("RandomRotation", {"degrees": 10})
    commands.change_project(
        workspace,
        lambda project: replace(
            project, data=replace(project.data, workers=5, transforms=(turned,))
        ),
    )
    commands.start(workspace)
    window = make_window(workspace)
    window.resize(1280, 720)
    window.tabs.setCurrentWidget(window.batch)
    window.batch.show_part("workers")
    assert window.wait()
    lanes = window.batch.lanes
    assert lanes.boxes["workers"].value() == 5
    assert "random numbers of its own" in lanes.told.text()
    bar = lanes.box.horizontalScrollBar()
    assert bar.maximum() > 0
    names = lanes.box.names.mapTo(lanes, lanes.box.names.rect().topLeft())
    bar.setValue(bar.maximum())
    assert lanes.box.names.mapTo(lanes, lanes.box.names.rect().topLeft()) == names
    commands.change_project(
        workspace, lambda project: replace(project, data=replace(project.data, transforms=()))
    )
    lanes.refresh()
    assert "random numbers of its own" not in lanes.told.text()
