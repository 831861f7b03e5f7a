"""A cut edge: by what, where, and what was cut off; and how an op shows that it cuts."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.events import OpRan, ValueRef

How: TypeAlias = Literal["detach", "integers", "no_grad", "no_node", "unseen", "frozen"]
"""What cut a path: a ``detach``; an op that gives integers or booleans (argmax, a comparison); an
op that ran under ``no_grad``; one that made no node though its input has one or is a leaf, as on
``.data``; something between two ops that torch shows nobody (``.data``, NumPy); or nothing but that
the leaf at its beginning requires no gradient.
"""


class Cut(Struct, frozen=True):
    """``event`` is the op after which there is no path (for ``unseen``: the one that got the value
    so; for ``frozen``: the one that got the leaf), ``consumer`` the node of the graph that the cut
    edge would have come into; None if that is the loss itself.

    What was cut off is a tensor of ``shape``: ``leaf`` is its name if it is one, else ``source``
    and ``module`` are the op and the module call that made it, and ``producer`` the node of the
    graph that stands for it, if one does. ``leaves`` are those that it was computed from.
    """

    how: How
    event: int
    op: str
    consumer: int | None = None
    producer: int | None = None
    leaf: str | None = None
    source: str = ""
    module: str = ""
    shape: tuple[int, ...] | None = None
    leaves: tuple[str, ...] = ()


def how_of(event: OpRan) -> How:
    """How an op that made no node of its own cut the path of its inputs."""
    if detaches(event):
        return "detach"
    if (event.outputs and all(counts(ref) for ref in event.outputs)) or event.nodes:
        return "integers"
    return "no_grad" if event.no_grad else "no_node"


def counts(ref: ValueRef) -> bool:
    """Whether its elements are integers or booleans, which can have no gradient."""
    return not ref.dtype.startswith(("float", "bfloat", "complex"))


def passes(event: OpRan) -> bool:
    """Whether it gave back what it got, as ``contiguous`` and a dropout in eval mode do."""
    given = {ref.id for ref in event.inputs}
    return not detaches(event) and all(ref.id in given for ref in event.outputs)


def detaches(event: OpRan) -> bool:
    """Whether its output is its input without the history."""
    return event.op in ("detach", "detach_")


def makes_anew(op: str) -> bool:
    """Whether the op takes nothing of its input but the shape: no path was ever there."""
    return op.endswith("_like") or op.startswith("new_")
