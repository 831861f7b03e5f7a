"""The inspector's page about a node of the autograd graph, as it is at the cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gradviz.errors import TraceError
from gradviz.explain.nogradient import why_no_grad
from gradviz.explain.rows import number, shape_text
from gradviz.explain.savedtensors import saved_facts
from gradviz.i18n import gettext as _
from gradviz.qt.pages import Page, Workings, facts
from gradviz.qt.shown import Shown, shown
from gradviz.trace.events import (
    AnyEvent,
    NodeRan,
    OpRan,
    ParamUpdated,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph, GraphNode
from gradviz.trace.summary import summarize
from gradviz.trace.trace import Trace

if TYPE_CHECKING:
    from torch import Tensor


def node_page(trace: Trace, index: int, graph: AutogradGraph, node: GraphNode) -> Page:
    """The page about a node after event ``index``."""
    if node.variable is not None:
        return _leaf_page(trace, index, graph, node, node.variable)
    from gradviz.qt.formulalines import node_workings, op_workings  # load torch

    events = [event for event in trace.events if event.iteration == graph.iteration]
    made = next((event for event in events if _made(event, node)), None)
    ran = next((event for event in events if _ran(event, node)), None)
    rows: list[tuple[Shown, ...]] = []
    workings: tuple[Workings, ...] = ()
    if isinstance(made, OpRan) and made.outputs and made.index <= index:
        rows.append((shown(_("output"), value(trace, made.outputs[0])),))
        if made.nodes[-1] == node.id:
            workings = op_workings(trace, made)
    if isinstance(ran, NodeRan) and ran.index <= index:
        rows += gradient_rows(trace, graph, ran)
        workings += node_workings(trace, ran)
    else:
        when = _("backward has not reached this node")
        if ran is not None:
            when = _("backward reaches this node at event {event}").format(event=place(trace, ran))
        rows.append((shown(_("dL/d output"), None, why=when),))
    return Page(
        title=node.op or node.name,
        subtitle=node.name,
        sentence=_sentence(trace, index, node, made, ran),
        phase="backward" if ran is not None and ran.index <= index else "forward",
        chosen=True,
        facts=facts(
            (_("module"), node.module),
            (_("shape"), shape_text(node.shape)),
            ("dtype", node.dtype),
            (_("view"), _("of another tensor, whose memory it shares") if node.view else ""),
            *saved_facts(trace, index, graph, node),
            (".grad", f"None: {why_none(trace, index, node.id)}"),
        ),
        rows=tuple(rows),
        workings=workings,
    )


def parameter_rows(trace: Trace, index: int, name: str) -> list[tuple[Shown, ...]]:
    """Value and gradient of a leaf side by side, then the optimizer's state of it."""
    state = trace.at(index)
    rows: list[tuple[Shown, ...]] = []
    pair = []
    if name in state.params:
        pair.append(shown(_("value"), lambda: state.params[name]))
    if name in state.grads:
        pair.append(shown(".grad", lambda: state.grads[name], why=why_none(trace, index, name)))
    if pair:
        rows.append(tuple(pair))
    try:
        kept = state.optimizer.get(name, {})
    except TraceError:
        kept = {}
    tensors = {key: held for key, held in kept.items() if hasattr(held, "shape")}
    several = [
        shown(key, lambda held=held: held)  # type: ignore[misc]
        for key, held in tensors.items()
    ]
    return rows + [tuple(several[place : place + 2]) for place in range(0, len(several), 2)]


def why_none(trace: Trace, index: int, name: str | int) -> str:
    """Why a ``.grad`` is None after event ``index``, with events as the run bar counts them."""
    why = why_no_grad(trace, name, index)
    return "" if why is None else why.text(lambda event: place(trace, trace.events[event]))


