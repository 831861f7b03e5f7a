"""The autograd graph of a tensor, without running anything."""

from __future__ import annotations

from itertools import count

from torch import Tensor, nn

from gradviz.arguments import check_type
from gradviz.engine.given import check_watched
from gradviz.engine.record.names import Names
from gradviz.engine.record.nodes import NodeBook
from gradviz.i18n import N_
from gradviz.trace.graph import AutogradGraph


def autograd_graph(loss: Tensor, model: nn.Module | None = None) -> AutogradGraph:
    """The graph that ``loss.backward()`` would walk.

    The model, if given, names the leaves; ops and modules are only known to a recording. A tensor
    without a ``grad_fn`` gives an empty graph.
    """
    check_type(loss, Tensor, where="loss", mend=N_("give the tensor that backward starts from"))
    check_watched(model, None)
    book = NodeBook(Names(model), count())
    roots = [] if loss.grad_fn is None else [loss.grad_fn]
    graph, _ = book.graph(roots, iteration=0, begins=0)
    return graph
