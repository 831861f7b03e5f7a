"""What the form tells of a block below what is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradviz.i18n import gettext as _
from gradviz.qt.pages import Fact

if TYPE_CHECKING:
    from gradviz.explain.blockpage import BlockPage


def facts_of(page: BlockPage) -> list[Fact]:
    """The shapes at its ports, the numbers that it learns, and who else calls it."""
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
