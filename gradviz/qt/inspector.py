"""The inspector: what is selected, or what just happened, with its tensors."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz import commands
from gradviz.i18n import gettext as _
from gradviz.qt.factlist import FactList
from gradviz.qt.gradcheckview import GradCheckView
from gradviz.qt.look import SPACE, TEXT, TITLE
from gradviz.qt.pages import Page, page_of
from gradviz.qt.panel import HEADING
from gradviz.qt.previewview import PreviewView
from gradviz.qt.runner import Runner
from gradviz.qt.tensorview import TensorView
from gradviz.qt.workingslist import WorkingsList
from gradviz.qt.wrap import breakable
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace


class Inspector(QWidget):
    """Shows a `Page`, which the runner's worker writes."""

    def __init__(self, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._theme = theme
        self.page = Page(title="")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.about = _label("heading")
        self.follow = QToolButton()
        self.follow.setObjectName("link")
        self.follow.clicked.connect(lambda: runner.do(commands.select, None))
        top = QHBoxLayout()
        top.setContentsMargins(SPACE + SPACE // 2, SPACE // 2 + 2, SPACE, 0)
        top.addStrut(HEADING)
        top.addWidget(self.about, 1)
        top.addWidget(self.follow)
        outer.addLayout(top)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.scroller, 1)
        body = QWidget()
        body.setObjectName("paper")
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE + SPACE // 2, SPACE, SPACE + SPACE // 2, SPACE)
        column.setSpacing(SPACE // 2)
        self.title = _label()
        self.title.setFont(fonts.font("sans", TITLE, bold=True))
        self.subtitle = _label("muted")
        self.subtitle.setFont(fonts.font("mono", TEXT))
        self.sentence = _label()
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addWidget(self.sentence)
        self.facts = FactList()
        column.addWidget(self.facts)
        self.workings = WorkingsList()
        column.addWidget(self.workings)
        self.check = GradCheckView(runner)
        self.sheet = PreviewView(theme)
        column.addWidget(self.sheet)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE)
        column.addLayout(self._rows)
        column.addWidget(self.check)
        column.addStretch(1)
        self.scroller.setWidget(body)
        self.views: list[TensorView] = []
        self._counts: list[int] = []
        runner.busy_changed.connect(self._on_busy)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("inspector"))
        self.scroller.setAccessibleName(_("inspector"))
        self.follow.setText(_("Follow the cursor"))
        self.follow.setToolTip(_("Deselect, so that the inspector shows what just happened"))
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.sheet.recolour(theme)
        self._arrange()

    def refresh(self) -> None:
        """Have a new page written."""
        self._runner.ask(self, lambda: page_of(self._workspace), self._show)

    def _on_busy(self, busy: bool) -> None:
        if self._workspace.session is not None:
            return
        if busy:
            text = _("PyTorch is loaded, then the project runs its first iteration.")
            self._show(Page(title=_("Loading…"), sentence=text))
        else:
            self.refresh()

    def _show(self, page: Page) -> None:
        self.page = page
        self._arrange()

    def _arrange(self) -> None:
        page = self.page
        self.about.setText(_("Selected") if page.chosen else _("At the cursor"))
        self.follow.setVisible(page.chosen)
        self.title.setText(breakable(page.title))
        self.subtitle.setText(breakable(page.subtitle))
        self.subtitle.setVisible(bool(page.subtitle))
        self.sentence.setText(breakable(page.sentence))
        self.sentence.setVisible(bool(page.sentence))
        self.facts.show_facts(page.facts)
        self.sheet.show_previews(page.previews, page.sentence)
        self.sheet.setVisible(bool(page.previews))
        self._show_tensors(page)
        self.workings.show_workings(page.workings)
        self.check.show_checking(page.checking)

    def _show_tensors(self, page: Page) -> None:
        """A row of views for each row of tensors; those that are there serve again."""
        wanted = [len(shown) for shown in page.rows]
        if wanted != self._counts:
            self._counts = wanted
            while (item := self._rows.takeAt(0)) is not None:
                old = item.widget()
                if old is not None:
                    old.hide()
                    old.deleteLater()
            self.views = [view for count in wanted for view in self._add_row(count)]
        for view, tensor in zip(self.views, chain(*page.rows), strict=True):
            view.recolour(self._theme)
            view.show_tensor(tensor)

    def _add_row(self, count: int) -> list[TensorView]:
        row, views = QWidget(), [TensorView(self._theme) for _ in range(count)]
        across = QHBoxLayout(row)
        across.setContentsMargins(0, SPACE // 2, 0, 0)
        across.setSpacing(SPACE + SPACE // 2)
        for view in views:
            across.addWidget(view, 1, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(row)
        return views


def _label(name: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
