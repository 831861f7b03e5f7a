"""The find bar: what to look for in the graph, how much of it there is, and on to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from gradviz import commands
from gradviz.errors import GradvizError
from gradviz.i18n import gettext as _
from gradviz.qt.answers import Answer, Target, answer_of
from gradviz.qt.graphview import GraphView
from gradviz.qt.icons import SIDE, icon
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.spec.query import query
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.workspace import Workspace

WIDTH = 300
"""Pixels that the field takes at most."""


class FindBar(QFrame):
    """Stands above the graph views. It asks; they point out the answers, and it goes through those
    of the first.
    """

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        graph: GraphView,
        theme: Theme,
        *,
        modules: GraphView,
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._workspace = workspace
        self._runner = runner
        self._graph = graph
        self._modules = modules
        self._seen: tuple[GraphView, ...] = (graph,)
        self._answers: dict[GraphView, Answer] = {}
        self._at: int | None = None
        self._wrong = False
        self._fresh = False
        self._looked_in: AutogradGraph | ModuleGraph | None = None
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.field = QLineEdit()
        self.count = QLabel()
        self.count.setObjectName("muted")
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.before, self.next, self.close_ = QToolButton(), QToolButton(), QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.heading)
        self.field.setMaximumWidth(WIDTH)
        row.addWidget(self.field, 2)
        row.addWidget(self.count)
        row.addWidget(self.before)
        row.addWidget(self.next)
        row.addSpacing(SPACE)
        row.addWidget(self.told, 3)
        row.addWidget(self.close_, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self.before, self.next, self.close_):
            button.setIconSize(QSize(SIDE, SIDE))
        self.field.textEdited.connect(self._sought)
        self.before.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        self.close_.clicked.connect(self.dismiss)
        self.field.installEventFilter(self)
        for view in (graph, modules):
            view.installEventFilter(self)
            view.pictured.connect(self._point)
        self.recolour(theme)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("find in the graph"))
        self.field.setAccessibleName(_("find in the graph"))
        self.field.setPlaceholderText(_("relu, fc1.weight, 64x3, nan, no grad, norm > 1"))
        for button, text in (
            (self.before, _("Previous (Shift+F3)")),
            (self.next, _("Next (F3)")),
            (self.close_, _("Close (Esc)")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(text)
        self._show_field(not self.field.isHidden())
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        for button, name in ((self.before, "up"), (self.next, "down"), (self.close_, "close")):
            button.setIcon(icon(name, colour=theme.text, disabled=theme.none))

    def look_in(self, *views: GraphView) -> None:
        """Look in the graphs of these views, and go through the first."""
        for view in self._seen:
            view.point_out(None)
        self._seen, self._graph, self._at = views, views[0], None
        self.refresh()

    @property
    def _answer(self) -> Answer:
        return self._answers.get(self._graph, Answer({}))

    def open(self) -> None:
        """Show the bar, ready to be written into."""
        search = self._workspace.search
        if search is not None and search.kind != "find":
            self._runner.do(commands.stop_looking)
        self._show_field(True)
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        if self.field.text():
            self._sought(self.field.text())

    def dismiss(self) -> None:
        """Point nothing out any more, and hide."""
        self.hide()
        self._wrong = False
        self._graph.setFocus()
        if self._workspace.search is not None:
            self._runner.do(commands.stop_looking)

    def refresh(self) -> None:
        """Look again: the cursor may stand elsewhere."""
        search, session, seen = self._workspace.search, self._workspace.session, self._seen
        if search is None or session is None:
            self._take({})
            return
        trace, index, graphs = session.trace, session.index, [self._graph_of(view) for view in seen]
        looked_in = dict(zip(seen, graphs, strict=True))

        def work() -> dict[GraphView, Answer]:
            return {
                view: answer_of(search, graph, trace, index)
                for view, graph in zip(seen, graphs, strict=True)
                if graph is not None
            }

        def answered(answers: dict[GraphView, Answer]) -> None:
            self._looked_in = looked_in.get(self._graph)
            self._take(answers)

        self._runner.ask(self, work, answered)

    def seek(self) -> None:
        """Something else is looked for."""
        search = self._workspace.search
        self._at, self._fresh = None, True
        if search is not None:
            find = search.kind == "find"
            self._show_field(find)
            if find and not self.field.hasFocus():
                self.field.setText(search.text)
                self._wrong = False
            self.show()
        self.refresh()

    def go(self, step: int) -> None:
        """To the next thing that was found, or with -1 to the one before."""
        count = len(self._answer.targets)
        if not count or not self._answer.numbered or self._stale:
            return
        first = 0 if step > 0 else count - 1
        self._at = first if self._at is None else (self._at + step) % count
        target = self._current()
        graph = self._graph_of(self._graph)
        if isinstance(target, int) and isinstance(graph, ModuleGraph):
            self._runner.do(commands.select_boxes, (target,))
        elif isinstance(target, int) and graph is not None:
            self._runner.do(commands.select, graph.nodes[target].id)
        elif isinstance(target, str):
            self._graph.show_target(target)
        self._tell()

    def enter(self) -> None:
        """Unfold the box that hides what was found; if nothing does, go to the next."""
        target, graph = self._current(), self._graph_of(self._graph)
        view = "modules" if isinstance(graph, ModuleGraph) else "autograd"
        if self._stale:
            return
        if isinstance(target, int) and graph is not None and self._graph.hides(target):
            self._runner.do(commands.reveal, graph.nodes[target].id, view)
        else:
            self.go(1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            key = event.key()
            if key == Qt.Key.Key_Escape and not self.isHidden():
                self.dismiss()
                return True
            if watched is self.field and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if shift:
                    self.go(-1)
                else:
                    self.enter()
                return True
        return super().eventFilter(watched, event)

    def _graph_of(self, view: GraphView) -> AutogradGraph | ModuleGraph | None:
        return self._workspace.modules if view is self._modules else self._workspace.graph

    @property
    def _stale(self) -> bool:
        """Whether the answer is about a graph that is gone, and the next one still to come."""
        return self._looked_in is not self._graph_of(self._graph)

    def _current(self) -> Target | None:
        targets = list(self._answer.targets)
        return targets[self._at] if self._at is not None and self._at < len(targets) else None

    def _sought(self, text: str) -> None:
        """Look while the user writes; what cannot be read yet is said here, and nowhere else."""
        self._at, self._wrong = None, False
        if not text.strip():
            self._runner.do(commands.stop_looking)
            return
        try:
            query(text)
        except GradvizError as error:
            self._take({self._graph: Answer({}, str(error), wrong=True)})
            self._wrong = True
            return
        self._runner.do(commands.find, text, latest=True)

    def _take(self, answers: dict[GraphView, Answer]) -> None:
        if self._wrong:  # this is of what stood there before
            return
        self._answers = answers
        answer = self._answer
        if self._at is not None and self._at >= len(answer.targets):
            self._at = None
        self._point()
        self._tell()
        if self._fresh and not answer.numbered:
            for target in list(answer.targets)[:1]:
                self._graph.show_target(target)
        self._fresh = False

    def _point(self) -> None:
        for view in self._seen:
            answer = self._answers.get(view)
            active = self._workspace.search is not None and answer is not None and answer.targets
            view.point_out(answer if active else None)

    def _tell(self) -> None:
        answer, target = self._answer, self._current()
        count = len(answer.targets)
        text = ""
        if answer.numbered:
            text = _("{count} found").format(count=count)
            if self._at is not None:
                text = _("{number} of {count}").format(number=self._at + 1, count=count)
        self.count.setText(text)
        told = answer.told or ("" if target is None else answer.targets[target])
        self.told.setText(f"⚠ {told}" if answer.wrong else told)
        for button in (self.before, self.next):
            button.setEnabled(answer.numbered and count > 0)

    def _show_field(self, shown: bool) -> None:
        for part in (self.field, self.count, self.before, self.next):
            part.setVisible(shown)
        search = self._workspace.search
        why = search is not None and search.kind == "why"
        self.heading.setText(_("Why no gradient?") if why else _("Path"))
        self.heading.setVisible(not shown)
