"""What a query finds in a graph: its nodes, and the leaves that are cut off from it."""

from __future__ import annotations

import math

from msgspec import Struct

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render.draw.cards import number
from gradviz.render.scene.scene import shape_text
from gradviz.render.search.modulethings import ModuleThings
from gradviz.render.search.things import Thing, Things
from gradviz.spec.query import Part, Query, query
from gradviz.spec.terms import Value
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace

LABELS = {
    "name": N_("name"),
    "op": "op",
    "node": N_("node"),
    "module": N_("module"),
    "param": N_("parameter"),
    "shape": N_("shape"),
    "dtype": "dtype",
}
"""What each text of a node is called."""


class Match(Struct, frozen=True):
    """What was found: a ``node`` of the graph, or a ``leaf`` that is not in it; and ``why``."""

    node: int | None
    leaf: str | None
    name: str
    op: str
    torch_name: str
    module: str
    shape: tuple[int, ...] | None
    why: str


def find(
    text: str | Query,
    graph: AutogradGraph | ModuleGraph,
    trace: Trace | None = None,
    at: int | None = None,
) -> tuple[Match, ...]:
    """The nodes that a query is true of after event ``at`` (the end of the graph's iteration if
    nothing is said), in the order of execution, and then the leaves that are not in the graph. An
    op of a module graph is found by the leaves that it uses and the nodes that it made, too.

    Gradients are known only with the trace. Raises `UsageError` and `ExpressionError` for a query
    that cannot be read, see `gradviz.spec.query`.
    """
    wanted = text if isinstance(text, Query) else query(text)
    return matches_in(things_of(graph, trace, at), wanted)


def matches_in(things: Things, wanted: Query) -> tuple[Match, ...]:
    """The things that a query is true of, in their order."""
    return tuple(found for thing in things if (found := _match(things, thing, wanted)))


def things_of(
    graph: AutogradGraph | ModuleGraph, trace: Trace | None = None, at: int | None = None
) -> Things:
    """All that can be found in a graph after event ``at``."""
    if isinstance(graph, ModuleGraph):
        return ModuleThings(graph, trace, at)
    return Things(graph, trace, at)


def _match(things: Things, thing: Thing, wanted: Query) -> Match | None:
    for choice in wanted.choices:
        whys: list[str] = []
        for part in choice:
            why = _why_about(things, thing, part)
            if (why is not None) == part.negated:
                break
            whys.append(part.text if part.negated else why or part.text)
        else:
            node = thing.node
            return Match(
                None if node is None else node.id,
                thing.leaf,
                thing.name,
                "" if node is None else node.op,
                "" if node is None else node.name,
                "" if node is None else node.module,
                thing.shape,
                "; ".join(dict.fromkeys(whys)),
            )
    return None


def _why_about(things: Things, thing: Thing, part: Part) -> str | None:
    """Why a part is true of something, or of what belongs to it."""
    for each in things.about(thing):
        why = _why(things, each, part)
        if why is not None:
            return why if each.name == thing.name else f"{each.name}: {why}"
    return None


def _why(things: Things, thing: Thing, part: Part) -> str | None:
    """Why a part is true of something; None if it is not."""
    if part.condition is not None:
        return _condition(things, thing, part)
    if part.shape is not None:
        return _shape(thing, part)
    told = _STATES[part.state](things, thing) if part.state else None
    return _words(things, thing, part) if told is None and part.words else told


def _words(things: Things, thing: Thing, part: Part) -> str | None:
    texts = [(key, text) for key, text in things.texts(thing) if not part.key or key == part.key]
    whys: dict[str, None] = {}
    for word in part.words:
        holds = (key for key in texts if word in key[1].casefold() and not _misled(*key, part))
        why = next((f"{_(LABELS[key])}: {text}" for key, text in holds), None)
        if why is None:
            return None
        whys[why] = None
    return ", ".join(whys)


def _misled(key: str, text: str, part: Part) -> bool:
    """Whether a word is by chance in the name that torch gives to every leaf, as ``mul`` is."""
    inside = key == "node" and text == "AccumulateGrad" and not part.key
    return inside and not any(text.casefold().startswith(word) for word in part.words)


def _shape(thing: Thing, part: Part) -> str | None:
    sizes, wanted = thing.shape, part.shape or ()
    if sizes is None:
        return None
    starts = range(len(sizes) - len(wanted) + 1)
    if part.whole:
        starts = range(len(sizes) == len(wanted))
    for start in starts:
        here = sizes[start : start + len(wanted)]
        if all(want in (None, size) for want, size in zip(wanted, here, strict=True)):
            return f"{_(LABELS['shape'])}: {shape_text(sizes)}"
    return None


def _condition(things: Things, thing: Thing, part: Part) -> str | None:
    condition = part.condition
    if condition is None or not condition.holds(lambda name: things.ask(thing, name)):
        return None
    return ", ".join(
        f"{name} = {_written(value)}"
        for name in condition.names
        if (value := things.ask(thing, name)) is not None
    )


def _written(value: Value) -> str:
    if isinstance(value, float) and not isinstance(value, bool):
        return number(value)
    return shape_text(tuple(map(int, value))) if isinstance(value, tuple) else str(value)


def _nan(things: Things, thing: Thing) -> str | None:
    if any(math.isnan(norm) for norm in things.gradient_norms(thing)):
        return _("gradient is NaN")
    norm = things.value_norm(thing)
    return _("value is NaN") if norm is not None and math.isnan(norm) else None


def _inf(things: Things, thing: Thing) -> str | None:
    if things.has_infinity(thing):
        return _("gradient is infinite")
    norm = things.value_norm(thing)
    return _("value is infinite") if norm is not None and math.isinf(norm) else None


def _zero(things: Things, thing: Thing) -> str | None:
    norms = things.gradient_norms(thing)
    return _("gradient is zero") if norms and not any(norms) else None


def _none(things: Things, thing: Thing) -> str | None:
    return things.why_none(thing)


def _frozen(things: Things, thing: Thing) -> str | None:
    return _("frozen: requires_grad=False") if thing.fate == "frozen" else None


def _unused(things: Things, thing: Thing) -> str | None:
    if thing.fate in ("unused", "dangling", "unknown"):
        return things.why_none(thing)
    return None


def _cut(things: Things, thing: Thing) -> str | None:
    if thing.fate == "cut":
        return things.why_none(thing)
    words = things.cut_words(thing)
    return f"✂ {', '.join(words)}" if words else None


def _shared(things: Things, thing: Thing) -> str | None:
    uses = things.uses(thing)
    if thing.node is None or thing.node.variable is None or uses < 2:
        return None
    return _("used {count} times").format(count=uses)


def _view(things: Things, thing: Thing) -> str | None:
    return _("a view of another tensor") if thing.node and thing.node.view else None


def _leaf(things: Things, thing: Thing) -> str | None:
    leaf = thing.node is None or thing.node.variable is not None
    return _("a leaf") if leaf else None


_STATES = {
    "nan": _nan,
    "inf": _inf,
    "zero": _zero,
    "none": _none,
    "frozen": _frozen,
    "unused": _unused,
    "cut": _cut,
    "shared": _shared,
    "view": _view,
    "leaf": _leaf,
}
"""What each state asks."""
