"""The stages of a batch, that of the current step lit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.loader.way import Way
from gradviz.qt.look import SPACE

if TYPE_CHECKING:
    from gradviz.explain.pipeline.steps import Stage

STAGES: tuple[Stage, ...] = (
    "sampler", "batch_sampler", "__getitem__", "transforms", "collate_fn", "device", "batch",
)  # fmt: skip
NAMES: dict[Stage, str] = {"device": N_("pin, device"), "batch": N_("batch")}
"""Those that are not called as torch calls them."""


class StageStrip(QWidget):
    """A click on a stage goes to its first step, and on to the next time that it comes."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.chips: dict[Stage, QToolButton] = {}
        for stage in STAGES:
            if self.chips:
                arrow = QLabel("▸")
                arrow.setObjectName("muted")
                arrow.setAlignment(Qt.AlignmentFlag.AlignCenter)
                row.addWidget(arrow)
            chip = QToolButton()
            chip.setObjectName("stage")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            chip.setMinimumWidth(24)
            chip.clicked.connect(lambda _checked=False, stage=stage: self._go(stage))
            row.addWidget(chip)
            self.chips[stage] = chip
        row.addStretch(1)
        row.setSpacing(SPACE // 4)
        way.shown.connect(self.refresh)
        way.chosen.connect(self.refresh)
        way.moved.connect(self._light)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        for stage, chip in self.chips.items():
            chip.setText(_(NAMES[stage]) if stage in NAMES else stage)
        self.refresh()

    def refresh(self) -> None:
        """Which stages this batch has gone through; of the others why not."""
        there = {each.stage for each in self._way.steps}
        for stage, chip in self.chips.items():
            chip.setEnabled(stage in there)
            told = _("Go to {stage}").format(stage=chip.text())
            why = told if stage in there or not self._way.steps else _why_not(stage)
            chip.setToolTip(why)
            chip.setAccessibleName(_("stage {stage}").format(stage=chip.text()))
            chip.setAccessibleDescription(why)
        self._light()

    def _light(self) -> None:
        step = self._way.step
        for stage, chip in self.chips.items():
            chip.setChecked(step is not None and step.stage == stage)

    def _go(self, stage: Stage) -> None:
        self._way.jump(stage)
        self._light()


def _why_not(stage: Stage) -> str:
    """Why a batch has not gone through a stage."""
    from gradviz.explain.pipeline.words import NOT_HERE

    return _(NOT_HERE[stage])
