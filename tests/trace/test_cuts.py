"""The edges that a graph does not have, against torch's own graph of the same programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

import gradviz
from gradviz.trace.cuts import CutsOf, cuts_of
from gradviz.trace.trace import Trace

Forward = Callable[["Two", Tensor], Tensor]


class Two(nn.Module):
    """Two layers, put together as ``way`` says."""

    def __init__(self, way: Forward) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self._way = way

    def forward(self, x: Tensor) -> Tensor:
        return self._way(self, x)


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *grads: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return 2 * x * grads[0]


def run(model: nn.Module) -> Trace:
    with gradviz.record(model) as trace:
        model(torch.randn(5, 4)).sum().backward()
    return trace


def told(trace: Trace) -> list[tuple[str, str, str, str]]:
    """How each edge is cut, by what op, what made the tensor, and the node that it would feed."""
    graph = trace.graphs[0]
    return [
        (
            cut.how,
            cut.op,
            cut.leaf or cut.source,
            "" if cut.consumer is None else graph.by_id[cut.consumer].name,
        )
        for cut in cuts_of(trace, graph).edges
    ]


def frozen(model: Two, x: Tensor) -> Tensor:
    return model.b(model.a(x).relu())


def no_grad(model: Two, x: Tensor) -> Tensor:
    with torch.no_grad():
        h = model.a(x)
    return model.b(h)


def logged(model: Two, x: Tensor) -> Tensor:
    h = model.a(x)
    h.detach().mean().item()
    return h + model.b(h)


def changed(model: Two, x: Tensor) -> Tensor:
    h = model.a(x)
    view = h[:, :2]
    h.detach().mean()
    h[0] = 5
    h.add_(1)
    return model.b(h).relu_() + view.sum()


def sampled(model: Two, x: Tensor) -> Tensor:
    return model.a(x) + torch.randn_like(model.b(x)) * model.b(x).exp()


WHOLE: dict[str, Forward] = {
    "a value that was also logged": logged,
    "views and changes in place": changed,
    "noise of the same shape": sampled,
    "a custom function": lambda m, x: m.b(Square.apply(m.a(x))),
    "a checkpoint": lambda m, x: m.b(checkpoint(m.a, x, use_reentrant=False)),
    "an old checkpoint": lambda m, x: m.b(checkpoint(m.a, x.requires_grad_(), use_reentrant=True)),
    "a straight path": lambda m, x: m.b(m.a(x).contiguous()),
}


@pytest.mark.parametrize("case", WHOLE)
def test_nothing_is_cut_where_every_gradient_comes(case: str) -> None:
    model = Two(WHOLE[case])
    trace = run(model)
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert cuts_of(trace, trace.graphs[0]) == CutsOf()


CUT: dict[str, tuple[Forward, tuple[str, str, str, str]]] = {
    "detached beside itself": (
        lambda m, x: (lambda h: h * h.detach())(m.a(x)),
        ("detach", "detach", "linear", "MulBackward0"),
    ),
    "straight through": (
        lambda m, x: (lambda h: h + (h.round() - h).detach())(m.a(x)),
        ("detach", "detach", "sub", "AddBackward0"),
    ),
    "an integer of an op that has a gradient too": (
        lambda m, x: m.b(m.a(x)).gather(1, m.a(x).topk(2, 1).indices),
        ("integers", "topk", "linear", "GatherBackward0"),
    ),
    "a comparison": (
        lambda m, x: (lambda h: torch.where(h > 0, h, torch.zeros_like(h)))(m.a(x)),
        ("integers", "gt", "linear", "WhereBackward0"),
    ),
    "an index": (
        lambda m, x: F.embedding(m.a(x).argmax(1), m.b.weight),
        ("integers", "argmax", "linear", "EmbeddingBackward0"),
    ),
    "data": (
        lambda m, x: m.b(m.a(x).data),
        ("unseen", "linear", "linear", "AddmmBackward0"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CUT)
def test_the_exact_edge(case: str) -> None:
    way, wanted = CUT[case]
    trace = run(Two(way))
    assert told(trace) == [wanted]
    (cut,) = cuts_of(trace, trace.graphs[0]).edges
    assert cut.leaves == ("a.weight", "a.bias")


def test_a_node_that_is_drawn_stands_for_the_tensor() -> None:
    trace = run(Two(lambda m, x: (lambda h: h * h.detach())(m.a(x))))
    graph = trace.graphs[0]
    (cut,) = cuts_of(trace, graph).edges
    assert cut.producer is not None
    assert graph.by_id[cut.producer].name == "AddmmBackward0"
    assert cut.shape == (5, 4)
    outside = run(Two(lambda m, x: m.b(m.a(x).detach())))
    (other,) = cuts_of(outside, outside.graphs[0]).edges
    assert (other.producer, other.source, other.module) == (None, "linear", "a")


def test_a_frozen_layer_between_two_that_learn() -> None:
    model = Two(frozen)
    model.b.requires_grad_(False)
    assert told(run(model)) == [
        ("frozen", "linear", "b.weight", "AddmmBackward0"),
        ("frozen", "linear", "b.bias", "AddmmBackward0"),
    ]


def test_a_frozen_layer_below_all_that_learns() -> None:
    model = Two(frozen)
    model.a.requires_grad_(False)
    trace = run(model)
    assert told(trace) == [("frozen", "linear", "relu", "AddmmBackward0")]
    cuts = cuts_of(trace, trace.graphs[0])
    assert cuts.edges[0].leaves == ("a.weight", "a.bias")
    assert cuts.lost == ()


def test_no_grad_cuts_each_parameter_off_where_it_is_used() -> None:
    trace = run(Two(no_grad))
    assert told(trace) == [
        ("no_grad", "linear", "a.weight", "AddmmBackward0"),
        ("no_grad", "linear", "a.bias", "AddmmBackward0"),
    ]
    assert cuts_of(trace, trace.graphs[0]).lost == (("a.weight", "cut"), ("a.bias", "cut"))


def test_leaves_that_lead_nowhere() -> None:
    unused = run(Two(lambda m, x: m.a(x)))
    assert cuts_of(unused, unused.graphs[0]).lost == (("b.weight", "unused"), ("b.bias", "unused"))
    number = run(Two(lambda m, x: torch.tensor(m.a(x).sum().item()) * m.b(x)))
    assert cuts_of(number, number.graphs[0]).lost == (
        ("a.weight", "dangling"),
        ("a.bias", "dangling"),
    )


def test_a_loss_that_is_cut_off() -> None:
    model = Two(lambda m, x: m.a(x).argmax(1).float())
    trace = gradviz.Trace()

    def fail() -> None:
        nonlocal trace
        with gradviz.record(model) as trace:
            model(torch.randn(5, 4)).sum().backward()

    with pytest.raises(RuntimeError, match="does not require grad"):
        fail()
    assert told(trace) == [("integers", "argmax", "linear", "")]


def test_what_two_backwards_of_an_iteration_reach_together() -> None:
    model = Two(lambda m, x: m.a(x))
    with gradviz.record(model) as trace:
        model.a(torch.randn(5, 4)).sum().backward()
        model.b(torch.randn(5, 4)).sum().backward()
    assert [cuts_of(trace, graph).lost for graph in trace.graphs] == [(), ()]


def test_a_trace_file_keeps_what_is_cut(tmp_path: object) -> None:
    trace = run(Two(no_grad))
    file = f"{tmp_path}/t.gvtrace"
    trace.save(file)
    again = gradviz.open_trace(file)
    assert cuts_of(again, again.graphs[0]) == cuts_of(trace, trace.graphs[0])


class Carried(nn.Module):
    """Goes on from the state of the call before, whose history it cuts off early or late."""

    def __init__(self, *, early: bool, cut: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.cell, self.first = nn.RNNCell(4, 4), nn.Linear(4, 4)
        self._early, self._cut = early, cut
        self._state: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        begun = self._state is not None
        h = self._state if self._state is not None else torch.zeros(len(x), 4)
        h = self.cell(x, self._cut(h) if self._early else h)
        self._state = h if self._early else self._cut(h)
        return h if begun else h + self.first(x)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize(
    ("cut", "how"),
    [(Tensor.detach, "detach"), (lambda h: h.data, "unseen")],
    ids=["detach", "data"],
)
def test_a_state_from_the_iteration_before_is_cut_off(
    cut: Callable[[Tensor], Tensor], how: str, early: bool
) -> None:
    torch.manual_seed(0)
    model = Carried(early=early, cut=cut)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batch = torch.utils.data.TensorDataset(torch.randn(6, 4), torch.zeros(6, 4))
    loader = torch.utils.data.DataLoader(batch, batch_size=2)
    session = gradviz.Session(model, nn.MSELoss(), optimizer, loader, seed=0)
    for _ in range(3):
        session.step_iteration()
    trace = session.trace
    first, *others = trace.graphs
    assert cuts_of(trace, first) == CutsOf()
    for graph in others:
        (edge,) = cuts_of(trace, graph).edges
        assert (edge.how, edge.source, edge.module) == (how, "rnn_tanh_cell", "cell")
        assert edge.consumer is not None
        assert graph.by_id[edge.consumer].module == "cell"
        assert cuts_of(trace, graph).lost == (
            ("first.weight", "unused"),
            ("first.bias", "unused"),
        )
