"""What the form shows besides its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gradviz.errors import GradvizError
from gradviz.i18n import gettext as _
from gradviz.qt.pages import Fact
from gradviz.render.blocks.sheet import mending_of, words_of

if TYPE_CHECKING:
    from gradviz.explain.blockpage import BlockPage


def facts_of(page: BlockPage) -> list[Fact]:
    """Shapes, and what is learned."""
    several_in, several_out = len(page.inputs) > 1, len(page.outputs) > 1
    facts = [
        Fact(_("in {port}").format(port=port) if several_in else _("comes in"), shape)
        for port, shape in page.inputs
    ]
    facts += [
        Fact(_("out {port}").format(port=port) if several_out else _("goes out"), shape)
        for port, shape in page.outputs
    ]
    if page.count:
        facts.append(Fact(_("numbers to learn"), f"{page.count:,}"))
    elif page.block.same and page.alike:
        those = _("those of {name}").format(name=page.block.same)
        facts.append(Fact(_("numbers to learn"), those))
    facts += [Fact(each.name, each.shape) for each in page.learned]
    facts.append(Fact(_("called again by"), ", ".join(page.calls)))
    return [each for each in facts if each.text]


def sorts_of(page: BlockPage) -> tuple[bool, ...]:
    """Which settings are formulas: these are typed, whatever they are."""
    return (
        bool(page.count),
        *(isinstance(each.value, str) and each.value.startswith("=") for each in page.fields),
    )


def wording_of(error: GradvizError) -> str:
    """What is wrong and how to mend it."""
    then = mending_of(error)
    return f"{words_of(error)} → {then}" if then else words_of(error)


def muted_label(name: str = "muted") -> QLabel:
    """A label for plain words, that can be copied."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
