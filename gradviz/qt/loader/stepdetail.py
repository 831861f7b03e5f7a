"""The detail of a step: a sentence, why it is so, pictures before and after, the user's line."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gradviz.i18n import gettext as _
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.qt.previewview import PreviewView
from gradviz.qt.runner import Runner
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.data.previews.kinds import Preview
    from gradviz.explain.pipeline.detail import StepDetail

IMAGE, MOST = 160, 2**24 - 1
"""Pixels that a single image may take in any case, and what Qt has for as many as one likes."""


class StepPane(QScrollArea):
    """Words at once, pictures as soon as the worker has made them."""

    def __init__(self, way: Way, workspace: Workspace, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._way, self._workspace, self._runner = way, workspace, runner
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("paper")
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE)
        self.who, self.sentence, self.why = _label("muted"), _label(), _label("muted")
        self.note, self.source = _label(), _label("muted")
        for label in (self.who, self.sentence, self.why, self.note):
            column.addWidget(label)
        pictures = QHBoxLayout()
        pictures.setSpacing(2 * SPACE)
        self._heads = QLabel(), QLabel()
        self.before, self.after = PreviewView(theme), PreviewView(theme)
        self._sides = QWidget(), QWidget()
        boxes = self.before, self.after
        for head, box, holder in zip(self._heads, boxes, self._sides, strict=True):
            head.setObjectName("muted")
            side = QVBoxLayout(holder)
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(SPACE // 2)
            side.addWidget(head)
            side.addWidget(box)
            side.addStretch(1)
            pictures.addWidget(holder, 1)
        column.addLayout(pictures)
        column.addWidget(self.source)
        column.addStretch(1)
        self.setWidget(body)
        for signal in (way.shown, way.moved, way.chosen):
            signal.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.setAccessibleName(_("the step"))
        for head, text in zip(self._heads, (_("before"), _("after")), strict=True):
            head.setText(text)
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self.before.recolour(theme)
        self.after.recolour(theme)

    def refresh(self) -> None:
        """Show the current step."""
        step, page = self._way.step, self._way.page
        if step is None or page is None:
            for label in (self.who, self.sentence, self.why, self.note, self.source):
                label.hide()
            self._show(None)
            return
        from gradviz.explain.pipeline.words import reason, sample_name, sentence

        who = "" if step.place is None else sample_name(step.place, step.index)
        path = getattr(step.event, "path", None)
        notes = [n.text for n in page.notes if path is not None and n.path == path]
        line, where = step.source, step.error.where if step.error else ""
        if step.stage == "__getitem__" and step.error is None:
            line = page.line
        if line is not None:
            where = _("at {file}, line {line}").format(
                file=PurePath(line.file).name, line=line.line
            )
        texts = who, sentence(step), reason(step), "\n".join(f"⚠ {each}" for each in notes), where
        labels = self.who, self.sentence, self.why, self.note, self.source
        for label, text in zip(labels, texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self.sentence.setObjectName("bad" if step.kind == "failed" else "")
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)
        self.verticalScrollBar().setValue(0)
        self._ask()

    def _ask(self) -> None:
        step, page = self._way.step, self._way.page
        way = None if page is None else page.way
        if step is None or way is None or not self.isVisible():
            return
        workspace = self._workspace

        def look() -> StepDetail:
            from gradviz.data.previews.context import context_of
            from gradviz.explain.pipeline.detail import step_detail

            session = workspace.session
            dataset = getattr(session.loader, "dataset", None) if session else None
            return step_detail(way, step, context_of(dataset))

        def show(detail: StepDetail) -> None:
            if self._way.step is step:
                self._show(detail)

        self._runner.ask(self, look, show)

    def _show(self, detail: StepDetail | None) -> None:
        before = detail.before if detail else ()
        after = detail.after if detail else ()
        for view, previews in ((self.before, before), (self.after, after)):
            view.setMaximumWidth(self._widest(previews))
        self.before.show_previews(before, _("before"))
        self.after.show_previews(after, _("what there is then"))
        for holder, previews in zip(self._sides, (before, after), strict=True):
            holder.setVisible(bool(previews))
        self._heads[1].setVisible(bool(before and after))

    def _widest(self, previews: tuple[Preview, ...]) -> int:
        """Pixels that previews may take: a single image is seen whole."""
        from gradviz.data.previews.kinds import ImageGrid

        single = any(isinstance(each, ImageGrid) and len(each.tiles) == 1 for each in previews)
        return max(IMAGE, self.viewport().height() // 2) if single else MOST


def _label(name: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    flags = Qt.TextInteractionFlag
    label.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    return label
