"""What stands below a card's title, besides torch's name."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gradviz.i18n import gettext
from gradviz.trace.graph import Graph, GraphNode


def node_remarks(graph: Graph, node: GraphNode) -> tuple[str, ...]:
    """That a leaf is used more than once; that an op gave a view, if its name does not say so."""
    if node.variable is not None:
        uses = len(graph.consumers.get(node.id, ()))
        return (gettext("{count} uses").format(count=uses),) if uses > 1 else ()
    return (gettext("view"),) if node.view and "View" not in node.name else ()


def ops_remark(names: list[str], calls: int) -> tuple[str, ...]:
    """The op of a call that has one, else how many; of like calls, how many each has."""
    each, rest = divmod(len(names), calls)
    if not names:
        return ()
    if each == 1 and not rest:
        return (names[0],)
    if calls == 1 or rest:
        return (gettext("{count} ops").format(count=len(names)),)
    return (gettext("{count} ops each").format(count=each),)


def parameters_remark(leaves: list[GraphNode]) -> tuple[str, ...]:
    """How many parameters there are, and how many numbers in them."""
    if not leaves:
        return ()
    text = gettext("1 parameter") if len(leaves) == 1 else gettext("{count} parameters")
    told = text.format(count=len(leaves))
    numbers = _numbers(leaf.shape for leaf in leaves)
    return (told if numbers is None else f"{told} ({short_count(numbers)})",)


def short_count(count: int) -> str:
    """``148k``, ``11.7M``: three digits and a unit, as models are named by."""
    for power, unit in ((4, "T"), (3, "G"), (2, "M"), (1, "k")):
        if count >= 999.5 * 1000 ** (power - 1):
            return f"{count / 1000**power:.3g}{unit}"
    return str(count)


def _numbers(shapes: Iterable[tuple[int, ...] | None]) -> int | None:
    known = [shape for shape in shapes if shape is not None]
    return sum(math.prod(shape) for shape in known) if known else None
