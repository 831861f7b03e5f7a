"""The form of what is selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox

import gradviz
from gradviz.qt.blocks.form import Form
from gradviz.qt.blocks.valueedit import ValueEdit
from gradviz.qt.mainwindow import MainWindow
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Setting, Wire
from gradviz.spec.project import Project, Training

Settled = Callable[[], None]
Open = Callable[[str | Path], MainWindow]


@pytest.fixture
def form(window: MainWindow, settled: Settled) -> Form:
    """The form of LeNet's first convolution."""
    window.builder.desk.pick(("conv1",))
    settled()
    return window.builder.form


def block(window: MainWindow, name: str) -> Block:
    blocks = window.builder.desk.workspace.require_project().model.blocks
    return next(each for each in blocks if each.name == name)


def enter(form: Form, key: str, text: str) -> None:
    editor = form.rows[key].editor
    assert isinstance(editor, ValueEdit)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def shown(form: Form, key: str) -> str:
    editor = form.rows[key].editor
    assert isinstance(editor, ValueEdit)
    return editor.text()


def test_it_tells_settings_shapes_numbers_and_formulas(form: Form) -> None:
    assert form.title.text() == "Conv2d"
    assert "filters" in form.summary.text()
    assert shown(form, "s:in_channels") == "1"
    assert shown(form, "s:stride") == "1"
    told = {name.text(): text.text() for name, text in form.facts._labels if not name.isHidden()}
    assert told["comes in"].replace("\u200b", "") == "(N, 1, 28, 28)"
    assert told["goes out"].replace("\u200b", "") == "(N, 6, 28, 28)"
    assert told["numbers to learn"] == "156"
    assert told["weight"].replace("\u200b", "") == "(6, 1, 5, 5)"
    assert "dW" in form.formulas.text()
    assert not form.problem.isVisible()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("s:out_channels", "8", 8),
        ("s:kernel_size", "(3, 5)", [3, 5]),
        ("s:kernel_size", "3, 5", [3, 5]),
        ("s:padding", "same", "same"),
        ("s:stride", "=1 + 1", "=1 + 1"),
    ],
)
def test_a_setting_is_typed(
    form: Form, window: MainWindow, settled: Settled, key: str, text: str, value: Setting
) -> None:
    enter(form, key, text)
    settled()
    assert block(window, "conv1").settings[key[2:]] == value


def test_an_expression_is_typed_as_it_is(
    open_blocks: Open, settled: Settled, tmp_path: Path
) -> None:
    gated = Block("gate", "Expression", {"expression": "torch.tanh(a) * 'sum'"})
    ends = Block("x", "Input", {"shape": [3]}), Block("out", "Output")
    model = Model((ends[0], gated, ends[1]), (Wire("x", "gate.a"), Wire("gate", "out")))
    path = tmp_path / "gated.gradviz"
    gradviz.save(
        Project(
            model=model,
            data=Data(Choice("Moons")),
            training=Training(Choice("MSELoss"), Choice("SGD")),
        ),
        path,
    )
    window = open_blocks(path)
    window.builder.desk.pick(("gate",))
    settled()
    form = window.builder.form
    assert shown(form, "s:expression") == "torch.tanh(a) * 'sum'"
    assert form.problem.isVisible()
    enter(form, "s:expression", 'torch.einsum("ni,ni->n", a, a)')
    settled()
    assert block(window, "gate").settings["expression"] == 'torch.einsum("ni,ni->n", a, a)'
    assert not form.problem.isVisible()
    assert form.formulas.text().startswith('y = torch.einsum("ni,ni->n", a, a)')
    enter(form, "s:expression", "torch.tahn(a)")
    settled()
    assert "torch.tanh" in form.rows["s:expression"].refused
    assert block(window, "gate").settings["expression"] == 'torch.einsum("ni,ni->n", a, a)'


def test_shapes_follow_at_once(form: Form, window: MainWindow, settled: Settled) -> None:
    enter(form, "s:out_channels", "8")
    settled()
    canvas = window.builder.canvas
    assert canvas.blocks["conv1"].condition.shapes == ("(N, 8, 28, 28)",)
    assert canvas.blocks["conv2"].condition.problem
    thread = canvas.wires["pool1", "conv2"].thread
    assert thread is not None
    assert thread.bad


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("s:out_channels", "many(", "cannot be read"),
        ("s:out_channels", "-3", "out_channels"),
        ("s:out_channels", "2.5", "out_channels"),
        ("s:kernel_size", "(1, 2, 3)", "kernel_size"),
        ("s:stride", "=nothing * 2", "nothing"),
        ("name", "class", "class"),
        ("name", "tanh1", "tanh1"),
        ("repeat", "0", ""),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    form: Form, window: MainWindow, settled: Settled, key: str, text: str, words: str
) -> None:
    before = window.builder.desk.workspace.require_project().model
    was = shown(form, key)
    enter(form, key, text)
    settled()
    row = form.rows[key]
    assert row.refused
    assert words in row.refused
    assert row.below.text() == row.refused
    assert row.editor.property("bad")
    assert window.builder.desk.workspace.require_project().model is before
    QTest.keyClick(row.editor, Qt.Key.Key_Escape)
    assert shown(form, key) == was
    assert not row.editor.property("bad")


