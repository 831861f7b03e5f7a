"""What can be done on the canvas by key or menu: a table, and Qt's actions made of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.handles import Handles


class Deed(Struct, frozen=True):
    """One entry: its name, its text, its keys, what it needs selected (``blocks``, ``two`` or more
    of them, some that are ``alike``, a single ``block``, a ``composite``, one to be ``kept``, a
    ``wire`` too, or nothing), and what it does.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    needs: str
    do: Callable[[Handles], None]


BREAK = None
ALIGN = N_("Al&ign")
DEEDS: tuple[Deed | None, ...] = (
    Deed("undo", N_("&Undo"), ("Ctrl+Z",), "past", Handles.undo),
    Deed("redo", N_("&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "future", Handles.redo),
    BREAK,
    Deed("add", N_("&Add a block…"), ("/", "Insert"), "", Handles.add),
    Deed("replace", N_("Re&place by…"), ("R",), "block", Handles.replace),
    Deed("connect", N_("&Connect…"), ("C",), "block", Handles.draw_wires),
    Deed("disconnect", N_("&Disconnect"), ("Shift+C",), "any", Handles.cut_wires),
    BREAK,
    Deed("cut", N_("Cu&t"), ("Ctrl+X",), "blocks", Handles.cut),
    Deed("copy", N_("Cop&y"), ("Ctrl+C",), "blocks", Handles.copy),
    Deed("paste", N_("Pa&ste"), ("Ctrl+V",), "", Handles.paste),
    Deed("duplicate", N_("Dup&licate"), ("Ctrl+D",), "blocks", Handles.duplicate),
    Deed("delete", N_("De&lete"), ("Delete",), "any", Handles.delete),
    Deed("bypass", N_("Take &out and join"), ("Shift+Delete",), "blocks", Handles.bypass),
    BREAK,
    Deed("group", N_("&Group"), ("Ctrl+G",), "blocks", Handles.group),
    Deed("ungroup", N_("U&ngroup"), ("Ctrl+Shift+G",), "composite", Handles.ungroup),
    Deed("share", N_("Share &weights"), ("W",), "alike", Handles.share),
    Deed("part", N_("W&eights of its own"), ("Shift+W",), "same", Handles.part),
    Deed("enter", N_("&Open the composite"), ("Ctrl+Return",), "composite", Handles.enter),
    Deed("keep", N_("&Keep in the library"), ("Ctrl+K",), "kept", Handles.keep),
    Deed("leave", N_("Go &up"), ("Ctrl+Backspace",), "inside", Handles.leave),
    BREAK,
    Deed("arrange", N_("A&rrange"), ("Ctrl+L",), "", Handles.arrange),
    Deed("all", N_("Select a&ll"), ("Ctrl+A",), "", Handles.select_all),
    Deed("rename", N_("Rena&me"), ("F2",), "block", Handles.rename),
)
ALIGNMENTS: tuple[Deed | None, ...] = (
    Deed("left", N_("&Left edges"), ("Alt+A",), "two", lambda hands: hands.align("left")),
    Deed("centre", N_("&Centres"), ("Alt+H",), "two", lambda hands: hands.align("centre")),
    Deed("right", N_("&Right edges"), ("Alt+D",), "two", lambda hands: hands.align("right")),
    Deed("top", N_("&Top edges"), ("Alt+W",), "two", lambda hands: hands.align("top")),
    Deed("middle", N_("&Middles"), ("Alt+V",), "two", lambda hands: hands.align("middle")),
    Deed("bottom", N_("&Bottom edges"), ("Alt+S",), "two", lambda hands: hands.align("bottom")),
    BREAK,
    Deed("across", N_("Space out &across"), (), "three", lambda h: h.distribute("across")),
    Deed("down", N_("Space out &down"), (), "three", lambda h: h.distribute("down")),
)


class Deeds(QObject):
    """The actions by their names. Keys count on the canvas alone, so that they can be plain."""

    def __init__(self, desk: Desk, hands: Handles, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._hands = desk, hands
        self.of: dict[str, QAction] = {}
        self._texts: list[tuple[QAction, str]] = []
        for deed in (*DEEDS, *ALIGNMENTS):
            if deed is not None:
                self._make(deed)
        hands.editor.addActions(list(self.of.values()))
        for signal in (desk.picked, desk.drawn, desk.entered):
            signal.connect(self.refresh)
        self.retranslate()
        self.refresh()

    def fill(self, menu: QMenu) -> None:
        """Put all of them into a menu, and say what it is about."""
        menu.clear()
        for inside in menu.findChildren(QMenu):  # Qt leaves submenus behind
            inside.deleteLater()
        self._put(menu, DEEDS)
        menu.addSeparator()
        inside = menu.addMenu(_(ALIGN))
        self._put(inside, ALIGNMENTS)

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for action, text in self._texts:
            action.setText(_(text))

    def refresh(self) -> None:
        """Offer what makes sense with the selection."""
        for deed in (*DEEDS, *ALIGNMENTS):
            if deed is not None:
                self.of[deed.name].setEnabled(self._can(deed.needs))

    def _can(self, needs: str) -> bool:
        desk = self._desk
        count = len(desk.chosen)
        single = desk.sheet.cards.get(desk.chosen[0]) if count == 1 else None
        return {
            "": desk.diagram is not None,
            "past": self._hands.can_undo,
            "future": self._hands.can_redo,
            "any": count > 0 or desk.wire is not None,
            "blocks": count > 0,
            "block": count >= 1,
            "two": count > 1,
            "three": count > 2,
            "composite": single is not None and single.sort == "composite",
            "alike": self._hands.can_share,
            "same": any(each is not None and each.same for each in map(desk.block, desk.chosen)),
            "inside": bool(desk.trail),
            "kept": single.sort == "composite" if single is not None else bool(desk.trail),
        }[needs]

    def _make(self, deed: Deed) -> None:
        action = QAction(self)
        action.setShortcuts([QKeySequence(key) for key in deed.keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _checked=False: deed.do(self._hands))
        self._texts.append((action, deed.text))
        self.of[deed.name] = action

    def _put(self, menu: QMenu, deeds: tuple[Deed | None, ...]) -> None:
        for deed in deeds:
            if deed is None:
                menu.addSeparator()
            else:
                menu.addAction(self.of[deed.name])
