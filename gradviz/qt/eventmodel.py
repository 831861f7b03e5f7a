"""The events of an iteration as a table model; the worker fills in the rows that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QFont

from gradviz.explain.rows import Row, row
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.icons import swatch
from gradviz.qt.look import TEXT
from gradviz.qt.place import place_of
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.trace.events import AnyEvent
from gradviz.workspace import Workspace

COLUMNS = (
    N_("#"),
    N_("phase"),
    N_("what"),
    N_("module"),
    N_("shape"),
    N_("value"),
    N_("grad"),
    N_("update"),
)
NUMBERS = ("value", "grad", "update")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class EventModel(QAbstractTableModel):
    """A row an event, numbered from 0 in its iteration. What lies ahead of the cursor is dim and
    tells no numbers yet.
    """

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self._events: Sequence[AnyEvent] = ()
        self._rows: dict[int, Row] = {}
        self._wanted: set[int] = set()
        self.current = -1
        """The row of the event under the cursor; -1 is before the first."""
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)

    def refresh(self) -> None:
        """Look up the cursor, and the events if they are others."""
        place = place_of(self._workspace)
        events = place.events if place else ()
        same = events is self._events or (
            len(events) == len(self._events)
            and all(one is other for one, other in zip(events, self._events, strict=True))
        )
        if not same:
            self.beginResetModel()
            self._events, self._rows, self._wanted = events, {}, set()
            self.current = place.event if place else -1
            self.endResetModel()
        elif place is not None and self.current != place.event:
            first, last = sorted((self.current, place.event))
            self.current = place.event
            self._tell(first, last)

    def retranslate(self) -> None:
        """Words of rows are in the language in use."""
        self._rows = {}
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._tell()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._tell()

    def event_at(self, place: int) -> AnyEvent:
        """The event of a row."""
        return self._events[place]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _(COLUMNS[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if COLUMNS[section] in (*NUMBERS, "#") else _LEFT
        return None

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        name = COLUMNS[index.column()]
        event = self._events[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index.row(), name, event)
            case Qt.ItemDataRole.DecorationRole if name == "phase":
                return swatch(self._theme.phases[event.phase])
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if name in (*NUMBERS, "#") else _LEFT
            case Qt.ItemDataRole.FontRole:
                return self._font(name)
            case Qt.ItemDataRole.ForegroundRole:
                ahead = index.row() > self.current
                return QColor(self._theme.ahead_text if ahead else self._theme.text)
        return None

    def _text(self, place: int, name: str, event: AnyEvent) -> str:
        if name == "#":
            return str(place)
        if name == "phase":
            return event.phase
        if name in NUMBERS and place > self.current:
            return ""
        known = self._rows.get(place)
        if known is None:
            self._wanted.add(place)
            self._asking.start()
            return ""
        return str(getattr(known, name))

    def _font(self, name: str) -> QFont:
        return fonts.font("mono" if name in (*NUMBERS, "#", "shape") else "sans", TEXT)

    def _ask(self) -> None:
        session = self._workspace.session
        if not self._wanted or session is None or self._runner.busy:
            return
        trace = session.trace
        wanted = {place: self._events[place] for place in self._wanted}
        self._wanted = set()
        self._runner.ask(
            (self, min(wanted)),
            lambda: {place: row(trace, event) for place, event in wanted.items()},
            lambda rows: self._keep(rows, wanted),
        )

    def _keep(self, rows: dict[int, Row], events: dict[int, AnyEvent]) -> None:
        for place, told in rows.items():
            if place < len(self._events) and self._events[place] is events[place]:
                self._rows[place] = told
        if rows:
            self._tell(min(rows), max(rows))

    def _tell(self, first: int = 0, last: int | None = None) -> None:
        """These rows have changed; all of them if nothing is said."""
        end = len(self._events) - 1
        last = end if last is None else min(last, end)
        if last >= 0:
            right = self.index(last, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(max(first, 0), 0), right)
