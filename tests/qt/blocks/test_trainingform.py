"""Data, loss and optimizer, chosen in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox

from gradviz.data.catalogue import DATASETS
from gradviz.qt.blocks.trainingform import TrainingForm
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.project import Project

Settled = Callable[[], None]
Open = Callable[[str | Path], MainWindow]


@pytest.fixture
def form(window: MainWindow, settled: Settled) -> TrainingForm:
    settled()
    return window.builder.form.training


def project(window: MainWindow) -> Project:
    return window._workspace.require_project()


def enter(window: MainWindow, key: str, text: str) -> None:
    editor = window.builder.form.training.rows[key].editor
    match editor:
        case QComboBox():
            editor.setCurrentText(text)
        case QCheckBox():
            editor.click()
        case _:
            editor.setFocus()
            editor.clear()  # type: ignore[attr-defined]
            QTest.keyClicks(editor, text)
            QTest.keyClick(editor, Qt.Key.Key_Return)
    assert window.wait()


def test_everything_is_chosen_and_undone(window: MainWindow, form: TrainingForm) -> None:
    before = project(window)
    enter(window, "dataset", "Moons")
    enter(window, "dataset.count", "100")
    enter(window, "batch_size", "8")
    enter(window, "loss", "NLLLoss")
    enter(window, "optimizer", "Adam")
    enter(window, "optimizer.lr", "0.5")
    enter(window, "optimizer.amsgrad", "")
    enter(window, "seed", "3")
    enter(window, "device", "auto")
    now = project(window)
    assert now.data.dataset.kind == "Moons"
    assert now.data.dataset.settings == {"count": 100}
    assert now.data.batch_size == 8
    assert now.training.loss.kind == "NLLLoss"
    assert now.training.optimizer.kind == "Adam"
    assert now.training.optimizer.settings["lr"] == 0.5
    assert now.training.optimizer.settings["amsgrad"] is True
    assert (now.training.seed, now.training.device) == (3, "auto")
    assert now.model == before.model
    while window.builder.desk.can_undo:
        window.builder.hands.undo()
        assert window.wait()
    assert project(window) == before
    assert form.rows["dataset"].editor.currentText() == before.data.dataset.kind  # type: ignore[attr-defined]


def test_what_cannot_be_is_told_below_its_line(window: MainWindow, form: TrainingForm) -> None:
    before = project(window)
    enter(window, "optimizer.lr", "-1")
    assert "lr must be" in form.rows["optimizer.lr"].refused
    enter(window, "optimizer.lr", "a b")
    assert form.rows["optimizer.lr"].refused == "this cannot be read"
    enter(window, "batch_size", "0")
    assert form.rows["batch_size"].refused == "batch_size must be a whole number of 1 or more"
    assert project(window) == before


def test_an_empty_line_is_the_default(window: MainWindow, form: TrainingForm) -> None:
    enter(window, "loss.label_smoothing", "0.2")
    assert project(window).training.loss.settings["label_smoothing"] == 0.2
    enter(window, "loss.label_smoothing", "")
    assert "label_smoothing" not in project(window).training.loss.settings


def test_it_is_seen_where_nothing_is_selected(window: MainWindow, form: TrainingForm) -> None:
    assert form.isVisible()
    window.builder.desk.pick(("conv1",))
    assert window.wait()
    assert not form.isVisible()


def test_datasets_of_a_group_stand_together(window: MainWindow, form: TrainingForm) -> None:
    editor = form.rows["dataset"].editor
    assert isinstance(editor, QComboBox)
    texts = [editor.itemText(place) for place in range(editor.count())]
    groups = " ".join(texts).split("  ")
    assert {name for group in groups for name in group.split()} == {k.name for k in DATASETS}
    kinds = {kind.name: kind.group for kind in DATASETS}
    told = [{kinds[name] for name in group.split()} for group in groups]
    assert len(told) == len(set(kinds.values()))
    assert all(len(each) == 1 for each in told)


def test_a_dataset_of_texts_is_set(window: MainWindow, form: TrainingForm) -> None:
    enter(window, "dataset", "Sentences")
    enter(window, "dataset.language", "ko")
    enter(window, "dataset.numbers", "")
    assert project(window).data.dataset.settings == {"language": "ko", "numbers": True}
    enter(window, "dataset", "Tones")
    assert "dataset.seconds" in form.rows
    enter(window, "dataset.seconds", "9")
    assert "Tones.seconds must be 5.0 or less" in form.rows["dataset.seconds"].refused


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("data/my numbers.csv", "data/my numbers.csv"),
        ("C:\\new\\x.csv", "C:\\new\\x.csv"),
        ("'; '", "; "),
        ("2024", "2024"),
    ],
)
def test_words_need_no_quotes(
    window: MainWindow, form: TrainingForm, typed: str, path: str
) -> None:
    enter(window, "dataset", "Table")
    enter(window, "dataset.path", typed)
    assert project(window).data.dataset.settings == {"path": path}
    shown = form.rows["dataset.path"].editor.text()  # type: ignore[attr-defined]
    enter(window, "dataset.path", "")
    enter(window, "dataset.path", shown)
    assert project(window).data.dataset.settings == {"path": path}
