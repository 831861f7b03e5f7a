"""The tensors that a module is called with: a line for the shape of each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.qt.checkedline import CheckedLine
from gradviz.qt.look import SPACE
from gradviz.spec.example import example_of
from gradviz.spec.signature import Parameter, Signature

SHAPE = "1,3,224,224"
SEVERAL = ";"
"""Stands between the shapes where nobody knows how many tensors there are."""


class ShapeLines(QWidget):
    """A line a tensor of ``forward``; one line for all of them if its arguments are not known.
    ``names`` is how wide what stands before the lines is at least, in pixels.
    """

    changed = Signal()

    def __init__(self, forward: Signature, names: int) -> None:
        super().__init__()
        self._forward = forward
        self._optional = {each.name for each in forward.tensors if each.default}
        self.lines: dict[str, CheckedLine] = {}
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(2 * SPACE)
        rows.setVerticalSpacing(SPACE)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for each in forward.tensors or (Parameter("inputs"),):
            line = CheckedLine(partial(self._told, each.name), name=each.name, placeholder=SHAPE)
            line.changed.connect(self._on_changed)
            self.lines[each.name] = line
            label = QLabel(each.name)
            label.setMinimumWidth(names)
            label.setBuddy(line)
            rows.addRow(label, line)
        self._barrier = QLabel()
        self._barrier.setObjectName("bad")
        self._barrier.setWordWrap(True)
        barrier = forward.barrier
        self._barrier.setText(
            _(
                "forward also wants “{name}”, which is no tensor: give it a default in the file"
            ).format(name=barrier)
        )
        self._barrier.setVisible(bool(barrier))
        rows.addRow(self._barrier)

    @property
    def right(self) -> bool:
        """Whether the module can be called with what is written."""
        return not self._forward.barrier and all(line.right for line in self.lines.values())

    @property
    def shapes(self) -> tuple[str, ...]:
        """What is written, as `gradviz.commands.import_module` takes it."""
        texts = [line.text for line in self.lines.values()]
        if not self._forward.tensors:
            texts = texts[0].split(SEVERAL)
        return tuple(text.strip() for text in texts if text.strip())

    def _told(self, name: str, text: str) -> str:
        if not text:
            return self._of_none(name)
        texts = text.split(SEVERAL) if not self._forward.tensors else [text]
        return "; ".join(map(_in_words, texts))

    def _of_none(self, name: str) -> str:
        """Raises `UsageError` for a tensor that must be given."""
        names = list(self.lines)
        later = names[names.index(name) + 1 :] if name in names else []
        if name in self._optional and not any(self.lines[each].text for each in later):
            return _("may be left out")
        if not self._forward.tensors:
            raise UsageError(
                N_("a shape with the batch first, several with ; between: 2,8; 2,16:int64<1000")
            )
        raise UsageError(N_("the shape, the batch first: 1,3,224,224, or 2,16:int64<1000"))

    def _on_changed(self) -> None:
        for line in self.lines.values():
            if not line.text:  # whether it may be left out depends on those after it
                line.look()
        self.changed.emit()


def _in_words(text: str) -> str:
    example = example_of(text)
    batch, *sizes = example.shape
    told = _("a batch of {batch}, each {sizes}").format(
        batch=batch, sizes=" × ".join(map(str, sizes)) or _("one number")
    )
    if example.whole:
        top = 1 if example.dtype == "bool" else example.below - 1
        return told + ", " + _("whole numbers from 0 to {top}").format(top=top)
    return told if example.dtype == "float32" else f"{told}, {example.dtype}"
