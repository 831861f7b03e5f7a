"""A project's data, chosen in the form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox

from gradviz import i18n
from gradviz.qt.blocks.orderbuttons import OrderButtons
from gradviz.qt.blocks.trainingform import TrainingForm
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Choice

Settled = Callable[[], None]


@pytest.fixture
def form(window: MainWindow, settled: Settled) -> TrainingForm:
    settled()
    return window.builder.form.training


def data(window: MainWindow) -> Data:
    return window._workspace.require_project().data


def enter(window: MainWindow, key: str, text: str) -> None:
    row = window.builder.form.training.rows[key]
    match row.editor:
        case QComboBox():
            row.editor.setCurrentText(text)
        case QCheckBox():
            row.editor.click()
        case _:
            row.entered.emit(text)
    assert window.wait()


def buttons(form: TrainingForm, part: str) -> OrderButtons:
    editor = form.rows[part].editor
    assert isinstance(editor, OrderButtons)
    return editor


def test_transforms_are_added_moved_edited_removed_and_undone(
    window: MainWindow, form: TrainingForm
) -> None:
    before = data(window)
    enter(window, "transforms", "Normalize")
    enter(window, "transforms", "Normalize")
    enter(window, "transforms.1.mean", "(0.25,)")
    assert data(window).transforms[1] == Choice("Normalize", {"mean": [0.25]})
    assert not buttons(form, "transforms.0").buttons[-1].isEnabled()
    assert not buttons(form, "transforms.1").buttons[1].isEnabled()
    buttons(form, "transforms.1").buttons[-1].click()
    assert window.wait()
    assert data(window).transforms[0].settings == {"mean": [0.25]}
    buttons(form, "transforms.0").buttons[0].click()
    assert window.wait()
    assert data(window).transforms == (Choice("Normalize"),)
    enter(window, "target_transforms", "Normalize")
    assert data(window).target_transforms == (Choice("Normalize"),)
    while window.builder.desk.can_undo:
        window.builder.hands.undo()
        assert window.wait()
    assert data(window) == before
    assert "transforms.0" not in form.rows


def test_a_sampler_greys_shuffle_and_says_why(window: MainWindow, form: TrainingForm) -> None:
    assert data(window).shuffle
    enter(window, "sampler", "Random")
    assert (data(window).sampler, data(window).shuffle) == (Choice("Random"), False)
    row = form.rows["shuffle"]
    assert not row.editor.isEnabled()
    for text in (row.editor.toolTip(), row.below.text(), row.editor.accessibleDescription()):
        assert "A sampler decides the order" in text
    assert row.below.isVisible()
    assert row.below.focusPolicy().value, "the keys reach the reason"
    window.set_language("ko")
    assert window.wait()
    assert "sampler" in form.rows["shuffle"].below.text()
    assert "decides" not in form.rows["shuffle"].below.text()
    i18n.use("en")
    window.set_language("en")
    assert window.wait()
    enter(window, "sampler", "–")
    assert data(window).sampler is None
    assert form.rows["shuffle"].editor.isEnabled()
    assert not form.rows["shuffle"].below.isVisible()


def test_split_batches_and_keys(window: MainWindow, form: TrainingForm) -> None:
    assert not form.rows["split.seed"].editor.isEnabled()
    enter(window, "split.validation", "0.25")
    assert data(window).split == Split(0.25, 0.0, 0)
    assert form.rows["split.seed"].editor.isEnabled()
    enter(window, "split.validation", "2")
    assert form.rows["split.validation"].refused
    assert data(window).split == Split(0.25, 0.0, 0)
    enter(window, "split.validation", "")
    assert data(window).split is None
    enter(window, "shuffle", "")
    enter(window, "drop_last", "")
    enter(window, "workers", "2")
    enter(window, "collate", "Pad")
    now = data(window)
    assert (now.shuffle, now.drop_last, now.workers) == (False, True, 2)
    assert now.collate == Choice("Pad")
    enter(window, "inputs", "text, length")
    enter(window, "target", "label")
    assert (data(window).inputs, data(window).target) == (("text", "length"), "label")
    enter(window, "inputs", "text")
    assert data(window).inputs == ("text",)
    enter(window, "inputs", "")
    assert data(window).inputs == ()


def test_a_dataset_that_does_not_fit_the_model_is_told(
    window: MainWindow, form: TrainingForm
) -> None:
    from gradviz import commands

    enter(window, "dataset", "Moons")
    window.runner.do(commands.start)
    assert window.wait()
    assert "shape" in window.messages.text.text()
    assert "→" in window.messages.text.text()
    window.messages.clear()
