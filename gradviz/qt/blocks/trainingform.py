"""The form of the project itself: its data, its loss, its optimizer, where it is trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gradviz import commands
from gradviz.errors import GradvizError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.blocks.datarows import DataRows
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.formparts import wording_of
from gradviz.qt.blocks.formrow import FormRow, choice_row, switch_row, text_row
from gradviz.qt.look import SPACE
from gradviz.qt.runner import Runner
from gradviz.spec.model import Setting
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.catalogues.catalogues import Catalogues
    from gradviz.explain.blockform import Field
    from gradviz.explain.trainingpage import Entry, TrainingPage
    from gradviz.spec.project import Project

LABELS = {
    "dataset": N_("dataset"),
    "sampler": N_("sampler"),
    "collate": N_("collate"),
    "loss": N_("loss"),
    "optimizer": N_("optimizer"),
}
TEXTS = ("device", "target")
"""What is taken as it is typed."""
DEVICES = ("cpu", "cuda", "mps", "auto")


class TrainingForm(QWidget):
    """Shows a `TrainingPage`, which is written aside."""

    def __init__(self, desk: Desk, runner: Runner) -> None:
        super().__init__()
        self._desk, self._runner = desk, runner
        self.page: TrainingPage | None = None
        self.rows: dict[str, FormRow] = {}
        self._built: object = None
        self._data = DataRows(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SPACE, 0, 0)
        self._holder: QWidget | None = None
        self.hide()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self._built = None
        self._show(self.page)

    def refresh(self, *, wanted: bool) -> None:
        """Have the page written, if it is to be seen."""
        project = self._desk.workspace.project
        if not wanted or project is None or not self._desk.catalogue:
            self._desk.aside.ask(self, lambda: None, self._show)
            return
        catalogues = self._desk.catalogues

        def write() -> TrainingPage:
            from gradviz.explain.trainingpage import training_page

            return training_page(project, catalogues())

        self._desk.aside.ask(self, write, self._show)

    def _show(self, page: TrainingPage | None) -> None:
        self.page = page
        self.setVisible(page is not None)
        if page is None:
            return
        shape = [(each.part, each.kind, each.kinds, [f.name for f in each.fields])
                 for each in page.entries] + [page.transforms]  # fmt: skip
        if shape != self._built:
            self._built = shape
            self._build(page)
        self._fill(page)

    def _build(self, page: TrainingPage) -> None:
        """The only place that makes rows; what was being edited still is."""
        edited = next((key for key, row in self.rows.items() if row.editor.hasFocus()), "")
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self.rows = {}
        self._holder = QWidget()
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for entry in page.entries:
            if entry.part in ("dataset", "loss", "optimizer"):
                self.entry_rows(grid, entry, entry.part)
            if entry.part == "dataset":
                self._data.add(grid, page)
        self.plain_row(grid, "seed", _("what is random begins from it"))
        row = self.add("device", choice_row(grid, "device", DEVICES))
        row.entered.connect(partial(self.set_plain, "device"))
        self._column.addWidget(self._holder)
        if edited in self.rows:
            self.rows[edited].editor.setFocus()

    def entry_rows(self, grid: QGridLayout, entry: Entry, part: str) -> None:
        """A choice, and what is set of what was chosen."""
        row = self.add(part, choice_row(grid, _(LABELS[part]), entry.kinds, groups=entry.groups))
        row.label.setObjectName("heading")
        row.entered.connect(partial(self._choose, part))
        for field in entry.fields:
            self.field_row(grid, part, field)

    def field_row(self, grid: QGridLayout, part: str, field: Field) -> None:
        """A setting."""
        if field.sort == "switch":
            row = switch_row(grid, field.name, field.hint)
        elif field.sort == "choice":
            row = choice_row(grid, field.name, field.choices, field.hint)
        else:
            row = text_row(grid, field.name, field.hint)
        self.add(f"{part}.{field.name}", row)
        row.entered.connect(partial(self._set, part, field))

    def plain_row(self, grid: QGridLayout, name: str, hint: str) -> None:
        """What is typed of the project itself."""
        row = self.add(name, text_row(grid, name, hint))
        row.entered.connect(partial(self.set_plain, name))

    def add(self, key: str, row: FormRow) -> FormRow:
        """Keep a row by its key."""
        self.rows[key] = row
        return row

    def _fill(self, page: TrainingPage) -> None:
        project = page.project
        self.rows["seed"].show_text(str(project.training.seed))
        self.rows["device"].show_text(project.training.device)
        for entry in page.entries:
            self.rows[entry.part].show_text(entry.kind)
            for field in entry.fields:
                self.rows[f"{entry.part}.{field.name}"].show_text(field.text, given=field.given)
        self._data.fill(page)

    def _choose(self, part: str, kind: str) -> None:
        def change(project: Project, catalogues: Catalogues) -> Project:
            from gradviz.editing.training import choose

            return choose(project, part, kind, catalogues)

        self.do(part, change)

    def _set(self, part: str, field: Field, text: str) -> None:
        key = f"{part}.{field.name}"

        def change(project: Project, catalogues: Catalogues) -> Project:
            from gradviz.editing.training import reset_part, set_part
            from gradviz.explain.blockform import read, read_words

            if not text.strip() and not field.required:
                return reset_part(project, part, field.name)
            value: Setting = text
            if field.sort != "choice":
                value = read_words(text) if field.sort == "words" else read(text)
            return set_part(project, part, field.name, value, catalogues)

        self.do(key, change)

    def set_plain(self, name: str, text: str) -> None:
        """Have something of the project itself set."""

        def change(project: Project, _catalogues: Catalogues) -> Project:
            from gradviz.editing.training import set_project
            from gradviz.explain.blockform import read

            value = text.strip() if name in TEXTS else read(text or "()")
            if name == "inputs" and not isinstance(value, list):
                value = [value]
            return set_project(project, name, value)

        self.do(name, change)

    def do(self, key: str, change: Callable[[Project, Catalogues], Project]) -> None:
        """Have the project changed; what is refused says why below its line."""
        catalogues = self._desk.catalogues

        def command(workspace: Workspace) -> None:
            try:
                commands.change_project(workspace, lambda project: change(project, catalogues()))
            except GradvizError as error:
                self._desk.tell(partial(self._refuse, key, wording_of(error)))
            except ValueError:
                self._desk.tell(partial(self._refuse, key, ""))

        self._runner.do(command)

    def _refuse(self, key: str, why: str) -> None:
        if key in self.rows:
            self.rows[key].refuse(why or _("this cannot be read"))
