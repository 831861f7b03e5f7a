"""Which theme and language the window has, chosen here or by the system, and remembered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from gradviz import i18n
from gradviz.settings import Settings, write_settings

if TYPE_CHECKING:
    from gradviz.settings import Colours


class Worn(Protocol):
    """What the window can do about it."""

    def set_theme(self, name: str) -> None:
        """Change the colours."""

    def set_language(self, language: str) -> None:
        """Change the language."""


class Appearance(QObject):
    """The user's choice of theme, which may be to have that of the system, also when it changes.

    ``file`` is where choices are remembered; without one they are the window's alone.
    """

    def __init__(self, window: Worn, parent: QObject, settings: Settings) -> None:
        super().__init__(parent)
        self._window = window
        self.settings = settings
        self.file: Path | None = None
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system)

    @property
    def theme(self) -> str:
        """The name of the theme to show now."""
        chosen = self.settings.theme
        return of_system() if chosen == "system" else chosen

    def choose_theme(self, name: Colours) -> None:
        """Take a theme, or with ``system`` that of the system."""
        self._choose(replace(self.settings, theme=name))
        self._window.set_theme(self.theme)

    def choose_language(self, language: str) -> None:
        """Take a language."""
        known = "ko" if language == "ko" else "en"
        self._choose(replace(self.settings, language=known))
        self._window.set_language(known)

    def _choose(self, settings: Settings) -> None:
        self.settings = settings
        write_settings(settings, self.file)

    def _on_system(self) -> None:
        if self.settings.theme == "system":
            self._window.set_theme(self.theme)


def of_system() -> str:
    """The theme that the system has; light where it does not tell."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def language_of(settings: Settings) -> str:
    """The language that was chosen, else the system's."""
    return settings.language or i18n.of_system()
