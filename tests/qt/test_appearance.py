"""Theme and language, chosen and remembered."""

from __future__ import annotations

from pathlib import Path

from gradviz import i18n
from gradviz.qt.appearance import language_of, of_system
from gradviz.qt.mainwindow import MainWindow
from gradviz.settings import Settings, read_settings
from gradviz.workspace import Workspace


def test_choices_of_the_menu_are_remembered(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    window = MainWindow(Workspace())
    try:
        window.appearance.file = file
        window._menus.of["dark"].trigger()
        assert window.theme.name == "dark"
        window._menus.of["ko"].trigger()
        assert i18n.language() == "ko"
        assert read_settings(file) == Settings(theme="dark", language="ko")
        window._menus.of["print"].trigger()
        assert window.theme.name == "print"
        window._menus.of["system"].trigger()
        assert window._menus.of["system"].isChecked()
        assert window.theme.name == of_system()
        assert read_settings(file) == Settings(theme="system", language="ko")
    finally:
        window.close()
        window.deleteLater()


def test_a_window_of_its_own_remembers_nothing(window: MainWindow) -> None:
    window.appearance.choose_theme("dark")
    assert window.theme.name == "dark"
    assert window.appearance.file is None


def test_the_window_follows_the_system() -> None:
    window = MainWindow(Workspace(), Settings(theme="system"))
    try:
        window.set_theme("print")
        window.appearance._on_system()
        assert window.theme.name == of_system()
        window.appearance.choose_theme("print")
        window.appearance._on_system()
        assert window.theme.name == "print"
    finally:
        window.close()
        window.deleteLater()


def test_the_language_is_the_chosen_one_or_that_of_the_system() -> None:
    assert language_of(Settings(language="ko")) == "ko"
    assert language_of(Settings()) == i18n.of_system()
