"""Backward: every autograd node that runs, and every leaf that a gradient is added to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from torch import Tensor
from torch.autograd.graph import GradientEdge, Node, get_gradient_edge
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from gradviz.engine.doors.interrupts import uninterrupted
from gradviz.engine.doors.reentry import on_in_engine
from gradviz.engine.doors.suspension import resume, suspend
from gradviz.engine.doors.unseen import hush
from gradviz.engine.record.nodes import grad_fn_of, is_compiled, leaf_of
from gradviz.engine.record.recorder import Recorder
from gradviz.trace.events import (
    Contribution,
    GradAccumulated,
    LossComputed,
    NodeRan,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph


def run_backward(
    recorder: Recorder,
    mode: TorchFunctionMode,
    func: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call ``backward`` or ``grad`` with hooks on every node that it can reach.

    Node hooks, not module hooks: those insert nodes into the graph and break in-place ops. What
    runs as Python inside (the user's hooks, custom functions, a checkpoint that computes forward
    again) is seen by ``mode`` like any other code.
    """
    with hush():
        roots = _roots(args, kwargs)
        begins = len(recorder.trace.events)
        fns = [fn for fn in map(_start, roots) if fn is not None]
        graph, live = recorder.nodes.graph(
            fns, iteration=recorder.iteration, begins=begins, retained=_retains(kwargs)
        )
        for root in roots:
            if isinstance(root, Tensor):
                fn = grad_fn_of(root)
                start = None if fn is None else recorder.nodes.id(fn)
                recorder.write(LossComputed, phase="loss", value=recorder.keep(root), node=start)
        recorder.trace.add_graph(graph)
    watch = _Watch(recorder, graph)
    with recorder.inside("backward"), watch:
        try:
            with uninterrupted(), hush():
                for hook in recorder.backward_hooks.values():
                    watch.handles += hook(graph, live)
                for number, node in live.items():
                    watch.hook(number, node)
            with on_in_engine(mode):
                return func(*args, **kwargs)
        finally:
            if not (kwargs.get("retain_graph") or kwargs.get("create_graph")):
                recorder.nodes.forget(live.values())