def test_an_empty_line_is_the_default_again(
    form: Form, window: MainWindow, settled: Settled
) -> None:
    enter(form, "s:padding", " ")
    settled()
    assert "padding" not in block(window, "conv1").settings
    assert shown(form, "s:padding") == "0"
    assert form.rows["s:padding"].editor.property("pale")


def test_arrow_keys_count(form: Form, window: MainWindow, settled: Settled) -> None:
    editor = form.rows["s:out_channels"].editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Up)
    settled()
    assert block(window, "conv1").settings["out_channels"] == 7


def test_switches_and_choices(form: Form, window: MainWindow, settled: Settled) -> None:
    bias = form.rows["s:bias"].editor
    assert isinstance(bias, QCheckBox)
    bias.setFocus()
    bias.click()
    settled()
    assert block(window, "conv1").settings["bias"] is False
    assert "i:bias" not in form.rows
    assert form.rows["s:bias"].editor.hasFocus()
    mode = form.rows["s:padding_mode"].editor
    assert isinstance(mode, QComboBox)
    mode.setCurrentText("reflect")
    settled()
    assert block(window, "conv1").settings["padding_mode"] == "reflect"


def test_what_every_block_has(form: Form, window: MainWindow, settled: Settled) -> None:
    frozen, dtype = form.rows["frozen"].editor, form.rows["dtype"].editor
    assert isinstance(frozen, QCheckBox)
    assert isinstance(dtype, QComboBox)
    frozen.click()
    settled()
    assert block(window, "conv1").frozen
    init = form.rows["i:weight"].editor
    assert isinstance(init, QComboBox)
    init.setCurrentText("xavier_uniform_")
    settled()
    assert block(window, "conv1").init["weight"].kind == "xavier_uniform_"
    init = form.rows["i:weight"].editor  # what it is set to has lines now
    assert isinstance(init, QComboBox)
    init.setCurrentText("–")
    settled()
    assert not block(window, "conv1").init


def test_another_name_follows_everywhere(form: Form, window: MainWindow, settled: Settled) -> None:
    enter(form, "name", "first")
    settled()
    desk = window.builder.desk
    assert desk.chosen == ("first",)
    assert ("first", "tanh1") in window.builder.canvas.wires
    assert shown(form, "name") == "first"


def test_a_problem_is_told_and_mended_at_a_click(window: MainWindow, settled: Settled) -> None:
    desk, form = window.builder.desk, window.builder.form
    desk.pick(("fc1",))
    settled()
    enter(form, "s:in_features", "300")
    settled()
    assert form.problem.isVisible()
    assert "300" in form.problem.what.text()
    texts = [button.text() for button in form.problem.buttons]
    assert "set in_features of fc1 to 400" in texts
    form.problem.buttons[texts.index("set in_features of fc1 to 400")].click()
    settled()
    assert not form.problem.isVisible()
    assert block(window, "fc1").settings["in_features"] == 400
    assert desk.chosen == ("fc1",)


def test_a_composite_has_its_parameters(open_blocks: Open) -> None:
    window = open_blocks("resnet18")
    desk, form = window.builder.desk, window.builder.form
    desk.pick(("layer2",))
    assert window.wait()
    assert shown(form, "s:channels") == "128"
    enter(form, "s:channels", "64")
    assert window.wait()
    assert block(window, "layer2").settings["channels"] == 64
    form.enter.click()
    assert window.wait()
    assert desk.within == "Stage"
    assert form.title.text() == "Stage"
    assert "p:channels" in form.rows
    enter(form, "new", "extra = 3")
    assert window.wait()
    stage = next(each for each in window._workspace.require_project().model.composites
                 if each.name == "Stage")  # fmt: skip
    assert stage.parameters["extra"] == 3


def test_nothing_and_several(window: MainWindow, settled: Settled) -> None:
    desk, form = window.builder.desk, window.builder.form
    settled()
    assert form.title.text() == "Model"
    told = {name.text(): text.text() for name, text in form.facts._labels if not name.isHidden()}
    assert told["numbers to learn"] == "61,706"
    desk.pick(("conv1", "conv2"))
    settled()
    assert form.title.text() == "2 blocks"
    desk.pick((), desk.sheet.threads[0].wire)
    settled()
    assert form.title.text() == "Wire"


