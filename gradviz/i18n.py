"""The language of every text that a user reads: gettext catalogues, English and Korean."""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from functools import cache

from gradviz.resources import assets

LANGUAGES = {"en": "English", "ko": "한국어"}

_current = "en"


def N_(message: str) -> str:
    """Mark a message for the catalogue and leave it as it is."""
    return message


def use(language: str) -> None:
    """Set the language of all later texts; a language that we do not have means English."""
    global _current
    _current = language if language in LANGUAGES else "en"


def language() -> str:
    """The language in use, a key of `LANGUAGES`."""
    return _current


def gettext(message: str) -> str:
    """The message in the language in use."""
    return _catalogue(_current).gettext(message) if message else ""


def of_system() -> str:
    """The language that the user's environment asks for, a key of `LANGUAGES`."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = os.environ.get(variable, "")
        if wanted:
            return wanted[:2].lower() if wanted[:2].lower() in LANGUAGES else "en"
    try:
        wanted = locale.getlocale()[0] or ""
    except ValueError:
        return "en"
    return "ko" if wanted.lower().startswith(("ko", "korean")) else "en"


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(
        "gradviz", assets() / "translations", languages=[language], fallback=True
    )
