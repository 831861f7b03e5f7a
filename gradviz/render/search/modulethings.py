"""What can be found in a module graph: its ops, each with the autograd nodes that it made and the
leaves that it uses.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.i18n import gettext as _
from gradviz.render.scene.cutwords import word_of
from gradviz.render.scene.scene import one_line
from gradviz.render.search.things import Thing, Things
from gradviz.spec.terms import Value
from gradviz.trace.events import OpRan, ValueRef
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span


class ModuleThings(Things):
    """All that can be found in a module graph after event ``at``. What is true of an autograd node
    that an op made, or of a leaf that it uses, is true of the op.
    """

    def __init__(self, graph: ModuleGraph, trace: Trace | None, at: int | None) -> None:
        self.modules = graph
        backward = None
        if trace is not None and len(trace.events):
            backward = trace.graph_at(_last_of(trace, graph) if at is None else at)
        known = None if backward is None else trace
        super().__init__(backward or AutogradGraph((), (), None), known, at)
        self._trace = trace
        self._made = {thing.node.id: thing for thing in super().__iter__() if thing.node}
        self._named = {
            thing.leaf or (thing.node.variable if thing.node else None) or "": thing
            for thing in super().__iter__()
        }
        self._outputs = {} if trace is None else _outputs(trace, graph, at)

    def __iter__(self) -> Iterator[Thing]:
        for node in self.modules:
            yield Thing(one_line(node.variable or node.op), node, None, node.shape)

    def about(self, thing: Thing) -> Iterator[Thing]:
        yield thing
        node = thing.node
        if isinstance(node, ModuleNode) and node.role != "output":
            yield from (self._named[name] for name in node.parameters if name in self._named)
            yield from (self._made[id] for id in node.made if id in self._made)

    def texts(self, thing: Thing) -> Iterator[tuple[str, str]]:
        yield from super().texts(thing)
        node = thing.node
        if isinstance(node, ModuleNode):
            yield "module", node.kind
            yield from (("param", name) for name in (*node.parameters, *node.buffers))

    def ask(self, thing: Thing, name: str) -> Value | None:
        if isinstance(thing.node, ModuleNode) and name in ("saved", "param"):
            return None
        return super().ask(thing, name)

    def gradient_norms(self, thing: Thing) -> list[float]:
        return [] if isinstance(thing.node, ModuleNode) else super().gradient_norms(thing)

    def has_infinity(self, thing: Thing) -> bool:
        return not isinstance(thing.node, ModuleNode) and super().has_infinity(thing)

    def value_norm(self, thing: Thing) -> float | None:
        if not isinstance(thing.node, ModuleNode):
            return super().value_norm(thing)
        ref = self._outputs.get(thing.node.id)
        return None if ref is None else self._norm(ref)

    def why_none(self, thing: Thing) -> str | None:
        node = thing.node
        if not isinstance(node, ModuleNode):
            return super().why_none(thing)
        watched = bool(node.made) or node.role != "op" or not self.graph.nodes
        return None if watched else _("no grad_fn: autograd did not watch it")

    def cut_words(self, thing: Thing) -> list[str]:
        node = thing.node
        if not isinstance(node, ModuleNode):
            return super().cut_words(thing)
        cuts = [cut for cut in self.cuts.edges if cut.event == node.event and cut.how != "frozen"]
        return list(dict.fromkeys(map(word_of, cuts)))

    def uses(self, thing: Thing) -> int:
        if not isinstance(thing.node, ModuleNode):
            return super().uses(thing)
        return len(self.modules.consumers.get(thing.node.id, ()))


def _outputs(trace: Trace, graph: ModuleGraph, at: int | None) -> dict[int, ValueRef]:
    """What each op computed, as far as it has run."""
    found: dict[int, ValueRef] = {}
    for node in graph:
        if node.role != "op" or node.event is None or (at is not None and node.event > at):
            continue
        event = trace.events[node.event]
        if isinstance(event, OpRan) and event.outputs:
            found[node.id] = event.outputs[0]
    return found


def _last_of(trace: Trace, graph: ModuleGraph) -> int:
    """The last event of the graph's iteration."""
    return span(trace, graph.iteration)[-1]