def test_one_can_see_how_far_a_model_runs_that_does_not_fit(
    window: MainWindow, settled: Settled
) -> None:
    desk, form = window.builder.desk, window.builder.form
    desk.pick(("fc1",))
    settled()
    enter(form, "s:in_features", "399")
    settled()
    form.problem.run.click()
    settled()
    session = window._workspace.require_session()
    assert type(session.event).__name__ == "Failed"
    assert window.view == "modules"
    assert "fc1: Linear got shape (N, 400) but wants (*, 399)" in window.messages.text.text()
    window.show_graphs("blocks")


def test_the_keys_lead_into_the_form_and_out_of_it(window: MainWindow, settled: Settled) -> None:
    canvas, form = window.builder.canvas, window.builder.form
    window.builder.desk.pick(("fc2",))
    settled()
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    settled()
    line = form.rows["s:in_features"].editor
    assert line.hasFocus()
    QTest.keyClicks(line, "7")
    QTest.keyClick(line, Qt.Key.Key_Escape)  # puts the value back
    assert line.hasFocus()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert canvas.hasFocus()
    window.builder.palette.search.setFocus()
    QTest.keyClick(window.builder.palette.search, Qt.Key.Key_Escape)
    assert canvas.hasFocus()


def test_a_composite_is_renamed_where_it_stands(open_blocks: Open) -> None:
    window = open_blocks("resnet18")
    window.builder.desk.pick(("layer2",))
    assert window.wait()
    enter(window.builder.form, "kind", "Level")
    assert window.wait()
    assert {block(window, name).kind for name in ("layer2", "layer3", "layer4")} == {"Level"}


def test_the_model_says_what_does_not_fit(window: MainWindow, settled: Settled) -> None:
    desk, form = window.builder.desk, window.builder.form
    desk.pick(("fc1",))
    settled()
    enter(form, "s:in_features", "399")
    settled()
    desk.pick(())
    settled()
    told = {name.text(): text.text() for name, text in form.facts._labels if not name.isHidden()}
    assert told["does not fit"] == "fc1"


def test_a_parameter_is_taken_away_and_gradients_are_switched_off(open_blocks: Open) -> None:
    window = open_blocks("resnet18")
    desk, form = window.builder.desk, window.builder.form
    desk.enter("layer2")
    assert window.wait()
    enter(form, "new", "extra = 3")
    assert window.wait()

    def clear(key: str) -> None:
        editor = form.rows[key].editor
        assert isinstance(editor, ValueEdit)
        editor.setFocus()
        editor.clear()
        QTest.keyClick(editor, Qt.Key.Key_Return)
        assert window.wait()

    clear("p:extra")
    assert "p:extra" not in form.rows
    clear("p:channels")  # formulas use it
    assert "in use" in form.rows["p:channels"].refused
    switch = form.rows["grad"].editor
    assert isinstance(switch, QCheckBox)
    assert switch.isChecked()
    switch.click()
    assert window.wait()
    (stage,) = [c for c in window._workspace.require_project().model.composites
                if c.name == "Stage"]  # fmt: skip
    assert not stage.grad
    desk.leave()


def test_an_initialisation_has_settings_of_its_own(
    window: MainWindow, form: Form, settled: Settled
) -> None:
    choice = form.rows["i:weight"].editor
    assert isinstance(choice, QComboBox)
    choice.setCurrentText("uniform_")
    settled()
    enter(form, "i:weight.b", "0.25")
    settled()
    assert block(window, "conv1").init["weight"].settings == {"b": 0.25}
    enter(form, "i:weight.b", "x y")
    assert form.rows["i:weight.b"].refused
    choice = form.rows["i:weight"].editor
    assert isinstance(choice, QComboBox)
    choice.setCurrentText("kaiming_normal_")
    settled()
    mode = form.rows["i:weight.mode"].editor
    assert isinstance(mode, QComboBox)
    mode.setCurrentText("fan_out")
    settled()
    assert block(window, "conv1").init["weight"].settings == {"mode": "fan_out"}


def test_a_problem_in_a_composite_is_told_and_mended_from_outside(open_blocks: Open) -> None:
    window = open_blocks("resnet18")
    desk, form, canvas = window.builder.desk, window.builder.form, window.builder.canvas
    before = window._workspace.require_project().model
    desk.pick(("layer1",))
    assert window.wait()
    enter(form, "s:channels", "32")
    assert window.wait()
    assert canvas.blocks["layer1"].condition.problem or desk.sheet.problems
    name = next(iter(desk.sheet.problems))
    desk.pick((name,))
    assert window.wait()
    assert ": Conv2d got shape" in form.problem.what.text()
    assert form.problem.buttons
    form.problem.buttons[0].click()
    assert window.wait()
    assert name not in desk.sheet.problems
    while desk.can_undo:
        window.builder.hands.undo()
        assert window.wait()
    assert window._workspace.require_project().model == before
