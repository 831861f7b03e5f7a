"""The breakpoint that stops at what one looks at: at an event, or at a node of the graph."""

from __future__ import annotations

from gradviz.spec.breakpoints import Breakpoint
from gradviz.trace.events import (
    AnyEvent,
    BufferChanged,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    NodeRan,
    OpRan,
    ParamUpdated,
)
from gradviz.trace.facts import Facts
from gradviz.trace.graph import GraphNode
from gradviz.trace.trace import Trace


def at_event(trace: Trace, event: AnyEvent) -> Breakpoint:
    """The one that is hit by this event, and by its like in every iteration."""
    match event:
        case OpRan():
            return Breakpoint("op", event.op, when=_within(event.module))
        case NodeRan():
            return Breakpoint("node", event.name, when=_within(Facts(trace).module(event)))
        case GradZeroed() | GradAccumulated() | ParamUpdated():
            return Breakpoint("param", event.param, when=f'event == "{type(event).__name__}"')
        case GradEdited():
            return Breakpoint("param", event.target, when='event == "GradEdited"')
        case BufferChanged():
            return Breakpoint("expression", f'buffer == "{event.buffer}"')
    return Breakpoint("phase", event.phase)


def at_node(node: GraphNode) -> Breakpoint:
    """The one that is hit when backward comes to this node, or anything happens to this leaf."""
    if node.variable is not None:
        return Breakpoint("param", node.variable)
    return Breakpoint("node", node.name, when=_within(node.module))


def _within(module: str) -> str:
    return f'module == "{module}"' if module else ""
