"""The licence of an installed Debian font, read from its package's copyright file."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath

DOCUMENTS = Path("/usr/share/doc")
FONT_SOURCES = {".ttf", ".otf", ".sfd", ".ufo", ".glyphs", ".pfb"}
# Free licences under which a drawing of a letter is nobody's concern: a GPL counts only with an
# exception for fonts.
OPEN = re.compile(
    r"OFL|SIL|Apache|MIT|Expat|BSD|Vera|GUST|LPPL|CC0|public.domain|Unlicense|font.?exception|\+FE",
    re.IGNORECASE,
)
# What older copyright files, which are plain prose, say of each licence; the first match counts.
PHRASES: dict[str, str] = {
    r"SIL\s+Open\s+Font\s+License,?\s+Version\s+1\.1": "OFL-1.1",
    r"SIL\s+Open\s+Font\s+License,?\s+Version\s+1\.0": "OFL-1.0",
    r"GUST\s+Font\s+License": "GUST Font License",
    r"special\s+exception,\s+if\s+you\s+create\s+a\s+document": "GPL with font exception",
    r"License:\s+Public\s+Domain": "public domain",
}


def of_font(package: str, *, font: Path) -> str:
    """The licence's name as the package gives it, or an empty text.

    In the machine-readable format the last paragraph whose pattern fits a file counts:
    https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
    """
    text = copyright_text(package)
    found = ""
    for patterns, licence in paragraphs(text):
        if any(covers(pattern, font=font) for pattern in patterns):
            found = licence
    return found or prose(text)


def is_open(licence: str) -> bool:
    """Whether the name is that of a clearly free licence."""
    return OPEN.search(licence) is not None


@cache
def copyright_text(package: str) -> str:
    """The package's copyright file."""
    return (DOCUMENTS / package / "copyright").read_text(encoding="utf-8", errors="replace")


def paragraphs(text: str) -> list[tuple[list[str], str]]:
    """File patterns and licence name of each `Files` paragraph."""
    result: list[tuple[list[str], str]] = []
    for paragraph in re.split(r"\n\s*\n", text):
        files = re.search(r"^Files:(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE)
        licence = re.search(r"^License:[ \t]*(\S.*)", paragraph, re.MULTILINE)
        if files and licence:
            result.append((files[1].split(), licence[1].strip()))
    return result


def covers(pattern: str, *, font: Path) -> bool:
    """Whether a pattern fits the font or, by its stem, the source that the font is built from."""
    path = PurePosixPath(pattern)
    return pattern == "*" or (path.suffix in FONT_SOURCES and fnmatch(font.stem, path.stem))


def prose(text: str) -> str:
    """The licence that a copyright file in plain prose speaks of, or an empty text."""
    for phrase, licence in PHRASES.items():
        if re.search(phrase, text, re.IGNORECASE):
            return licence
    return ""
