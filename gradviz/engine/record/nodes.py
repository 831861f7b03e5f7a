"""Numbers for autograd nodes, and the graph as plain data.

Node objects are torch's own. Their Python wrappers live only as long as somebody holds them, so the
book holds every one that it has numbered. Walks are loops: real graphs are thousands deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import methodcaller

import torch
from torch import Tensor
from torch.autograd.graph import Node

from gradviz.engine.record.names import Names
from gradviz.engine.record.saved import saved_by
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode


class NodeBook:
    """Each node's number, and the op and module call that made it. Numbers rise as forward runs."""

    def __init__(self, names: Names, numbers: Iterator[int]) -> None:
        self._names = names
        self._numbers = numbers
        self._ids: dict[Node, int] = {}
        self._made: dict[int, tuple[str, str, bool | None]] = {}

    def id(self, node: Node) -> int:
        """The number of a node; one that was not seen before gets the next."""
        known = self._ids.get(node)
        if known is None:
            known = self._ids[node] = next(self._numbers)
        return known

    def learn(self, tensors: Iterable[Tensor], *, op: str = "", module: str) -> tuple[int, ...]:
        """Number the nodes that an op has just made, producers first, leaves left out.

        Without an op they were made by code that no mode sees; of a custom function that has a
        name. To ask a tensor for its node can make one: torch does so late for a view whose base
        was changed. So only tensors are asked that torch itself has just asked.
        """
        made = []
        for tensor in tensors:
            fn = grad_fn_of(tensor)
            if fn is None or fn in self._ids:
                continue
            for node in self._unknown(fn):
                number = self.id(node)
                view = tensor._is_view() if node is fn else None
                self._made[number] = (_function(node) or op, module, view)
                if leaf_of(node) is None:
                    made.append(number)
        return tuple(made)

    def graph(
        self, roots: Iterable[Node], *, iteration: int, begins: int, retained: bool = False
    ) -> tuple[AutogradGraph, dict[int, Node]]:
        """Everything reachable from the roots, and the live nodes by number.

        Saved tensors are read here, because backward frees them.
        """
        live: dict[int, Node] = {}
        edges: list[GraphEdge] = []
        firsts = list(roots)
        for root in firsts:
            for node in self._unknown(root):
                self.id(node)
        waiting = list(firsts)
        while waiting:
            node = waiting.pop()
            number = self.id(node)
            if number in live:
                continue
            live[number] = node
            for slot, (producer, output) in enumerate(node.next_functions):
                if producer is not None:
                    edges.append(GraphEdge(self.id(producer), number, slot, output))
                    waiting.append(producer)
        edges.sort(key=lambda edge: (edge.consumer, edge.slot))
        nodes = tuple(self._record(number, live[number]) for number in sorted(live))
        start = self.id(firsts[0]) if firsts else None
        graph = AutogradGraph(
            nodes,
            tuple(edges),
            start,
            iteration=iteration,
            begins=begins,
            frozen=self._frozen(),
            retained=retained,
        )
        return graph, live

    def forget(self, nodes: Iterable[Node]) -> None:
        """Let go of nodes that backward has used up."""
        for node in nodes:
            number = self._ids.pop(node, None)
            if number is not None:
                self._made.pop(number, None)

    def _record(self, number: int, node: Node) -> GraphNode:
        op, module, view = self._made.get(number) or (_function(node), "", None)
        variable = leaf_of(node)
        shape, dtype = (
            _output(node) if variable is None else (tuple(variable.shape), variable.dtype)
        )
        return GraphNode(
            id=number,
            name=type(node).__name__,
            module=module,
            op=op,
            shape=shape,
            variable=None if variable is None else self._names.learn(variable),
            dtype="" if dtype is None else str(dtype).removeprefix("torch."),
            view=view if variable is None else variable._is_view(),
            saved=saved_by(node, self._names) if variable is None else (),
        )

    def _frozen(self) -> tuple[str, ...]:
        leaves = self._names.leaves
        return tuple([name for name, leaf in leaves.items() if not leaf.requires_grad])

    def _unknown(self, root: Node) -> list[Node]:
        """The nodes behind ``root`` without a number, producers before consumers."""
        if root in self._ids:
            return []
        order: list[Node] = []
        seen = {root}
        stack = [(root, iter(root.next_functions))]
        while stack:
            node, following = stack[-1]
            for producer, _ in following:
                if producer is not None and producer not in seen and producer not in self._ids:
                    seen.add(producer)
                    stack.append((producer, iter(producer.next_functions)))
                    break
            else:
                order.append(node)
                stack.pop()
        return order if len(order) < 4 else _as_made(order)


def _as_made(nodes: list[Node]) -> list[Node]:
    """The nodes in the order in which torch made them; leaves stay where they are."""
    made = [node for node in nodes if not _is_leaf(node)]
    if len(made) < 3:  # the root is the last in any case
        return nodes
    made.sort(key=methodcaller("_sequence_nr"), reverse=True)
    return [node if _is_leaf(node) else made.pop() for node in nodes]


def _is_leaf(node: Node) -> bool:
    return isinstance(node, torch._C._functions.AccumulateGrad)  # type: ignore[attr-defined]


def leaf_of(node: Node) -> Tensor | None:
    """The leaf of an AccumulateGrad node, None for any other."""
    if not _is_leaf(node):
        return None
    variable: Tensor = node.variable  # type: ignore[attr-defined]
    return variable


def grad_fn_of(tensor: Tensor) -> Node | None:
    """The node that made it. Torch refuses to tell of a view whose base was changed under it."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def is_compiled(node: Node) -> bool:
    """Whether it stands for a graph that ``torch.compile`` made."""
    function = getattr(node, "_forward_cls", None)
    return function is not None and function.__module__.startswith("torch._functorch")


def _function(node: Node) -> str:
    """The name of the custom function whose node it is."""
    function = getattr(node, "_forward_cls", None)
    return "" if function is None else str(function.__name__)


def _output(node: Node) -> tuple[tuple[int, ...] | None, torch.dtype | None]:
    """Shape and dtype of the node's first output; torch keeps them under a private name."""
    metadata = getattr(node, "_input_metadata", None)
    try:
        return (tuple(metadata[0].shape), metadata[0].dtype) if metadata else (None, None)
    except (AttributeError, TypeError, RuntimeError):
        return None, None
