"""Help in the window, in both languages, and the versions."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QApplication

from gradviz import __version__, i18n
from gradviz.qt.help.about import versions
from gradviz.qt.help.topics import OF_VIEWS, TOPICS, page
from gradviz.qt.mainwindow import MainWindow
from gradviz.resources import assets

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize("topic", TOPICS)
def test_each_page_is_there_in_both_languages(topic: str) -> None:
    english, korean = page(topic, "en"), page(topic, "ko")
    shape = re.compile(r"^(?:# |- |\| )", re.MULTILINE)
    assert shape.findall(english) == shape.findall(korean)
    assert re.search("[가-힣]", korean)
    code = re.compile(r"`([^`]+)`")
    assert set(code.findall(english)) - {"dL/d output"} <= set(code.findall(korean))


def test_there_are_no_pages_that_nobody_finds() -> None:
    for language in i18n.LANGUAGES:
        files = {file.stem for file in (assets() / "help" / language).iterdir()}
        assert files == set(TOPICS)


def test_keys_in_the_pages_are_those_of_the_menus(window: MainWindow) -> None:
    known = set()
    for action in window.findChildren(type(window._menus.of["quit"])):
        known |= {key.toString() for key in action.shortcuts()}
    words = " ".join(page(topic, "en") for topic in TOPICS)
    named = re.findall(r"\b(?:(?:Ctrl|Shift|Alt)\+)*F\d+\b|\bCtrl\+[A-Z0-9]\b", words)
    assert named
    assert set(named) <= known


def test_f1_tells_about_the_pane_where_one_works(window: MainWindow) -> None:
    window.activateWindow()
    window.inspector.scroller.setFocus()
    window._menus.of["help"].trigger()
    help = window.helping.help
    assert help is not None
    assert help.isVisible()
    assert help.topic == "inspector"
    assert "The inspector" in help.browser.toPlainText()
    window.activateWindow()
    window.tabs.setCurrentWidget(window.parameters)
    window.parameters.setFocus()
    window._menus.of["help"].trigger()
    assert help.topic == "parameters"
    window.set_language("ko")
    assert help.topic == "parameters"
    assert "파라미터" in help.browser.toPlainText()
    window._menus.of["keys"].trigger()
    text = help.browser.toPlainText()
    assert "F11" in text
    assert "(&" not in text
    assert "&" not in text


def test_every_pane_has_a_page(window: MainWindow) -> None:
    window.show_graphs("blocks")
    for pane in window.panewalk.panes:
        kind = type(pane.view).__name__
        assert kind in OF_VIEWS or kind == "QTabWidget", kind


def test_versions_are_told_without_loading_torch(window: MainWindow) -> None:
    window._menus.of["about"].trigger()
    about = window.helping.about
    assert about is not None
    about.copy()
    assert f"gradviz {__version__}" in QApplication.clipboard().text()
    about.close()
    assert versions()["torch"][0].isdigit()
    program = (
        "import sys; from gradviz.qt.help import about; about.versions();"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
