"""Why a ``.grad`` is None: one of five reasons, and where the path is cut if it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.arguments import check_type
from gradviz.errors import TraceError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.cut import Cut
from gradviz.trace.cuts import Path, path_to_loss
from gradviz.trace.events import Failed, GradAccumulated, GradZeroed
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

Reason: TypeAlias = Literal[
    "not computed yet", "not a leaf", "no path from loss", "requires_grad=False",
    "cleared by zero_grad",
]  # fmt: skip


class NoGradient(Struct, frozen=True, kw_only=True):
    """Why the ``.grad`` of ``name`` is None after event ``at``; as text, a sentence.

    ``cleared`` is the event that cleared it, ``comes`` the one in which the same iteration fills
    it. With ``no path from loss``, ``path`` says what became of its value and where it was cut.
    ``stopped`` tells that backward had a path and did not take it to the end: it failed before, or
    it was asked for other gradients (``autograd.grad``, ``inputs=``), or a function gave None.
    """

    name: str
    at: int
    reason: Reason
    cleared: int | None = None
    comes: int | None = None
    path: Path | None = None
    stopped: Literal["failed", "not asked"] | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, place: Callable[[int], str] = str) -> str:
        """The sentence, with events as ``place`` writes their indices."""
        told = [self._because(place)]
        if self.comes is not None:
            told.append(_("backward fills it at event {event}").format(event=place(self.comes)))
        return "; ".join(told)

    def _because(self, place: Callable[[int], str]) -> str:
        match self.reason:
            case "not a leaf":
                return _(
                    "not a leaf: the gradient passes through and is not kept "
                    "(retain_grad() would keep it)"
                )
            case "requires_grad=False":
                return _("requires_grad=False: it is frozen, so backward leaves it out")
            case "cleared by zero_grad":
                return _("zero_grad cleared it at event {event}").format(
                    event="" if self.cleared is None else place(self.cleared)
                )
            case "not computed yet":
                return _(_NOT_YET[self.stopped])
        if self.path is None:
            return _("no path from the loss")
        told = [cut_text(cut, place) for cut in self.path.cuts] or [_(_UNUSED[self.path.use])]
        why = "; ".join(dict.fromkeys(told))
        return _("no path from the loss: {why}").format(why=why)


def cut_text(cut: Cut, place: Callable[[int], str] = str) -> str:
    """A sentence about one cut."""
    return _(_CUTS[cut.how]).format(op=cut.op, event=place(cut.event))


def why_no_grad(trace: Trace, name: str | int, at: int | str = "end") -> NoGradient | None:
    """Why a ``.grad`` is None at a moment; None if it is not None.

    ``name`` is that of a parameter or another leaf, or the number of an autograd node for the
    tensor that it made. Raises `TraceError` for a name that the trace does not know.
    """
    check_type(trace, Trace, where="trace", mend=N_("give a trace"))
    index = trace.index_at(at)
    check_type(name, (str, int), where="name", mend=N_("take a name of trace.at(…).grads"))
    if isinstance(name, int):
        node = next((graph.by_id[name] for graph in trace.graphs if name in graph.by_id), None)
        if node is None:
            raise TraceError(
                N_("no graph of the trace has node {node}"),
                mend=N_("take the id of a node of trace.graphs"),
                node=name,
            )
        if node.variable is None:
            return NoGradient(name=node.op or node.name, at=index, reason="not a leaf")
        name = node.variable
    if ("grads", name) not in trace.written(len(trace.events) - 1):
        raise TraceError(
            N_("the trace knows no leaf {name}"),
            mend=N_("take a name of trace.at(…).grads"),
            name=name,
        )
    if trace.written(index).get(("grads", name)) is not None:
        return None
    return _reason(trace, name, index)


def _reason(trace: Trace, name: str, index: int) -> NoGradient:
    iteration = trace.events[max(index, 0)].iteration if trace.events else 0
    graphs = [graph for graph in trace.graphs if graph.iteration == iteration]
    known = graphs or trace.graphs
    if known and name in _nearest(known, index).frozen:
        return NoGradient(name=name, at=index, reason="requires_grad=False")
    cleared = _last_cleared(trace, name, index)
    comes = _comes(trace, name, index, iteration)
    begun = [graph for graph in graphs if max(cleared or 0, 0) <= graph.begins <= index]
    if comes is None and begun:
        if not any(node.variable == name for graph in begun for node in graph.nodes):
            path = path_to_loss(trace, name, begun)
            return NoGradient(name=name, at=index, reason="no path from loss", path=path)
        ends = trace.events[span(trace, iteration)[-1]]
        stopped: Literal["failed", "not asked"] = (
            "failed" if isinstance(ends, Failed) and ends.phase == "backward" else "not asked"
        )
        return NoGradient(name=name, at=index, reason="not computed yet", stopped=stopped)
    if cleared is not None:
        return NoGradient(
            name=name, at=index, reason="cleared by zero_grad", cleared=cleared, comes=comes
        )
    return NoGradient(name=name, at=index, reason="not computed yet", comes=comes)


def _nearest(graphs: Sequence[AutogradGraph], index: int) -> AutogradGraph:
    """The last graph that has begun, else the next one."""
    begun = [graph for graph in graphs if graph.begins <= index]
    return begun[-1] if begun else graphs[0]


def _last_cleared(trace: Trace, name: str, index: int) -> int | None:
    """The event that took a gradient away, if nothing else happened to it since."""
    for event in reversed(trace.events[: index + 1]):
        if isinstance(event, GradZeroed) and event.param == name and event.before is not None:
            return event.index
    return None


def _comes(trace: Trace, name: str, index: int, iteration: int) -> int | None:
    for event in trace.events[index + 1 : span(trace, iteration).stop]:
        if isinstance(event, GradAccumulated) and event.param == name:
            return event.index
    return None


_CUTS: dict[str, str] = {
    "detach": N_("{op} at event {event} cut it"),
    "integers": N_(
        "{op} at event {event} gives integers or True and False, which have no gradient"
    ),
    "no_grad": N_("{op} at event {event} ran under no_grad"),
    "no_node": N_("{op} at event {event} ran without autograd (on .data)"),
    "unseen": N_(
        "{op} at event {event} got the numbers without their history (.data, NumPy, .item())"
    ),
    "frozen": N_("requires_grad=False: it is frozen, so backward leaves it out"),
}
_UNUSED: dict[str, str] = {
    "unused": N_("no operation used it in this iteration"),
    "dangling": N_("what was computed from it does not reach the loss as a tensor"),
    "unknown": N_("or none that was recorded; code ran that PyTorch shows nobody"),
}
_NOT_YET: dict[str | None, str] = {
    None: N_("no gradient was computed yet"),
    "failed": N_("no gradient was computed: backward failed before it came here"),
    "not asked": N_(
        "no gradient came: backward was asked for others (autograd.grad, inputs=), "
        "or a function on the way gave None"
    ),
}
