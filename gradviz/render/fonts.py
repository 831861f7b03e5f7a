"""The bundled fonts: registered with Qt once, and measured without a screen."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from gradviz.errors import GradvizError
from gradviz.i18n import N_
from gradviz.render.drawing import Font
from gradviz.resources import assets

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication

FAMILIES: dict[Font, str] = {"sans": "Gradviz Sans", "mono": "Gradviz Mono"}
FILES = ("GradvizSans-Regular.ttf", "GradvizSans-Bold.ttf", "GradvizMono-Regular.ttf")

_own_application: QGuiApplication | None = None


class PictureError(GradvizError):
    """Pictures cannot be made on this machine."""


def font(family: Font, size: float, *, bold: bool = False) -> QFont:
    """The Qt font of a pixel size, rounded to whole pixels; without hinting it scales evenly."""
    return _font(family, max(1, round(size)), bold)


def width(text: str, *, family: Font = "sans", size: float, bold: bool = False) -> float:
    """How far a line of text reaches, in pixels."""
    return _width(text, family, max(1, round(size)), bold)


def elided(
    text: str, room: float, *, family: Font = "sans", size: float, bold: bool = False
) -> str:
    """The text, its middle replaced by ``…`` if it is wider than ``room`` pixels."""
    if len(text) < 200 and width(text, family=family, size=size, bold=bold) <= room:
        return text
    fits, too_many = 0, min(len(text), 200)
    while fits + 1 < too_many:
        kept = (fits + too_many) // 2
        if width(_middle_out(text, kept), family=family, size=size, bold=bold) <= room:
            fits = kept
        else:
            too_many = kept
    return _middle_out(text, fits)


def ready() -> None:
    """See to it that Qt can draw text: an application exists and knows the fonts.

    A program with a window makes its own application first; without one this makes one that needs
    no display. Raises `PictureError` when Qt cannot be loaded.
    """
    _registered()


def give_way() -> None:
    """Let go of the application that `ready` made, before a program makes one with windows."""
    global _own_application
    if _own_application is not None:
        _own_application.shutdown()
        _own_application = None
        for memory in (_registered, _font, _metrics, _width):
            memory.cache_clear()


def _middle_out(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail]}…{text[len(text) - tail :]}"


@cache
def _font(family: Font, size: int, bold: bool) -> QFont:
    _registered()
    from PySide6.QtGui import QFont

    made = QFont(FAMILIES[family])
    made.setPixelSize(size)
    made.setBold(bold)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


@lru_cache(maxsize=65536)
def _width(text: str, family: Font, size: int, bold: bool) -> float:
    return _metrics(family, size, bold).horizontalAdvance(text)


@cache
def _metrics(family: Font, size: int, bold: bool) -> QFontMetricsF:
    from PySide6.QtGui import QFontMetricsF

    return QFontMetricsF(_font(family, size, bold))


@cache
def _registered() -> None:
    global _own_application
    try:
        from PySide6.QtGui import QFontDatabase, QGuiApplication
    except ImportError as error:
        raise PictureError(
            N_("Qt cannot be loaded ({reason})"),
            where="PySide6",
            mend=N_("install the system packages {packages}, or reinstall PySide6-Essentials"),
            reason=error,
            packages="libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1",
        ) from error
    if QGuiApplication.instance() is None:
        _own_application = QGuiApplication([sys.argv[0] or "gradviz", "-platform", "offscreen"])
    for file in FILES:
        path = assets() / "fonts" / file
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise PictureError(
                N_("the font cannot be read"), where=str(path), mend=N_("reinstall gradviz")
            )
