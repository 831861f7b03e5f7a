"""Blocks that share, under the hand: their cards, the form, keys, the code and undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from gradviz import commands, editing
from gradviz.qt.blocks.form import Form
from gradviz.qt.blocks.valueedit import ValueEdit
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.model import Block

Open = Callable[[str | Path], MainWindow]
Key = Qt.Key


def block(window: MainWindow, name: str) -> Block:
    found = window.builder.desk.block(name)
    assert found is not None
    return found


def settle(window: MainWindow) -> None:
    assert window.wait()


def enter(form: Form, key: str, text: str) -> None:
    editor = form.rows[key].editor
    assert isinstance(editor, ValueEdit)
    editor.setFocus()
    editor.setText(text)
    QTest.keyClick(editor, Key.Key_Return)


def facts(form: Form) -> str:
    return " ".join(label.text() for label in form.facts.findChildren(type(form.title)))


@pytest.fixture
def siamese(open_blocks: Open) -> MainWindow:
    window = open_blocks("siamese")
    settle(window)
    return window


def test_a_card_says_whose_module_it_is(siamese: MainWindow) -> None:
    cards = siamese.builder.desk.sheet.cards
    assert cards["right_encoder"].settings == ("= encoder",)
    assert (cards["right_encoder"].shared, cards["encoder"].shared) == (True, False)
    assert not cards["right_encoder"].count
    assert cards["encoder"].count == 354


def test_the_settings_are_shown_as_the_others_and_not_edited(siamese: MainWindow) -> None:
    form = siamese.builder.form
    siamese.builder.desk.pick(("right_encoder",))
    settle(siamese)
    assert not form.rows["s:width"].editor.isEnabled()
    assert form.rows["name"].editor.isEnabled()
    choice = form.rows["same"].editor
    assert isinstance(choice, QComboBox)
    assert choice.currentText() == "encoder"
    assert "those of encoder" in facts(form)
    siamese.builder.desk.pick(("encoder",))
    settle(siamese)
    assert "right_encoder" in facts(form)
    enter(form, "s:width", "8")
    settle(siamese)
    assert siamese.builder.desk.sheet.conditions["right_encoder"].shapes == ("(N, 2)",)
    commands.undo(siamese._workspace)


def test_it_gets_weights_of_its_own_and_shares_again(siamese: MainWindow) -> None:
    form, before = siamese.builder.form, siamese.builder.desk.model
    siamese.builder.desk.pick(("right_encoder",))
    settle(siamese)
    choice = form.rows["same"].editor
    assert isinstance(choice, QComboBox)
    choice.setCurrentIndex(0)
    settle(siamese)
    assert block(siamese, "right_encoder") == Block("right_encoder", "Encoder")
    assert form.rows["s:width"].editor.isEnabled()
    choice = form.rows["same"].editor
    assert isinstance(choice, QComboBox)
    choice.setCurrentText("encoder")
    settle(siamese)
    assert siamese.builder.desk.model == before
    commands.undo(siamese._workspace)
    commands.undo(siamese._workspace)
    settle(siamese)
    assert siamese._workspace.require_project().model == before


def test_keys_share_and_part(siamese: MainWindow) -> None:
    canvas, desk = siamese.builder.canvas, siamese.builder.desk
    canvas.setFocus()
    desk.pick(("right_encoder",))
    deeds = siamese.builder.deeds.of
    assert (deeds["share"].isEnabled(), deeds["part"].isEnabled()) == (False, True)
    QTest.keyClick(canvas, Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    settle(siamese)
    assert block(siamese, "right_encoder").same == ""
    desk.pick(("encoder", "right_encoder"))
    assert (deeds["share"].isEnabled(), deeds["part"].isEnabled()) == (True, False)
    QTest.keyClick(canvas, Key.Key_W)
    settle(siamese)
    assert block(siamese, "right_encoder").same == "encoder"
    desk.pick(("encoder", "distance"))
    assert not deeds["share"].isEnabled()


def test_its_inside_is_that_of_the_other(siamese: MainWindow) -> None:
    desk = siamese.builder.desk
    desk.enter("right_encoder")
    settle(siamese)
    assert desk.path == "right_encoder"
    assert desk.sheet.conditions["fc1"].shapes == ("(N, 16)",)


def test_one_of_a_repeated_composite_is_entered_as_that_is(siamese: MainWindow) -> None:
    workspace, desk = siamese._workspace, siamese.builder.desk
    commands.edit(workspace, lambda model: editing.set_block(model, "encoder", repeat=2))
    desk.refresh()
    settle(siamese)
    assert desk.sheet.cards["right_encoder"].marks == ("× 2",)
    desk.enter("right_encoder")
    settle(siamese)
    assert desk.path == "right_encoder.0"
    assert desk.sheet.conditions["fc3"].shapes == ("(N, 2)",)


def test_its_line_of_code_is_its_call(siamese: MainWindow) -> None:
    code = siamese.builder.code
    siamese.builder.panels["code"].show()
    code.catch_up()
    settle(siamese)
    listing = code.listing
    assert listing is not None
    lines = listing.text.splitlines()
    (line,) = listing.lines_of("right_encoder")
    assert "self.encoder(right)" in lines[line - 1]


def test_parameters_are_tied_in_the_form(open_blocks: Open) -> None:
    window = open_blocks("gpt")
    form = window.builder.form
    window.builder.desk.pick(("head",))
    settle(window)
    assert window.builder.desk.sheet.cards["head"].settings[1] == "weight = embed"
    enter(form, "t:weight", "")
    settle(window)
    assert block(window, "head").tied == {}
    assert window.builder.desk.sheet.cards["head"].count == 64 * 32
    enter(form, "tie", "weight")
    assert "=" in form.rows["tie"].refused
    enter(form, "tie", "weight = nowhere.weight")
    settle(window)
    assert "nowhere" in form.rows["tie"].refused
    enter(form, "tie", "weight = embed.weight")
    settle(window)
    assert block(window, "head").tied == {"weight": "embed.weight"}
