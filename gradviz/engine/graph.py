"""The autograd graph of a tensor, without running anything."""

from __future__ import annotations

from itertools import count

from torch import Tensor, nn

from gradviz.engine.names import Names
from gradviz.engine.nodes import NodeBook
from gradviz.trace.graph import AutogradGraph


def autograd_graph(loss: Tensor, model: nn.Module | None = None) -> AutogradGraph:
    """The graph that ``loss.backward()`` would walk.

    The model, if given, names the leaves; ops and modules are only known to a recording. A tensor
    without a ``grad_fn`` gives an empty graph.
    """
    book = NodeBook(Names(model), count())
    roots = [] if loss.grad_fn is None else [loss.grad_fn]
    graph, _ = book.graph(roots, iteration=0, begins=0)
    return graph
