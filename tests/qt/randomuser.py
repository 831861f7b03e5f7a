"""A user who does anything: seeded clicks, drags, keys, menus, files, sizes, languages.

As a program it goes on for as long as one likes, and tells what it met:

    python -m tests.qt.randomuser --actions 20000 --seed 1

It works in a folder of its own, and never names a file outside it.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from msgspec import Struct, field
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMimeData,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QDropEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPushButton,
    QWidget,
)

from gradviz.errors import GradvizError
from gradviz.qt.mainwindow import MainWindow
from gradviz.resources import assets
from gradviz.workspace import Workspace

PROJECTS = ("moons_mlp", "letters_cnn", "xw_plus_b", "sentences", "lstm_tagger", "xor", "names_rnn")
WORDS = (
    "", "0", "1", "-1", "3.5", "1e999", "nan", "=channels*2", "(3, 3)", "(3,", "한글", "relu",
    "fc1", "fc1.weight", "norm > 1", "no grad", "x" * 300, "[]", "None", "'", "\\", "a b", "64x3",
)  # fmt: skip
KEYS = (
    Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_F1,
    Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F8, Qt.Key.Key_F9,
    Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_F12, Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_R,
    Qt.Key.Key_W, Qt.Key.Key_Z, Qt.Key.Key_V, Qt.Key.Key_D, Qt.Key.Key_G, Qt.Key.Key_Plus,
    Qt.Key.Key_Minus, Qt.Key.Key_Slash, Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_7,
)  # fmt: skip
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
SIZES = ((960, 560), (1280, 720), (1600, 1000), (1100, 900), (1920, 1080))
LEAVES = (Qt.Key.Key_Q, Qt.Key.Key_W)
"""With Ctrl these would end the test instead of the user."""
DEEP = 3
"""Dialogs in dialogs, after which the user only goes back."""
LONG = 0.1
"""Seconds of the window's own computing between two turns of the event loop that are a freeze."""
PATIENCE = 60.0
"""Seconds that the window may stay busy."""