def gradient_rows(
    trace: Trace, graph: AutogradGraph | None, ran: NodeRan
) -> list[tuple[Shown, ...]]:
    """The gradients that arrived at a node, and those that left it, each with its goal."""
    rows: list[tuple[Shown, ...]] = []
    several = len(ran.grad_outputs) > 1
    for slot, ref in enumerate(ran.grad_outputs):
        label = _("dL/d output {slot}").format(slot=slot) if several else _("dL/d output")
        why = _("no gradient came for this output")
        rows.append((shown(label, value(trace, ref), note=_("(arrived)"), why=why),))
    for slot, ref in enumerate(ran.grad_inputs):
        if ref is None:
            continue
        goal = _goal(graph, ran.node, slot)
        note = f"→ {goal}" if goal else _("(left)")
        label = _("dL/d input {slot}").format(slot=slot)
        rows.append((shown(label, value(trace, ref), note=note),))
    for sent in ran.contributions:
        giver = graph.by_id[sent.node].op if graph and sent.node in graph.by_id else ""
        label = _("contribution of {giver}").format(giver=giver or sent.node)
        rows.append((shown(label, value(trace, sent.grad)),))
    return rows


def value(trace: Trace, ref: ValueRef | None) -> Callable[[], Tensor | None]:
    """A function that gets the tensor of a reference, or None for None."""

    def get() -> Tensor | None:
        return None if ref is None else trace.peek(ref)

    return get


def place(trace: Trace, event: AnyEvent) -> str:
    """An event's number in its iteration, from 0, as a moment names it."""
    first = next(known.index for known in trace.events if known.iteration == event.iteration)
    return str(event.index - first)


def last_update(trace: Trace, index: int, name: str) -> ParamUpdated | None:
    """The last time that the optimizer moved a parameter, up to the cursor."""
    for event in reversed(trace.events[: index + 1]):
        if isinstance(event, ParamUpdated) and event.param == name:
            return event
    return None


def update_norm(trace: Trace, event: ParamUpdated | None) -> str:
    """How far a parameter moved."""
    if event is None:
        return ""
    try:
        moved = trace.peek(event.after).double() - trace.peek(event.before).double()
    except TraceError:
        return "?"
    return number(summarize(moved).norm)


def _leaf_page(trace: Trace, index: int, graph: AutogradGraph, node: GraphNode, name: str) -> Page:
    from gradviz.explain.gradsize import why_this_size  # loads torch

    uses = [graph.by_id[edge.consumer] for edge in graph.consumers.get(node.id, ())]
    update = last_update(trace, index, name)
    steps: list[tuple[str, str]] = []
    if name in trace.at(index).optimizer:
        kept = trace.at(index).optimizer[name]
        steps = [(key, number(held)) for key, held in kept.items() if isinstance(held, int | float)]
    return Page(
        title=name,
        subtitle=node.name,
        sentence=_(
            "A leaf: backward adds dL/d {name} to its .grad, and the optimizer moves it."
        ).format(name=name),
        phase="step" if update else None,
        chosen=True,
        facts=facts(
            (_("module"), node.module),
            ("dtype", node.dtype),
            (_("used by"), ", ".join(use.op or use.name for use in uses)),
            (_("last update"), f"‖Δ‖ = {update_norm(trace, update)}" if update else ""),
            *steps,
            (_("why .grad is so"), str(why_this_size(trace, name, index) or "")),
        ),
        rows=tuple(parameter_rows(trace, index, name)),
    )


def _sentence(
    trace: Trace, index: int, node: GraphNode, made: AnyEvent | None, ran: AnyEvent | None
) -> str:
    if made is None or made.index > index:
        return _("Not there yet: forward makes this node later.")
    if ran is None:
        return _("Forward made this node; backward does not run it.")
    if ran.index > index:
        return _("Forward made this node at event {made}; backward has not run it yet.").format(
            made=place(trace, made)
        )
    return _("Forward made this node at event {made}; backward ran it at event {ran}.").format(
        made=place(trace, made), ran=place(trace, ran)
    )


def _goal(graph: AutogradGraph | None, node: int, slot: int) -> str:
    if graph is None:
        return ""
    for edge in graph.edges:
        if edge.consumer == node and edge.slot == slot:
            producer = graph.by_id[edge.producer]
            return producer.variable or producer.name
    return ""


def _made(event: AnyEvent, node: GraphNode) -> bool:
    return isinstance(event, OpRan) and node.id in event.nodes


def _ran(event: AnyEvent, node: GraphNode) -> bool:
    return isinstance(event, NodeRan) and event.node == node.id
