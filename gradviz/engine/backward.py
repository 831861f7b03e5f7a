"""Backward: every autograd node that runs, and every leaf that a gradient is added to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from gradviz.engine.recorder import Recorder
from gradviz.engine.unseen import unseen
from gradviz.trace.events import (
    Contribution,
    GradAccumulated,
    LossComputed,
    NodeRan,
    ValueRef,
)
from gradviz.trace.graph import AutogradGraph

_ENGINE = "_engine_run_backward"


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
    roots = _roots(args, kwargs)
    begins = len(recorder.trace.events)
    fns = [root.grad_fn for root in roots if root.grad_fn is not None]
    graph, live = recorder.nodes.graph(fns, iteration=recorder.iteration, begins=begins)
    for root in roots:
        start = None if root.grad_fn is None else recorder.nodes.id(root.grad_fn)
        recorder.write(LossComputed, phase="loss", value=recorder.keep(root), node=start)
    recorder.trace.add_graph(graph)
    watch = _Watch(recorder, graph)
    with recorder.inside("backward"):
        try:
            for hook in recorder.backward_hooks.values():
                watch.handles += hook(graph, live)
            for number, node in live.items():
                watch.hook(number, node)
            with _engine_under(mode):
                return func(*args, **kwargs)
        finally:
            watch.remove()
            if not (kwargs.get("retain_graph") or kwargs.get("create_graph")):
                recorder.nodes.forget(live.values())


@contextmanager
def _engine_under(mode: TorchFunctionMode) -> Iterator[None]:
    """Let the autograd engine start with the mode on.

    Torch switches a mode off while it handles a call, here that of ``backward``, and offers no
    place between that call and the engine. So the name through which torch calls the engine stands
    for a function that switches it on again, as long as the block runs.
    """
    engine = vars(torch.autograd).get(_ENGINE)
    if engine is None:
        yield
        return

    def run(*args: Any, **kwargs: Any) -> Any:
        with mode:
            return engine(*args, **kwargs)

    setattr(torch.autograd, _ENGINE, run)
    try:
        yield
    finally:
        setattr(torch.autograd, _ENGINE, engine)


class _Watch:
    """The hooks of one backward."""

    def __init__(self, recorder: Recorder, graph: AutogradGraph) -> None:
        self._recorder = recorder
        self._graph = graph
        self.handles: list[RemovableHandle] = []
        self._sent: dict[tuple[int, int], ValueRef] = {}
        self._before: dict[int, ValueRef | None] = {}

    def hook(self, number: int, node: Node) -> None:
        """Watch one node; the hooks only look and return None."""
        variable = getattr(node, "variable", None)
        if isinstance(variable, Tensor):
            self._hook_leaf(number, node, variable)
            return

        @unseen
        def ran(
            grad_inputs: tuple[Tensor | None, ...], grad_outputs: tuple[Tensor | None, ...]
        ) -> None:
            self._ran(number, grad_inputs, grad_outputs)

        self.handles.append(node.register_hook(ran))

    def remove(self) -> None:
        """Take every hook off again."""
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def _ran(
        self,
        number: int,
        grad_inputs: tuple[Tensor | None, ...],
        grad_outputs: tuple[Tensor | None, ...],
    ) -> None:
        recorder = self._recorder
        leaving = tuple(recorder.keep_or_none(grad) for grad in grad_inputs)
        for slot, ref in enumerate(leaving):
            if ref is not None:
                self._sent[number, slot] = ref
        node = self._graph.by_id[number]
        recorder.write(
            NodeRan,
            node=number,
            name=node.name,
            grad_outputs=tuple(recorder.keep_or_none(grad) for grad in grad_outputs),
            grad_inputs=leaving,
            contributions=self._contributions(number),
        )

    def _hook_leaf(self, number: int, node: Node, leaf: Tensor) -> None:
        recorder = self._recorder
        name = recorder.leaf(leaf)

        @unseen
        def before(grad_outputs: tuple[Tensor | None, ...]) -> None:
            # Torch may add in place, so the old gradient is secured first.
            grad = leaf.grad
            self._before[number] = None if grad is None else recorder.before_change(grad)

        @unseen
        def after(
            grad_inputs: tuple[Tensor | None, ...],
            grad_outputs: tuple[Tensor | None, ...],
        ) -> None:
            added = grad_outputs[0]
            if added is None or leaf.grad is None:
                return
            recorder.write(
                GradAccumulated,
                node=number,
                param=name,
                before=self._before.pop(number, None),
                added=recorder.keep(added),
                after=recorder.keep(leaf.grad),
                contributions=self._contributions(number),
            )

        self.handles.append(node.register_prehook(before))
        self.handles.append(node.register_hook(after))

    def _contributions(self, number: int) -> tuple[Contribution, ...]:
        edges = self._graph.consumers.get(number, ())
        if len(edges) < 2:
            return ()
        return tuple(
            Contribution(edge.consumer, self._sent[edge.consumer, edge.slot])
            for edge in edges
            if (edge.consumer, edge.slot) in self._sent
        )


def _roots(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    """The tensors that backward starts from: its first argument, however it was passed."""
    first = args[0] if args else kwargs.get("tensors", kwargs.get("outputs", ()))
    if isinstance(first, Tensor):
        return [first]
    return [root for root in _each(first) if isinstance(root, Tensor)]


def _each(values: object) -> Iterable[object]:
    return values if isinstance(values, Iterable) else ()
