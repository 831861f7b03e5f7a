"""What was found in a graph, and the way through it, as plain data and as lines to print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.i18n import gettext as _
from gradviz.render.pages.marks import told_of_matches, told_of_way
from gradviz.render.pages.views import wanted, wanted_modules
from gradviz.render.scene.scene import shape_text, title_of
from gradviz.render.search.find import Match
from gradviz.render.search.find import find as matches_of
from gradviz.render.search.follow import follow as follow_way
from gradviz.trace.aside import aside
from gradviz.trace.trace import Trace


def found_of(
    trace: Trace,
    *,
    find: str = "",
    follow: str = "",
    at: int | str | None = None,
    view: str = "autograd",
) -> dict[str, Any]:
    """``matches`` in the order of their numbers, ``modules`` are those in the module graph, and the
    nodes on the ``path``, each only if it was asked for; they can be written as JSON.
    """
    found: dict[str, Any] = {}
    if find and view != "autograd":
        modules, index = wanted_modules(trace, at)
        with aside():
            boxes = matches_of(find, modules, trace, index)
        found["find_modules"] = told_of_matches(find, boxes, modules=True)
        found["modules"] = _rows(boxes)
    if view == "modules" or not (find or follow):
        return found
    graph, index, _live = wanted(trace, at)
    if find:
        with aside():
            matches = matches_of(find, graph, trace, index)
        found["find"] = told_of_matches(find, matches)
        found["matches"] = _rows(matches)
    if follow:
        followed = follow_way(follow, graph)
        found["follow"] = told_of_way(followed)
        found["path"] = [
            {
                "node": id,
                "name": title_of(graph, node),
                "op": node.op,
                "torch_name": node.name,
                "module": node.module,
                "shape": node.shape,
            }
            for id in followed.way.nodes
            for node in (graph.by_id[id],)
        ]
    return found


def _rows(matches: Sequence[Match]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "node": match.node,
            "name": match.name,
            "op": match.op,
            "torch_name": match.torch_name,
            "module": match.module,
            "shape": match.shape,
            "why": match.why,
        }
        for number, match in enumerate(matches, start=1)
    ]


def lines_of(found: dict[str, Any]) -> list[str]:
    """A line for each thing."""
    lines: list[str] = []
    for heading, things in _LISTS:
        if heading in found:
            lines.append(found[heading])
            lines += [_line(thing) for thing in found[things]]
    return lines


_LISTS = (("follow", "path"), ("find_modules", "modules"), ("find", "matches"))


def _line(thing: dict[str, Any]) -> str:
    number = f"{thing['number']:>5}" if "number" in thing else "     "
    module = _("in {module}").format(module=thing["module"]) if thing["module"] else ""
    who = " ".join(
        part for part in (thing["name"], thing["torch_name"], shape_text(thing["shape"])) if part
    )
    told = [part for part in (who, module, thing.get("why", "")) if part]
    return f"{number}  {' · '.join(told)}"
