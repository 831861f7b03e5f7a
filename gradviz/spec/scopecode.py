"""In which iterations, and at which spot of the loop, the lines of an edit hold."""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING, NamedTuple

from gradviz.i18n import N_
from gradviz.i18n import gettext as _

if TYPE_CHECKING:
    from gradviz.spec.edits import GradEdit, ValueEdit

BEFORE_LOOP = N_("before the loop")
EACH_ITERATION = N_("at the start of each iteration; “iteration” counts them from 0")
BEFORE_BACKWARD = N_("just before loss.backward(); “iteration” counts from 0")
"""Where lines stand."""


class Standing(NamedTuple):
    """Lines, what they import, and where they stand."""

    spot: str
    imports: tuple[str, ...]
    lines: str

    def __str__(self) -> str:
        """The lines, headed by their imports and a comment that says where they stand."""
        head = "\n".join([f"# {_(self.spot)}", *self.imports])
        return f"{head}\n\n{self.lines}" if self.imports else f"{head}\n{self.lines}"


def standing(spot: str, lines: str) -> Standing:
    """The lines of an edit at their spot."""
    each = lines.strip().splitlines()
    imports = tuple(line for line in each if line.startswith("import "))
    rest = "\n".join(line for line in each if line not in imports).strip()
    return Standing(spot, imports, re.sub("\n{3,}", "\n\n", rest))


def once(edit: GradEdit | ValueEdit, lines: str) -> str:
    """Lines that run when the edit begins."""
    return f"\nif iteration == {edit.first or 0}:\n{indent(lines.strip(), '    ')}\n"


def unscoped(edit: GradEdit | ValueEdit) -> bool:
    """Whether the edit holds in every iteration."""
    return not edit.first and edit.last is None


def during(edit: GradEdit | ValueEdit, lines: str) -> str:
    """Lines that run in each iteration of the edit, and in no other."""
    first, last = edit.first or 0, edit.last
    if first == last:
        condition = f"iteration == {first}"
    elif last is None:
        condition = f"iteration >= {first}" if first else ""
    else:
        condition = f"{first} <= iteration <= {last}" if first else f"iteration <= {last}"
    return f"\nif {condition}:\n{indent(lines, '    ')}" if condition else f"\n{lines}"
