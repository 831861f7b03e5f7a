"""The keys of the window, read from its menus, so that they are those that work."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from gradviz.i18n import gettext as _


def keys_page(bar: QMenuBar) -> str:
    """A table for each menu, as Markdown."""
    lines = [f"# {_('Keys')}"]
    for action in bar.actions():
        menu = action.menu()
        rows = list(_rows(menu)) if isinstance(menu, QMenu) else []
        if rows:
            lines += ["", f"## {_plain(action.text())}", "", "| | |", "|---|---|"]
            lines += [f"| `{keys}` | {text} |" for keys, text in rows]
    return "\n".join(lines) + "\n"


def _rows(menu: QMenu) -> Iterator[tuple[str, str]]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from _rows(inner)
        elif action.shortcuts():
            yield _keys(action), _plain(action.text())


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(key.toString(native) for key in action.shortcuts())


def _plain(text: str) -> str:
    """A menu's text without its mnemonic: ``&Open…``, or ``열기(&O)…`` as Korean has them."""
    start, sign, rest = text.partition("(&")
    if sign and rest[1:2] == ")":
        return start + rest[2:]
    return text.replace("&", "")
