"""What can be found in a graph, and what can be asked of it at a moment: its nodes, and the leaves
that are cut off from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.i18n import gettext as _
from gradviz.render.scene.cutwords import lost_text, word_of
from gradviz.render.scene.scene import one_line, plain_name, shape_text, title_of
from gradviz.spec.terms import Value
from gradviz.trace.aside import aside
from gradviz.trace.cut import Cut
from gradviz.trace.cuts import CutsOf, Use, cuts_of
from gradviz.trace.events import NodeRan, OpRan, ValueRef
from gradviz.trace.graph import AutogradGraph, GraphNode
from gradviz.trace.history import Room
from gradviz.trace.summary import norm
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

Fate: TypeAlias = Literal["", "frozen"] | Use
"""Why a leaf is not in the graph; empty for what is."""


class Thing(Struct, frozen=True):
    """A node of the graph, or a leaf that is not in it."""

    name: str
    node: GraphNode | None = None
    leaf: str | None = None
    shape: tuple[int, ...] | None = None
    fate: Fate = ""


class Things:
    """All that can be found in a graph, as it is after event ``at``; the graph's nodes first.

    Numbers are worked out when asked, and once.
    """

    def __init__(self, graph: AutogradGraph, trace: Trace | None, at: int | None) -> None:
        self.graph = graph
        self._trace = trace
        self.cuts = CutsOf() if trace is None else cuts_of(trace, graph)
        self._values: dict[int, ValueRef] = {}
        self._grads: dict[int, tuple[ValueRef | None, ...]] = {}
        self._norms: dict[int, float | None] = {}
        self._leaves: dict[str, int] = {}
        self._written: dict[tuple[Room, str], object] = {}
        if trace is not None and len(trace.events):
            self._read(trace, at)

    def __iter__(self) -> Iterator[Thing]:
        for node in self.graph.nodes:
            yield Thing(title_of(self.graph, node), node, None, node.shape)
        seen: set[str] = set()
        for name, use in self._absent():
            if name not in seen:
                seen.add(name)
                ref = self._written.get(("params", name))
                shape = tuple(ref.shape) if isinstance(ref, ValueRef) else None
                yield Thing(name, None, name, shape, use)

    def _absent(self) -> Iterator[tuple[str, Fate]]:
        for cut in self.cuts.edges:
            if cut.how == "frozen":
                yield from ((name, "frozen") for name in cut.leaves)
        yield from self.cuts.lost

    def _read(self, trace: Trace, at: int | None) -> None:
        """The references of the graph's iteration up to the moment."""
        indices = span(trace, self.graph.iteration)
        last = indices.stop - 1 if at is None else at
        for index in indices:
            event = trace.events[index]
            if index > last:
                break
            if isinstance(event, OpRan) and event.nodes and event.outputs:
                self._values[event.nodes[-1]] = event.outputs[0]
            elif isinstance(event, NodeRan):
                self._grads[event.node] = event.grad_outputs
        self._written = dict(trace.written(last))
        for node in self.graph.nodes:
            if node.variable is not None:
                value = self._written.get(("params", node.variable))
                if isinstance(value, ValueRef):
                    self._values[node.id] = value
                if ("grads", node.variable) in self._written:
                    grad = self._written[("grads", node.variable)]
                    self._grads[node.id] = (grad if isinstance(grad, ValueRef) else None,)

    def about(self, thing: Thing) -> Iterator[Thing]:
        """All of which something may be true, so that it is of the thing."""
        yield thing

    def texts(self, thing: Thing) -> Iterator[tuple[str, str]]:
        """The texts of a thing that words are looked for in, each with what it is."""
        node = thing.node
        yield "name", one_line(thing.name)
        if node is not None:
            if node.variable is None:  # a leaf has only been met by an op
                yield "op", node.op or plain_name(node.name)
            yield "node", node.name
            yield "module", node.module
        if thing.leaf is not None or (node is not None and node.variable is not None):
            yield "param", thing.leaf or (node.variable if node and node.variable else "")
        yield "shape", shape_text(thing.shape)
        if thing.shape:
            yield "shape", "x".join(map(str, thing.shape))
        yield "dtype", "" if node is None else node.dtype

    def ask(self, thing: Thing, name: str) -> Value | None:
        """What a condition asks of it; None where that does not apply."""
        node = thing.node
        match name:
            case "name":
                return thing.name
            case "param":
                return thing.leaf or (node.variable if node else None)
            case "shape":
                return None if thing.shape is None else tuple(map(float, thing.shape))
            case "norm" | "grad_norm":
                norms = self.gradient_norms(thing)
                return math.hypot(*norms) if norms else None
            case "value_norm":
                return self.value_norm(thing)
            case "uses":
                return float(self.uses(thing))
        if node is None:
            return None
        told: dict[str, Value] = {
            "node": node.name,
            "module": node.module,
            "dtype": node.dtype,
            "saved": float(len(node.saved)),
        }
        if node.variable is None:
            told["op"] = node.op or plain_name(node.name)
        return told.get(name)

    def gradient_norms(self, thing: Thing) -> list[float]:
        """The norms of the gradients that arrived, one an output; of a leaf that of ``.grad``."""
        refs = () if thing.node is None else self._grads.get(thing.node.id, ())
        norms = [self._norm(ref) for ref in refs if ref is not None]
        return [norm for norm in norms if norm is not None]

    def value_norm(self, thing: Thing) -> float | None:
        """The norm of the tensor; None if it is not there yet, or was dropped."""
        if thing.node is None:
            ref = self._written.get(("params", thing.leaf or ""))
            return self._norm(ref) if isinstance(ref, ValueRef) else None
        known = self._values.get(thing.node.id)
        return None if known is None else self._norm(known)

    def has_infinity(self, thing: Thing) -> bool:
        """Whether an element of a gradient that arrived is infinite."""
        refs = () if thing.node is None else self._grads.get(thing.node.id, ())
        for ref in refs:
            known = None if ref is None else self._norm(ref)
            if ref is not None and known is not None and not math.isfinite(known):
                with aside():
                    if self._trace is not None and bool(self._trace.peek(ref).isinf().any()):
                        return True
        return False

    def why_none(self, thing: Thing) -> str | None:
        """Why it has no gradient at the moment, in a word; None if it has one."""
        if thing.fate:
            return lost_text(
                thing.fate, [cut for cut in self.cuts.edges if thing.name in cut.leaves]
            )
        node = thing.node
        if node is None or self._trace is None:
            return None
        refs = self._grads.get(node.id)
        if node.variable is None and refs is not None and all(ref is None for ref in refs):
            return _("None came")
        if node.variable is not None and not any(refs or ()):
            return _(".grad is None now")
        return None

    def cut_words(self, thing: Thing) -> list[str]:
        """By what the edges from or into a node are cut."""
        node = thing.node
        if node is None:
            return []
        cuts = [cut for cut in self.cuts.edges if node.id in (cut.producer, _consumer(self, cut))]
        return list(dict.fromkeys(word_of(cut) for cut in cuts if cut.how != "frozen"))

    def uses(self, thing: Thing) -> int:
        """How many edges its tensor goes into."""
        return 0 if thing.node is None else len(self.graph.consumers.get(thing.node.id, ()))

    def _norm(self, ref: ValueRef) -> float | None:
        if ref.id not in self._norms:
            try:
                with aside():
                    known = None if self._trace is None else norm(self._trace.peek(ref))
            except TraceError:
                known = None
            self._norms[ref.id] = known
        return self._norms[ref.id]


def _consumer(things: Things, cut: Cut) -> int | None:
    return things.graph.root if cut.consumer is None else cut.consumer