class _Watch:
    """The hooks of one backward.

    A backward can run inside another one, over nodes that both reach. Each node has the hooks of
    the outer one then, and what they see belongs to the backward that runs now.
    """

    def __init__(self, recorder: Recorder, graph: AutogradGraph) -> None:
        self.handles: list[RemovableHandle] = []
        self._recorder = recorder
        self._graph = graph
        self._forks = len(graph.edges) > len(graph.consumers)
        self._hooked: set[int] = set()
        self._leaves: list[Tensor] = []
        self._sent: dict[tuple[int, int], ValueRef] = {}
        self._arrived: dict[int, _Arrived] = {}

    def __enter__(self) -> None:
        self._recorder.backwards.append(self)

    def __exit__(self, *_error: object) -> None:
        """Take every hook off again."""
        try:
            with uninterrupted():
                self._unhook()
        finally:  # an interrupt may have come first
            self._unhook()

    def _unhook(self) -> None:
        if self in self._recorder.backwards:
            self._recorder.backwards.remove(self)
        for handle in self.handles:
            handle.remove()
        for leaf in self._leaves:
            if not leaf._post_accumulate_grad_hooks:
                leaf._post_accumulate_grad_hooks = None  # type: ignore[assignment]
        self.handles, self._leaves = [], []

    def hook(self, number: int, node: Node) -> None:
        """Watch one node; the hooks only look and return None."""
        backwards = self._recorder.backwards
        if any(number in watch._hooked for watch in backwards):
            return
        self._hooked.add(number)
        leaf = leaf_of(node)
        if leaf is not None:
            if leaf.requires_grad:
                self._hook_leaf(number, node, leaf)
            return

        def ran(
            grad_inputs: tuple[Tensor | None, ...], grad_outputs: tuple[Tensor | None, ...]
        ) -> None:
            resume()
            watch: _Watch = backwards[-1]
            if number in watch._graph.by_id:
                with hush():
                    watch._ran(number, grad_inputs, grad_outputs)

        if is_compiled(node):
            self.handles.append(node.register_prehook(lambda _grad_outputs: suspend()))
        self.handles.append(node.register_hook(ran))

    def _ran(
        self,
        number: int,
        grad_inputs: tuple[Tensor | None, ...],
        grad_outputs: tuple[Tensor | None, ...],
    ) -> None:
        recorder = self._recorder
        keep = recorder.keep
        leaving = tuple([None if grad is None else keep(grad) for grad in grad_inputs])
        if self._forks:
            for slot, ref in enumerate(leaving):
                if ref is not None:
                    self._sent[number, slot] = ref
        recorder.write(
            NodeRan,
            node=number,
            name=self._graph.by_id[number].name,
            grad_outputs=tuple([None if grad is None else keep(grad) for grad in grad_outputs]),
            grad_inputs=leaving,
            contributions=self._contributions(number) if self._forks else (),
        )

    def _hook_leaf(self, number: int, node: Node, leaf: Tensor) -> None:
        backwards = self._recorder.backwards
        self._recorder.leaf(leaf)

        def arrives(grad_outputs: tuple[Tensor | None, ...]) -> None:
            if grad_outputs[0] is not None:
                with hush():
                    backwards[-1]._arrives(number, leaf, grad_outputs[0])

        def accumulated(_leaf: Tensor) -> None:
            with hush():
                backwards[-1]._accumulated(number, leaf)

        self.handles.append(node.register_prehook(arrives))
        self.handles.append(_register_first(leaf, accumulated))
        self._leaves.append(leaf)

    def _arrives(self, number: int, leaf: Tensor, added: Tensor) -> None:
        # Torch may add in place, so the old gradient is secured first.
        recorder = self._recorder
        before = None if leaf.grad is None else recorder.before_change(leaf.grad)
        self._arrived[number] = _Arrived(before, recorder.keep(added))

    def _accumulated(self, number: int, leaf: Tensor) -> None:
        recorder = self._recorder
        arrived = self._arrived.pop(number, None)
        if arrived is None or leaf.grad is None:
            return
        recorder.write(
            GradAccumulated,
            node=number,
            param=recorder.leaf(leaf),
            before=arrived.before,
            added=arrived.added,
            after=recorder.keep(leaf.grad),
            contributions=self._contributions(number) if self._forks else (),
        )
        if recorder.calls.reducing:  # torch averages it in C++ and tells nobody
            recorder.trace.store.secure(leaf.grad)

    def _contributions(self, number: int) -> tuple[Contribution, ...]:
        edges = self._graph.consumers.get(number, ())
        if len(edges) < 2:
            return ()
        return tuple(
            Contribution(edge.consumer, self._sent[edge.consumer, edge.slot])
            for edge in edges
            if (edge.consumer, edge.slot) in self._sent
        )


class _Arrived(NamedTuple):
    """A gradient on its way into a leaf."""

    before: ValueRef | None
    added: ValueRef


def _register_first(leaf: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
    """Call the hook after each accumulation, before the hooks of the user change anything."""
    hooks = leaf._post_accumulate_grad_hooks
    others = dict(hooks or {})
    if hooks:
        hooks.clear()
    handle: RemovableHandle = leaf.register_post_accumulate_grad_hook(hook)  # type: ignore[no-untyped-call]
    if hooks is not None:
        hooks.update(others)
    return handle


def _retains(kwargs: dict[str, Any]) -> bool:
    """Whether saved tensors outlive the backward; torch's default is to keep what it records."""
    retain = kwargs.get("retain_graph")
    return bool(kwargs.get("create_graph") if retain is None else retain)


def _start(root: Tensor | GradientEdge) -> Node | None:
    """The node that backward starts from, of a leaf that which accumulates its gradient."""
    if isinstance(root, Tensor):
        return get_gradient_edge(root).node if root.requires_grad else None
    return root.node


def _roots(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor | GradientEdge]:
    """What backward starts from: its first argument, however it was passed."""
    first = args[0] if args else kwargs.get("tensors", kwargs.get("outputs", ()))
    if isinstance(first, Tensor | GradientEdge):
        return [first]
    each = first if isinstance(first, Iterable) else ()
    return [root for root in each if isinstance(root, Tensor | GradientEdge)]
