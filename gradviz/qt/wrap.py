"""Long names that may break: labels wrap at spaces alone, and names have none."""

from __future__ import annotations

import re

LONGEST = 24
"""Characters of a word that surely fit into the narrowest pane."""

_JOIN = "\u2060"  # an invisible place where no line may end
_BREAK = "\u200b"  # an invisible place where a line may end


def breakable(text: str) -> str:
    """The text with places to break in words that are too long: behind dots, slashes and
    underscores, and within what is still too long after that. A derivative stays in one piece.
    """
    return re.sub(rf"\S{{{LONGEST + 1},}}", _broken, text).replace("dL/d", f"dL/{_JOIN}d")


def _broken(word: re.Match[str]) -> str:
    parts = re.sub(r"([._/])", rf"\1{_BREAK}", word[0])
    return re.sub(rf"([^{_BREAK}]{{{LONGEST}}})(?=[^{_BREAK}])", rf"\1{_BREAK}", parts)
