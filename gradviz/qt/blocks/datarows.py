"""The rows of a project's data below its dataset: split, transforms, sampler, batches, keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.blocks.formrow import FormRow, choice_row, switch_row, text_row
from gradviz.qt.blocks.orderbuttons import OrderButtons

if TYPE_CHECKING:
    from gradviz.engine.catalogues.catalogues import Catalogues
    from gradviz.explain.trainingpage import Entry, TrainingPage
    from gradviz.qt.blocks.trainingform import TrainingForm
    from gradviz.spec.project import Project

LISTS = {
    "transforms": N_("changes the input of each sample, in this order"),
    "target_transforms": N_("changes the target of each sample"),
}
SHARE = N_("a share of the samples, such as 0.2; 0 for none")
HINTS = {
    "batch_size": N_("a whole number from 1"),
    "workers": N_("processes that fetch ahead, where there is no window"),
    "inputs": N_("the keys of what the model takes, where samples are dicts: text, length"),
    "target": N_("the key of the target, where samples are dicts; “input” to give back the input"),
}
SWITCHES = {
    "shuffle": N_("another order in each epoch"),
    "drop_last": N_("a last batch that is too small is left out"),
}


class DataRows:
    """Adds rows to the grid of a `TrainingForm`, and fills them."""

    def __init__(self, form: TrainingForm) -> None:
        self._form = form

    def add(self, grid: QGridLayout, page: TrainingPage) -> None:
        """The rows; entries of transforms, sampler and collate have theirs among them."""
        form = self._form
        for name in ("validation", "test"):
            row = form.add(f"split.{name}", text_row(grid, name, _(SHARE)))
            row.entered.connect(partial(self._split, name))
        row = form.add("split.seed", text_row(grid, _("split seed"), _("draws the shares")))
        row.entered.connect(partial(self._split, "seed"))
        for name, hint in LISTS.items():
            kinds, groups = ("", *page.transforms), ("", *page.groups)
            row = form.add(name, choice_row(grid, name, kinds, _(hint), groups=groups))
            row.label.setObjectName("heading")
            row.editor.setItemText(0, _("add …"))  # type: ignore[attr-defined]
            row.entered.connect(partial(self._add_transform, name))
            entries = [each for each in page.entries if each.part.startswith(f"{name}.")]
            for place, entry in enumerate(entries):
                self._transform(grid, name, place, entry, last=place == len(entries) - 1)
        for entry in page.entries:
            if entry.part in ("sampler", "collate"):
                form.entry_rows(grid, entry, entry.part)
            if entry.part == "sampler":
                for name, hint in SWITCHES.items():
                    row = form.add(name, switch_row(grid, name, _(hint)))
                    row.entered.connect(partial(form.set_plain, name))
                form.plain_row(grid, "batch_size", _(HINTS["batch_size"]))
        for name in ("workers", "inputs", "target"):
            form.plain_row(grid, name, _(HINTS[name]))

    def fill(self, page: TrainingPage) -> None:
        """Show what there is, and bar what cannot be chosen beside it."""
        data, rows = page.project.data, self._form.rows
        split = data.split
        for name in ("validation", "test"):
            share = getattr(split, name) if split else 0.0
            rows[f"split.{name}"].show_text(f"{share:g}", given=bool(share))
        seed = split.seed if split else 0
        rows["split.seed"].show_text(str(seed), given=bool(seed))
        rows["split.seed"].editor.setEnabled(split is not None)
        for name in LISTS:
            editor = rows[name].editor
            editor.blockSignals(True)
            editor.setCurrentIndex(0)  # type: ignore[attr-defined]
            editor.blockSignals(False)
        for name in ("batch_size", "shuffle", "drop_last", "workers"):
            rows[name].show_text(str(getattr(data, name)))
        rows["inputs"].show_text(", ".join(data.inputs))
        rows["target"].show_text(data.target)
        for name, row in rows.items():
            head = "split" if name.startswith("split.") else name
            why = page.barred.get(head, "")
            row.bar(_(why) if why else "")
        rows["split.seed"].editor.setEnabled(split is not None and "split" not in page.barred)

    def _transform(
        self, grid: QGridLayout, name: str, place: int, entry: Entry, *, last: bool
    ) -> None:
        form, buttons = self._form, OrderButtons(entry.kind, first=place == 0, last=last)
        row = form.add(entry.part, FormRow(grid, f"{place + 1}. {entry.kind}", buttons))
        row.label.setObjectName("heading")
        buttons.moved.connect(partial(self._move, name, place))
        buttons.removed.connect(partial(self._remove, name, place))
        for field in entry.fields:
            form.field_row(grid, entry.part, field)

    def _add_transform(self, name: str, kind: str) -> None:

        def change(project: Project, catalogues: Catalogues) -> Project:
            from gradviz.editing.data import add_transform

            return add_transform(project, name, kind, catalogues)

        self._form.do(name, change)

    def _move(self, name: str, place: int, by: int) -> None:
        def change(project: Project, _catalogues: Catalogues) -> Project:
            from gradviz.editing.data import move_transform

            return move_transform(project, name, place, by)

        self._form.do(f"{name}.{place}", change)

    def _remove(self, name: str, place: int) -> None:
        def change(project: Project, _catalogues: Catalogues) -> Project:
            from gradviz.editing.data import remove_transform

            return remove_transform(project, name, place)

        self._form.do(f"{name}.{place}", change)

    def _split(self, name: str, text: str) -> None:
        def change(project: Project, _catalogues: Catalogues) -> Project:
            from gradviz.editing.data import set_split
            from gradviz.explain.blockform import read

            return set_split(project, name, read(text or "0"))

        self._form.do(f"split.{name}", change)