class Met(Struct):
    """What a random user met: errors with what was done just before, and figures."""

    actions: int = 0
    errors: list[str] = field(default_factory=list)
    freezes: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Megabytes in use, each time the same project was opened anew."""


class RandomUser(QObject):
    """Does one thing after another in a window, each in an event of its own, so that dialogs and
    menus that wait for an answer get theirs.
    """

    def __init__(
        self, window: MainWindow, folder: Path, *, seed: int, actions: int, patient: bool = False
    ) -> None:
        super().__init__(window)
        self._patient = patient
        self.met = Met()
        self.window = window
        self.done = False
        self._random = random.Random(seed)
        self._left = actions
        self._folder = folder
        self._files = broken_files(folder)
        self._depth = 0
        self._last: list[str] = []
        self._since = time.perf_counter()
        self._computed = time.thread_time()
        self._beat = QTimer(self)
        self._beat.timeout.connect(self._on_beat)
        self._beat.start(2)
        self._deeds: tuple[tuple[int, Callable[[], str]], ...] = (
            (30, self._click),
            (8, self._drag),
            (22, self._key),
            (12, self._action),
            (5, self._type),
            (6, self._wheel),
            (2, self._resize),
            (2, self._language),
            (2, self._theme),
            (2, self._drop),
            (2, self._open),
        )
        QTimer.singleShot(0, self, self._turn)

    def note(self, error: str) -> None:
        """An error was met."""
        trail = " ▸ ".join(self._last[-8:])
        self.met.errors.append(f"after {self.met.actions}: {trail}\n{error}")

    def _turn(self) -> None:
        if self._left <= 0:
            self.done = self._leave() and self._depth == 0
            if not self.done:
                QTimer.singleShot(5, self, self._turn)
            return
        waiting = not self.window.idle and (self._patient or self._random.random() < 0.7)
        if waiting and time.perf_counter() - self._since < PATIENCE:
            QTimer.singleShot(2, self, self._turn)
            return
        if waiting:
            self.note(f"the window was busy for {PATIENCE:.0f} s")
        self._since = time.perf_counter()
        faulthandler.dump_traceback_later(2 * PATIENCE, exit=True)  # nothing else tells of a hang
        QTimer.singleShot(1, self, self._turn)  # before the deed, which may wait for an answer
        self._left -= 1
        self.met.actions += 1
        self._depth += 1
        try:
            self._do()
        except Exception:  # noqa: BLE001 - whatever it is, it is told
            self.note(traceback.format_exc())
        finally:
            self._depth -= 1

    def _do(self) -> None:
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if isinstance(popup, QMenu):
            self._tell(self._in_menu(popup))
        elif popup is not None:
            self._tell(self._in_popup(popup))
        elif modal is not None:
            self._tell(self._in_dialog(modal))
        else:
            weights = [weight for weight, _deed in self._deeds]
            ((_weight, deed),) = self._random.choices(self._deeds, weights)
            self._tell(deed())

    def _tell(self, what: str) -> None:
        self._last = [*self._last[-20:], what]

    def _leave(self) -> bool:
        """Close whatever still waits for an answer; True if nothing does."""
        for each in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if each is not None:
                each.close()
                return False
        return True

    def _in_menu(self, menu: QMenu) -> str:
        if self._depth > DEEP or self._random.random() < 0.4:
            menu.close()
            return "closes the menu"
        for _press in range(self._random.randrange(8)):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        return "takes from the menu"

    def _in_popup(self, popup: QWidget) -> str:
        for _press in range(self._random.randrange(5)):
            QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, self._random.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))
        popup.close()
        return f"popup {type(popup).__name__}"

    def _in_dialog(self, dialog: QWidget) -> str:
        name = type(dialog).__name__
        if self._depth > DEEP or self._random.random() < 0.2:
            dialog.close()
            return f"closes {name}"
        if isinstance(dialog, QFileDialog):
            return self._choose_file(dialog)
        if self._random.random() < 0.4:
            buttons = [each for each in dialog.findChildren(QPushButton) if each.isEnabled()]
            if buttons:
                button = self._random.choice(buttons)
                text = button.text()
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return f"{name}: {text}"
        widget = self._some(dialog)
        if isinstance(widget, QLineEdit):
            return f"{name}: {self._write(widget)}"
        if widget is not None and not isinstance(widget, QDialog):
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))
        return f"{name}: clicks {type(widget).__name__}"

    def _choose_file(self, dialog: QFileDialog) -> str:
        """Only files of the user's own folder; a free file dialog could delete anything."""
        if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
            file = self._folder / f"saved{self._random.randrange(4)}"
        else:
            file = self._random.choice(self._files)
        box = dialog.findChild(QLineEdit)
        if box is None:
            dialog.close()
            return "closes the file dialog"
        box.setText(str(file))
        QTest.keyClick(box, Qt.Key.Key_Return)
        return f"file {file.name}"

    def _some(self, within: QWidget) -> QWidget | None:
        seen = [
            each
            for each in within.findChildren(QWidget)
            if each.isVisible()
            and each.isEnabled()
            and each.width() > 0
            and each.height() > 0
            and not isinstance(each, QMenuBar | QMenu)
        ]
        return self._random.choice(seen) if seen else None

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self._random.randrange(max(widget.width(), 1)),
            self._random.randrange(max(widget.height(), 1)),
        )

    def _click(self) -> str:
        widget = self._some(self.window)
        if widget is None:
            return "nothing to click"
        kind, point, chance = type(widget).__name__, self._point(widget), self._random.random()
        modifiers = self._random.choice(MODIFIERS[:3]) if chance < 0.2 else MODIFIERS[0]
        if chance > 0.93:
            QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, modifiers, point)
            return f"double click {kind} {point.toTuple()}"
        button = Qt.MouseButton.RightButton if chance > 0.85 else Qt.MouseButton.LeftButton
        QTest.mouseClick(widget, button, modifiers, point)
        if button == Qt.MouseButton.RightButton:
            _ask_for_menu(widget, point)
        return f"{button.name} {kind} {point.toTuple()}"

    def _drag(self) -> str:
        widget = self._some(self.window)
        if widget is None:
            return "nothing to drag"
        start, button = self._point(widget), Qt.MouseButton.LeftButton
        if self._random.random() < 0.2:
            button = Qt.MouseButton.MiddleButton
        QTest.mousePress(widget, button, pos=start)
        for _move in range(self._random.randrange(2, 6)):
            QTest.mouseMove(widget, self._point(widget))
        QTest.mouseRelease(widget, button, pos=self._point(widget))
        return f"drag {type(widget).__name__} {start.toTuple()}"

    def _key(self) -> str:
        widget = QApplication.focusWidget() or self.window
        key = self._random.choice(KEYS)
        modifiers = self._random.choices(MODIFIERS, (8, 2, 2, 1, 1))[0]
        if key in LEAVES and modifiers & Qt.KeyboardModifier.ControlModifier:
            return "no key"
        for _again in range(self._random.choice((1, 1, 1, 5))):
            QTest.keyClick(widget, key, modifiers)
        return f"{modifiers.name} {key.name} in {type(widget).__name__}"

    def _action(self) -> str:
        actions = [
            each
            for each in self.window.findChildren(QAction)
            if each.isEnabled() and each.text() and each.menu() is None
        ]
        actions = [each for each in actions if each.shortcut().toString() != "Ctrl+Q"]
        if not actions:
            return "no action"
        action = self._random.choice(actions)
        text = action.text()
        action.trigger()
        return f"action {text}"

    def _type(self) -> str:
        boxes = [each for each in self.window.findChildren(QLineEdit) if each.isVisible()]
        widget = self._random.choice(boxes) if boxes else QApplication.focusWidget()
        return self._write(widget) if widget is not None else "nothing to write in"

    def _write(self, widget: QWidget) -> str:
        word = self._random.choice(WORDS)
        widget.setFocus()
        if isinstance(widget, QLineEdit) and self._random.random() < 0.7:
            widget.selectAll()
        for letter in word:  # QTest knows no letters but those of ASCII
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.sendEvent(widget, _key_event(kind, letter))
        if self._random.random() < 0.6:
            QTest.keyClick(widget, Qt.Key.Key_Return)
        return f"writes {word[:12]!r} into {type(widget).__name__}"

    def _wheel(self) -> str:
        widget = self._some(self.window)
        if widget is None or isinstance(widget, QComboBox):
            return "no wheel"
        point = QPointF(self._point(widget))
        QCoreApplication.sendEvent(
            widget,
            QWheelEvent(
                point,
                widget.mapToGlobal(point),
                QPoint(),
                QPoint(0, self._random.choice((-240, -120, 120, 240))),
                Qt.MouseButton.NoButton,
                self._random.choice(MODIFIERS[:3]),
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
        return f"wheel {type(widget).__name__}"

    def _resize(self) -> str:
        size = self._random.choice(SIZES)
        self.window.resize(*size)
        return f"size {size}"

    def _language(self) -> str:
        language = self._random.choice(("en", "ko"))
        self.window.set_language(language)
        return f"language {language}"

    def _theme(self) -> str:
        theme = self._random.choice(("light", "dark"))
        self.window.set_theme(theme)
        return f"theme {theme}"

    def _drop(self) -> str:
        file = self._random.choice(self._files)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        event = QDropEvent(
            QPointF(300, 300),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QCoreApplication.sendEvent(self.window, event)
        return f"drop {file.name}"

    def _open(self) -> str:
        if self._random.random() < 0.3:
            return self._remember()
        file = self._random.choice(self._files)
        self.window.open(file)
        return f"open {file.name}"

    def _remember(self) -> str:
        """Open the same project each time, and see how much memory that leaves in use."""
        self.window.open(self._files[0])
        self.window.wait()
        self.met.memory.append(psutil.Process().memory_info().rss >> 20)
        return "open the first again"

    def _on_beat(self) -> None:
        now = time.thread_time()
        computed, self._computed = now - self._computed, now
        if computed > LONG:
            self.met.freezes.append(f"{1000 * computed:.0f} ms: {' ▸ '.join(self._last[-2:])}")


def _key_event(kind: QEvent.Type, letter: str) -> QKeyEvent:
    return QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)


def _ask_for_menu(widget: QWidget, point: QPoint) -> None:
    """What a right click brings from the platform, which Qt's test events leave out."""
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, point, widget.mapToGlobal(point))
    QCoreApplication.sendEvent(widget, event)


class Stay(QObject):
    """The window cannot be closed, so that the user has something to go on with."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            event.ignore()
            return True
        return False


def broken_files(folder: Path) -> list[Path]:
    """The examples, and files that only look like ones; the first is an ordinary project."""
    for name in PROJECTS:
        shutil.copy(assets() / "examples" / f"{name}.gradviz", folder)
    texts = {
        "empty.gradviz": "",
        "list.gradviz": "[1, 2]",
        "cut.gradviz": (folder / "moons_mlp.gradviz").read_text("utf-8")[:200],
        "deep.gradviz": "[" * 5000,
        "code.py": "import torch\nclass Net(torch.nn.Module):\n    pass\n",
        "wrong.py": "def (:\n",
        "raises.py": "raise RuntimeError('no')\n",
        "nothing.csv": "",
        "table.csv": "a,b,y\n1,2,0\n3,x,1\n",
        "trace.gvtrace": "not a zip",
        "trace.jsonl": '{"index": 0}\n',
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "binary.gradviz").write_bytes(bytes(range(256)) * 8)
    files = [folder / f"{name}.gradviz" for name in PROJECTS]
    return [*files, *sorted(set(folder.iterdir()) - set(files)), folder / "absent.gradviz"]


def go(folder: Path, *, seed: int, actions: int, patient: bool = False) -> Met:
    """Let a random user loose on a window in an empty folder, and say what was met. Whatever Qt
    warns of, or Python raises in any thread, is an error.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    window = MainWindow(Workspace())
    window.filing.asks = True
    stay = Stay()
    window.installEventFilter(stay)
    user = RandomUser(window, folder, seed=seed, actions=actions, patient=patient)

    def on_message(kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "does not support" not in text:
            user.note(f"Qt: {text}")

    def on_raised(
        kind: type[BaseException], error: BaseException, trail: TracebackType | None
    ) -> None:
        user.note("".join(traceback.format_exception(kind, error, trail)))

    def on_failed(error: Exception) -> None:
        if not isinstance(error, GradvizError):
            user.note("".join(traceback.format_exception(error)))

    before = qInstallMessageHandler(on_message), sys.excepthook, threading.excepthook
    sys.excepthook = on_raised
    threading.excepthook = lambda args: on_raised(  # type: ignore[assignment]
        args.exc_type, args.exc_value or RuntimeError(), args.exc_traceback
    )
    window.runner.failed.connect(on_failed)
    there = Path.cwd()
    os.chdir(folder)  # whatever is written without a folder's name lands here
    try:
        window.show()
        window.open(user._files[0])
        while not user.done:
            QApplication.processEvents()
            time.sleep(0.0005)
    finally:
        faulthandler.cancel_dump_traceback_later()
        os.chdir(there)
        qInstallMessageHandler(before[0])
        sys.excepthook, threading.excepthook = before[1:]
        window.removeEventFilter(stay)
        window.filing.asks = False
        window.close()
        window.deleteLater()
    return user.met


def main(arguments: list[str] | None = None) -> int:
    """Go on for as many actions as asked, and print what was met as JSON."""
    parser = argparse.ArgumentParser(description="A user who does anything.")
    parser.add_argument("--actions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--patient", action="store_true", help="wait for the window, so that each run is the same"
    )
    asked = parser.parse_args(arguments)
    from gradviz.qt.app import application

    _app: Any = application()
    with tempfile.TemporaryDirectory() as folder:
        met = go(Path(folder), seed=asked.seed, actions=asked.actions, patient=asked.patient)
    print(
        json.dumps(
            {
                "actions": met.actions,
                "errors": met.errors,
                "freezes": sorted(met.freezes, key=lambda text: -int(text.split()[0]))[:30],
                "memory": met.memory,
            },
            ensure_ascii=False,
            indent=1,
        )
    )
    return 1 if met.errors else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # a worker in the middle of torch would abort the end of Python; see app.leave
