"""The dialog for a PyTorch module, by keys and the mouse; nothing of the files runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from gradviz import i18n
from gradviz.qt.importdialog import ImportDialog, Wanted

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # a dialog without a screen

ONE = """
raise SystemExit("nothing of this may run")
from torch import nn

class Net(nn.Module):
    def __init__(self, depth: int, width=64): ...
    def forward(self, x, mask=None): ...
"""
TEN = "from torch import nn\n" + "".join(
    f"class Part{i}(nn.Module):\n    def forward(self, x{i}): ...\n" for i in range(10)
)

Ask = Callable[[Path | None], ImportDialog]


@pytest.fixture
def ask(qtbot: QtBot) -> Iterator[Ask]:
    parent = QWidget()
    qtbot.addWidget(parent)

    def show(file: Path | None) -> ImportDialog:
        dialog = ImportDialog(parent, file)
        dialog.show()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        QApplication.processEvents()
        return dialog

    yield show
    i18n.use("en")


def write(folder: Path, text: str) -> Path:
    file = folder / "net.py"
    file.write_text(text, encoding="utf-8")
    return file


def type_(qtbot: QtBot, text: str) -> None:
    """Type into what has the keyboard."""
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClicks(focus, text)


def press(qtbot: QtBot, key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key)


def test_a_module_is_asked_for_by_keys_alone(qtbot: QtBot, ask: Ask, tmp_path: Path) -> None:
    file = write(tmp_path, ONE)
    dialog = ask(None)
    assert QApplication.focusWidget() is dialog.file.edit
    type_(qtbot, str(file))
    assert dialog.module.currentText() == "Net"
    assert dialog.make.text == "Net(depth=)"
    assert "fill in depth: int" in dialog.make.hint.text()
    assert dialog.make.hint.objectName() == "hint"  # what is still to be done is not wrong
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.make.edit
    type_(qtbot, "Net(depth=3)")
    assert dialog.make.right
    press(qtbot, Qt.Key.Key_Tab)
    assert not dialog.take.isEnabled()
    type_(qtbot, "2,8")
    assert dialog.shapes is not None
    assert dialog.shapes.lines["x"].hint.text() == "a batch of 2, each 8"
    assert dialog.shapes.lines["mask"].hint.text() == "may be left out"
    assert dialog.take.isEnabled()
    press(qtbot, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.wanted == Wanted(file, "Net(depth=3)", ("2,8",))
    assert dialog.wanted.target == f"{file}:Net(depth=3)"


def test_the_keyboard_stands_in_the_gap(qtbot: QtBot, ask: Ask, tmp_path: Path) -> None:
    dialog = ask(write(tmp_path, ONE))
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.make.edit)
    qtbot.waitUntil(lambda: not dialog.make.edit.hasSelectedText())
    type_(qtbot, "5")
    assert dialog.make.text == "Net(depth=5)"
    press(qtbot, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_another_module_has_other_tensors(qtbot: QtBot, ask: Ask, tmp_path: Path) -> None:
    dialog = ask(write(tmp_path, TEN))
    assert dialog.module.count() == 10
    assert dialog.make.text == "Part9()"
    dialog.module.setFocus()
    press(qtbot, Qt.Key.Key_Home)
    assert dialog.make.text == "Part0()"
    assert dialog.shapes is not None
    assert list(dialog.shapes.lines) == ["x0"]


def test_what_is_wrong_is_said_where_it_is(qtbot: QtBot, ask: Ask, tmp_path: Path) -> None:
    dialog = ask(write(tmp_path, ONE))
    dialog.make.edit.setText("Net(deep=3)")
    assert dialog.make.hint.objectName() == "bad"
    assert "“depth” is missing" in dialog.make.hint.text()
    dialog.make.edit.setText("Net(3)")
    assert dialog.shapes is not None
    x, mask = dialog.shapes.lines.values()
    x.edit.setText("2,x")
    assert "“2,x” does not say" in x.hint.text()
    x.edit.setText("")
    mask.edit.setText("2,8")
    assert not x.right
    assert not dialog.take.isEnabled()


@pytest.mark.parametrize(
    ("text", "said"), [("class A(:", "this is no Python"), ("x = 1", "there is no module")]
)
def test_a_file_without_modules_is_told_of(ask: Ask, tmp_path: Path, text: str, said: str) -> None:
    dialog = ask(write(tmp_path, text))
    assert said in dialog.file.hint.text()
    assert dialog.file.hint.objectName() == "bad"
    assert not dialog.module.isEnabled()
    assert not dialog.take.isEnabled()


def test_where_tensors_are_unknown_several_may_be_given(ask: Ask, tmp_path: Path) -> None:
    dialog = ask(write(tmp_path, "def net():\n    return something()\n"))
    assert dialog.shapes is not None
    (line,) = dialog.shapes.lines.values()
    line.edit.setText("2,8; 2,16:int64<9")
    assert "whole numbers from 0 to 8" in line.hint.text()
    assert dialog.wanted is not None
    assert dialog.wanted.shapes == ("2,8", "2,16:int64<9")


def test_what_is_no_tensor_is_told_of(ask: Ask, tmp_path: Path) -> None:
    text = "from torch import nn\nclass N(nn.Module):\n    def forward(self, x, mode: str): ...\n"
    dialog = ask(write(tmp_path, text))
    assert dialog.shapes is not None
    dialog.shapes.lines["x"].edit.setText("2,8")
    assert not dialog.take.isEnabled()


def test_the_file_is_chosen_with_the_mouse(
    qtbot: QtBot, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, ONE)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    dialog = ask(None)
    qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
    assert dialog.file.text == str(file)
    assert QApplication.focusWidget() is dialog.make.edit


def test_it_speaks_korean(ask: Ask, tmp_path: Path) -> None:
    i18n.use("ko")
    dialog = ask(write(tmp_path, ONE))
    assert dialog.windowTitle() == "PyTorch 모듈 가져오기"
    assert "depth: int" in dialog.make.hint.text()
