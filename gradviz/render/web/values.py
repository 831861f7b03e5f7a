"""What is known of each node's values at a moment, in lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.errors import TraceError
from gradviz.i18n import gettext
from gradviz.render.draw.cards import number
from gradviz.render.scene.scene import one_line, shape_text, title_of
from gradviz.trace.events import (
    AnyEvent,
    GradAccumulated,
    NodeRan,
    OpRan,
    ParamUpdated,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode
from gradviz.trace.summary import summarize
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

Lines = dict[int, tuple[str, ...]]


class Values:
    """The lines of a trace's nodes; each tensor is summed up once."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._known: dict[int, str] = {}

    def at(self, graph: AutogradGraph, index: int | None) -> Lines:
        """The lines of each node of the graph after event ``index``, or at the end of its
        iteration.
        """
        leaves = {node.variable: node.id for node in graph.nodes if node.variable is not None}
        told: dict[tuple[int, str], str] = {}
        for event in self._events(graph.iteration, index):
            for node, label, ref in _of(event, leaves):
                if node in graph.by_id and ref is not None:
                    told[node, label] = self._line(ref)
        return _gathered(told)

    def of_modules(self, graph: ModuleGraph, index: int | None) -> Lines:
        """The same of each op of a module graph: what it computed, and the gradient that came."""
        told: dict[tuple[int, str], str] = {}
        ends = {node.made[-1]: node.id for node in graph if node.made and node.role == "op"}
        tellers = {node.event: node.id for node in graph if node.role == "op"}
        for event in self._events(graph.iteration, index):
            match event:
                case OpRan(index=number, outputs=outputs) if number in tellers and outputs:
                    told[tellers[number], gettext("output")] = self._line(outputs[0])
                case NodeRan(node=node, grad_outputs=(arrived, *_)) if node in ends and arrived:
                    told[ends[node], gettext("gradient")] = self._line(arrived)
        return _gathered(told)

    def _events(self, iteration: int, index: int | None) -> Sequence[AnyEvent]:
        indices = span(self._trace, iteration)
        return [self._trace.events[place] for place in indices if index is None or place <= index]

    def _line(self, ref: ValueRef) -> str:
        if ref.id not in self._known:
            self._known[ref.id] = self._summary(ref)
        return self._known[ref.id]

    def _summary(self, ref: ValueRef) -> str:
        try:
            summary = summarize(self._trace.value(ref))
        except TraceError:
            return "?"
        words = (
            ("min", summary.min),
            (gettext("mean"), summary.mean),
            ("max", summary.max),
            ("‖·‖", summary.norm),
        )
        said = [f"{word} {number(value)}" for word, value in words if value is not None]
        bad = [gettext("{count} NaN or infinite").format(count=summary.bad)] if summary.bad else []
        return " · ".join([shape_text(ref.shape), *said, *bad])


def who_is_who(graph: Graph) -> Lines:
    """Who each node is: its name, torch's name, where it comes from."""
    lines: Lines = {}
    for node in graph.nodes:
        named = (node.variable or node.op) if isinstance(node, ModuleNode) else ""
        told = [named or title_of(graph, node), node.name, node.module, shape_text(node.shape)]
        lines[node.id] = tuple(dict.fromkeys(one_line(part)[:300] for part in told if part))
    return lines


def _gathered(told: dict[tuple[int, str], str]) -> Lines:
    lines: Lines = {}
    for (node, label), line in told.items():
        lines[node] = (*lines.get(node, ()), f"{label}: {line}")
    return lines


def _of(event: AnyEvent, leaves: dict[str, int]) -> Sequence[tuple[int, str, ValueRef | None]]:
    """Node, label and value of what an event tells."""
    match event:
        case OpRan(nodes=nodes, outputs=outputs) if nodes and outputs:
            return [(nodes[-1], gettext("output"), outputs[0])]
        case NodeRan(node=node):
            arrived = event.grad_outputs[0] if event.grad_outputs else None
            return [(node, gettext("gradient"), arrived)]
        case GradAccumulated(node=node):
            return [(node, ".grad", event.after)]
        case ParamUpdated(param=param) if param in leaves:
            return [
                (leaves[param], gettext("before the step"), event.before),
                (leaves[param], gettext("after the step"), event.after),
            ]
    return []
