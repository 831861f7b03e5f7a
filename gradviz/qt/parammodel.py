"""The parameters at the cursor as a table model."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from gradviz.errors import TraceError
from gradviz.explain.rows import number, shape_text
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.look import TEXT
from gradviz.qt.nodepage import last_update, update_norm
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

COLUMNS = (N_("parameter"), N_("shape"), N_("‖value‖"), N_("‖grad‖"), N_("‖last update‖"))
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Parameter(Struct, frozen=True):
    """A parameter's texts, one a column."""

    name: str
    shape: str
    value: str
    grad: str
    update: str


def parameters_of(workspace: Workspace) -> tuple[Parameter, ...]:
    """All parameters at the cursor. For the worker: it reads tensors."""
    session = workspace.session
    if session is None:
        return ()
    state, trace, index = session.state, session.trace, session.index
    return tuple(
        Parameter(
            name,
            _told(lambda name=name: shape_text(tuple(state.params[name].shape))),
            _told(lambda name=name: _norm(state.params[name])),
            _told(lambda name=name: _norm(state.grads.get(name))),
            update_norm(trace, last_update(trace, index, name)) or "–",
        )
        for name in state.params
    )


def _told(tell: Any) -> str:
    try:
        return str(tell())
    except TraceError:
        return "?"


def _norm(tensor: Any) -> str:
    return "None" if tensor is None else number(tensor.detach().double().norm().item())


class ParameterModel(QAbstractTableModel):
    """A row a parameter; the worker works the numbers out."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self.parameters: tuple[Parameter, ...] = ()

    def refresh(self) -> None:
        """Have the numbers worked out for the cursor."""
        self._runner.ask(self, lambda: parameters_of(self._workspace), self._show)

    def retranslate(self) -> None:
        """Header texts are in the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._tell()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.parameters)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _(COLUMNS[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if section > 1 else _LEFT
        return None

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        known = self.parameters[index.row()]
        text = (known.name, known.shape, known.value, known.grad, known.update)[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return text
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if index.column() > 1 else _LEFT
            case Qt.ItemDataRole.FontRole:
                return fonts.font("mono" if index.column() else "sans", TEXT)
            case Qt.ItemDataRole.ForegroundRole:
                absent = text in ("None", "–", "?")
                return QColor(self._theme.muted if absent else self._theme.text)
        return None

    def _show(self, parameters: tuple[Parameter, ...]) -> None:
        if len(parameters) == len(self.parameters):
            self.parameters = parameters
            self._tell()
            return
        self.beginResetModel()
        self.parameters = parameters
        self.endResetModel()

    def _tell(self) -> None:
        if self.parameters:
            last = self.index(len(self.parameters) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
