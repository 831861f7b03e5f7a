"""Names of leaves and of what was made of them, short enough for a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render.folds.calls import ancestry, parent_of
from gradviz.render.scene.scene import one_line
from gradviz.trace.cut import Cut

LINES = 8
"""Lines of the list of lost leaves."""


def common_module(names: Iterable[str]) -> str:
    """The innermost module that all of these parameters belong to; empty for the model itself."""
    paths = [ancestry(parent_of(name)) for name in names]
    shared = ""
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared = parts[0]
    return shared


def listed(names: Sequence[str]) -> list[str]:
    """The names by module: a few in full, of many their module and how many."""
    by_module: dict[str, list[str]] = {}
    for name in names:
        by_module.setdefault(parent_of(name), []).append(name)
    if len(by_module) > LINES // 2:
        outer: dict[str, list[str]] = {}
        for name in names:
            outer.setdefault(name.partition(".")[0], []).append(name)
        by_module = outer
    found = []
    for module, several in by_module.items():
        if len(several) > 3:
            count = _("{count} parameters").format(count=len(several))
            found.append(f"{module} · {count}" if module else count)
        else:
            found.append(", ".join(several))
    return found


def indented(line: str) -> str:
    """One line that can be drawn, with its indent."""
    return " " * (len(line) - len(line.lstrip())) + one_line(line)


def where_made(cut: Cut, made: str, title: str) -> str:
    """The op and the module call that made a tensor, without what its title says already."""
    module = cut.module if cut.module != title else ""
    return " · ".join(part for part in (made, module) if part)


def summed(names: Sequence[str]) -> str:
    """A few names in full, of many how many there are."""
    if len(names) > 2:
        return _("{count} parameters").format(count=len(names))
    return ", ".join(names)


def shared_path(one: str, other: str) -> str:
    """The innermost path that both lie in."""
    shared = ""
    for first, second in zip(ancestry(one), ancestry(other), strict=False):
        if first != second:
            break
        shared = first
    return shared


USES: dict[str, str] = {
    "unused": N_("unused"),
    "dangling": N_("does not reach the loss as a tensor"),
    "unknown": N_("perhaps unused"),
}
