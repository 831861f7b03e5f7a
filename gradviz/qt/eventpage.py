"""The inspector's page about the event under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradviz.errors import TraceError
from gradviz.explain.rows import number, shape_text
from gradviz.explain.unrecorded import why_not_recorded
from gradviz.i18n import gettext as _
from gradviz.qt.formulalines import node_workings, op_workings
from gradviz.qt.nodepage import gradient_rows, update_norm, value
from gradviz.qt.pages import Page, facts
from gradviz.qt.shown import Shown, shown
from gradviz.qt.updatelines import update_workings
from gradviz.trace.events import (
    AnyEvent,
    BatchFetched,
    BufferChanged,
    Failed,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    NotRecorded,
    OpRan,
    ParamUpdated,
)
from gradviz.trace.trace import Trace
from gradviz.trace.travel import module_of

if TYPE_CHECKING:
    from torch import Tensor

    from gradviz.engine.session.session import Session


def event_page(session: Session, event: AnyEvent) -> Page:
    """The page about one event."""
    trace = session.trace
    told = _told(session, trace, event)
    module = facts((_("module"), module_of(trace, event)))
    return Page(
        title=told["title"],
        subtitle=told.get("subtitle", ""),
        sentence=told.get("sentence", ""),
        phase=event.phase,
        facts=(*module, *told.get("facts", ())),
        rows=tuple(told.get("rows", ())),
        previews=told.get("previews", ()),
        workings=told.get("workings", ()),
    )


def _told(session: Session, trace: Trace, event: AnyEvent) -> dict[str, Any]:
    match event:
        case BatchFetched():
            return _batch(session, event)
        case GradZeroed():
            return _zeroed(trace, event)
        case OpRan():
            return _op(trace, event)
        case LossComputed():
            return {
                "title": _("loss"),
                "sentence": _("One number says how wrong the model is. Backward starts from it."),
                "rows": [(shown("L", value(trace, event.value)),)],
            }
        case NodeRan():
            return _node(trace, event)
        case GradAccumulated():
            return _accumulated(trace, event)
        case ParamUpdated():
            return _updated(trace, event)
        case GradEdited():
            return {
                "title": f"{event.target}.grad",
                "sentence": _("A hook changed this gradient."),
                "rows": [_change(trace, event)],
            }
        case BufferChanged():
            return {
                "title": event.buffer,
                "sentence": _("A module changed its buffer. Buffers have no gradient."),
                "rows": [_change(trace, event)],
            }
        case NotRecorded():
            return {"title": event.what, "sentence": why_not_recorded(event)}
        case Failed():
            return {"title": event.error, "sentence": event.message}


def _batch(session: Session, event: BatchFetched) -> dict[str, Any]:
    from gradviz.qt.batch import batch_of

    batch = batch_of(session, event)
    first = next(iter(event.values.values()), None)
    count = first.shape[0] if first and first.shape else 1
    rows = [
        (shown(name, value(session.trace, ref)),)
        for name, ref in event.values.items()
        if not batch.previews
    ]
    return {
        "title": _("batch {number}").format(number=event.iteration),
        "subtitle": "DataLoader",
        "sentence": _("The loader delivered {count} samples with their targets.").format(
            count=count
        ),
        "facts": facts(
            *((name, f"{shape_text(ref.shape)} {ref.dtype}") for name, ref in event.values.items())
        ),
        "rows": rows,
        "previews": batch.previews,
    }


def _zeroed(trace: Trace, event: GradZeroed) -> dict[str, Any]:
    if event.after is None:
        sentence = _("zero_grad sets .grad to None, so that backward starts afresh.")
    else:
        sentence = _("zero_grad fills .grad with zeros, so that backward starts afresh.")
    gone = _("zero_grad cleared it")
    never = _("no gradient was computed yet")
    return {
        "title": f"{event.param}.grad",
        "subtitle": "optimizer.zero_grad()",
        "sentence": sentence,
        "rows": [
            (
                shown(_("before"), value(trace, event.before), why=never),
                shown(_("after"), value(trace, event.after), why=gone),
            )
        ],
    }


def _op(trace: Trace, event: OpRan) -> dict[str, Any]:
    graph = trace.graph_at(event.index)
    names = [
        graph.by_id[node].name if graph and node in graph.by_id else "" for node in event.nodes
    ]
    made = ", ".join(name for name in names if name)
    if made:
        sentence = _("{op} ran, and autograd noted {nodes} for backward.").format(
            op=event.op, nodes=made
        )
    else:
        sentence = _("{op} ran; backward will not pass through it.").format(op=event.op)
    several = len(event.outputs) > 1
    return {
        "title": event.op,
        "subtitle": made,
        "sentence": sentence,
        "facts": facts(
            (_("inputs"), ", ".join(shape_text(ref.shape) for ref in event.inputs)),
        ),
        "rows": [
            (shown(f"{_('output')} {slot}" if several else _("output"), value(trace, ref)),)
            for slot, ref in enumerate(event.outputs)
        ],
        "workings": op_workings(trace, event),
    }


def _node(trace: Trace, event: NodeRan) -> dict[str, Any]:
    graph = trace.graph_at(event.index)
    node = graph.by_id.get(event.node) if graph else None
    return {
        "title": node.op if node and node.op else event.name,
        "subtitle": event.name,
        "sentence": _(
            "{name} took dL/d its output and computed dL/d its inputs by the chain rule."
        ).format(name=event.name),
        "rows": gradient_rows(trace, graph, event),
        "workings": node_workings(trace, event),
    }


def _accumulated(trace: Trace, event: GradAccumulated) -> dict[str, Any]:
    never = _("it was None, so the sum is what was added")
    return {
        "title": f"{event.param}.grad",
        "subtitle": "AccumulateGrad",
        "sentence": _("AccumulateGrad added dL/d {name} to .grad: before + added = after.").format(
            name=event.param
        ),
        "rows": [
            (
                shown(_("before"), value(trace, event.before), why=never),
                shown(_("added"), value(trace, event.added)),
            ),
            (shown(_("after"), value(trace, event.after)),),
        ],
    }


def _updated(trace: Trace, event: ParamUpdated) -> dict[str, Any]:
    def delta() -> Tensor:
        return trace.peek(event.after) - trace.peek(event.before)

    rows: list[tuple[Shown, ...]] = [
        (
            shown(_("before"), value(trace, event.before)),
            shown(_("after"), value(trace, event.after)),
        ),
        (
            shown(".grad", value(trace, event.grad), why=_("no gradient was computed")),
            shown(_("Δ = after − before"), delta),
        ),
    ]
    scalars = []
    for key, held in (event.state_after or {}).items():
        if isinstance(held, float | int):
            scalars.append((key, number(held)))
        elif held is not None and not held.shape:
            scalars.append((key, _number(trace, held)))
        elif held is not None:
            rows.append((shown(key, value(trace, held)),))
    settings = [
        (key, str(held) if isinstance(held, bool) else number(held))
        for key, held in event.settings.items()
        if held is not False and (held != 0 or key == "lr")
    ]
    if event.optimizer:
        sentence = _("{optimizer} moved {name}, using its .grad.")
    else:
        sentence = _("Code moved {name} by hand, without an optimizer.")
    return {
        "title": event.param,
        "subtitle": f"{event.optimizer}.step()" if event.optimizer else "",
        "sentence": sentence.format(optimizer=event.optimizer, name=event.param),
        "facts": facts(
            (_("last update"), f"‖Δ‖ = {update_norm(trace, event)}"),
            (_("settings"), ", ".join(f"{key} {text}" for key, text in settings)),
            *scalars,
        ),
        "rows": rows,
        "workings": update_workings(trace, event),
    }


def _change(trace: Trace, event: GradEdited | BufferChanged) -> tuple[Shown, ...]:
    return (
        shown(_("before"), value(trace, event.before)),
        shown(_("after"), value(trace, event.after)),
    )


def _number(trace: Trace, ref: Any) -> str:
    try:
        return number(trace.peek(ref).item())
    except TraceError:
        return "?"
