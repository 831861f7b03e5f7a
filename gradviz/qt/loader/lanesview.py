"""What several workers would do: who makes which batch, and when the loop waits."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.loader.lanesbox import LanesBox
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE
from gradviz.render.theme import Theme
from gradviz.workspace import Workspace

MOST, DEFAULT, SHOWN = 16, 2, 200
"""Workers that one can choose, those that are there at first, and batches that are drawn."""
FIELDS = {
    "workers": (N_("workers"), 0, MOST),
    "prefetch": (N_("prefetch_factor"), 1, 8),
    "making": (N_("iterations that making a batch takes"), 1, 9),
}


class LanesView(QWidget):
    """Numbers to choose above the lanes. No process is started: it is worked out. At first there
    are as many workers as the project asks for.
    """

    def __init__(self, way: Way, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._way, self._workspace, self._theme = way, workspace, theme
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 0, SPACE, 0)
        column.setSpacing(SPACE // 2)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.boxes: dict[str, QSpinBox] = {}
        self._labels: dict[str, QLabel] = {}
        for name, (_text, low, high) in FIELDS.items():
            box, label = QSpinBox(), QLabel()
            box.setRange(low, high)
            box.setValue(DEFAULT)
            label.setBuddy(box)
            box.valueChanged.connect(self.refresh)
            row.addWidget(label)
            row.addWidget(box)
            row.addSpacing(SPACE)
            self.boxes[name], self._labels[name] = box, label
        row.addStretch(1)
        column.addLayout(row)
        self.told = QLabel()
        self.told.setObjectName("muted")
        self.told.setWordWrap(True)
        column.addWidget(self.told)
        self.box = LanesBox()
        self.lanes = self.box.drawing
        column.addWidget(self.box, 1)
        way.shown.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for name, (text, _low, _high) in FIELDS.items():
            self._labels[name].setText(_(text))
            self.boxes[name].setAccessibleName(_(text))
        self.box.setAccessibleName(_("lanes of workers"))
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        """Work the lanes out and draw them."""
        if not self.isVisible():
            return
        from gradviz.data.pipeline.schedule import schedule, waiting
        from gradviz.render.previews.lanes import draw_lanes

        self._ask_again()
        page = self._way.page
        count = page.batches if page and page.batches else 12
        workers, prefetch, making = (self.boxes[name].value() for name in FIELDS)
        self.boxes["prefetch"].setEnabled(workers > 0)
        slots = schedule(count, workers=workers, prefetch_factor=prefetch, making=making)
        current = page.batch if page else None
        self.box.show_lanes(
            draw_lanes(slots[:SHOWN], workers=workers, theme=self._theme, current=current)
        )
        part = f"{waiting(slots):.0%}"
        rule = _("Batch k is made by worker k mod {workers}; {ahead} batches are asked for ahead.")
        if not workers:
            rule = _("Without workers the loop makes each batch itself, and waits while it does.")
        text = " ".join((
            rule.format(workers=workers, ahead=workers * prefetch),
            _("Of an epoch of {count} batches the loop waits {part} of the time.").format(
                count=count, part=part
            ),
            _("This is worked out, not measured: no process is started."),
            self._other_draws(),
        )).strip()  # fmt: skip
        self.told.setText(text)
        spoken = [
            _("batch {batch}: worker {worker}").format(batch=slot.batch, worker=slot.worker)
            for slot in slots[:SHOWN]
            if slot.worker is not None
        ]
        self.lanes.setAccessibleName(_("lanes of workers"))
        self.lanes.setAccessibleDescription("\n".join((text, *spoken)))

    def _ask_again(self) -> None:
        """Take the project's number of workers, if that is another one now."""
        project = self._workspace.project
        asked = project.data.workers if project else 0
        if asked != self._asked:
            self._asked = asked
            self.boxes["workers"].setValue(min(asked, MOST) or DEFAULT)

    def _other_draws(self) -> str:
        """Processes have random numbers of their own."""
        project = self._workspace.project
        if project is None or not project.data.workers:
            return ""
        from gradviz.data.tables import AUGMENTATION, TRANSFORMS

        kinds = [each.kind for each in project.data.transforms if each.kind in TRANSFORMS]
        if all(TRANSFORMS[kind].group != AUGMENTATION for kind in kinds):
            return ""
        return _(
            "Where workers run, as “gradviz run” does, each has random numbers of its own, so that "
            "random transforms come out otherwise than here."
        )

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()
