"""Programs that leave a ``.grad`` None, each with the reason and the op that is to blame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import gradviz
from gradviz.errors import TraceError, WrongTypeError
from gradviz.explain.nogradient import why_no_grad
from gradviz.i18n import use
from gradviz.trace.events import GradAccumulated, GradZeroed, OpRan
from gradviz.trace.trace import Trace


class Two(nn.Module):
    """``lost`` feeds the loss only as ``way`` lets it; ``kept`` always does."""

    def __init__(self, way: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lost = nn.Linear(3, 3, bias=False)
        self.kept = nn.Linear(3, 3)
        self._way = way

    def forward(self, x: Tensor) -> Tensor:
        return self.kept(x) * self._way(self.lost(x))


def run(model: nn.Module, **settings: Any) -> Trace:
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3)).sum().backward(**settings)
    return trace


def op_at(trace: Trace, index: int) -> str:
    event = trace.events[index]
    assert isinstance(event, OpRan)
    return event.op


def no_grad(h: Tensor) -> Tensor:
    with torch.no_grad():
        return h.exp()


WAYS = {
    "detach": (lambda h: h.detach(), "detach", "detach"),
    "detach, then more": (lambda h: h.detach().exp() + 1, "detach", "detach"),
    "detach_": (lambda h: h.exp().detach_(), "detach", "detach_"),
    "logged and detached": (lambda h: (h.sum().item(), h.relu().detach())[1], "detach", "detach"),
    "argmax of what was logged": (
        lambda h: (h.detach().mean(), h.argmax(1, True))[1],
        "integers",
        "argmax",
    ),
    "argmax": (lambda h: F.one_hot(h.argmax(1), 3), "integers", "argmax"),
    "rounded": (lambda h: h.long().float(), "integers", "long"),
    "compared": (lambda h: (h > 0).float(), "integers", "gt"),
    "no_grad": (no_grad, "no_grad", "exp"),
    "data": (lambda h: h.data.exp(), "no_node", "exp"),
    "data at once": (lambda h: h.data, "unseen", "mul"),
}


@pytest.mark.parametrize("case", WAYS)
def test_the_op_that_cuts_the_path(case: str) -> None:
    way, how, op = WAYS[case]
    trace = run(Two(way))
    told = why_no_grad(trace, "lost.weight")
    assert told is not None
    assert told.reason == "no path from loss"
    assert told.path is not None
    assert [cut.how for cut in told.path.cuts] == [how]
    (cut,) = told.path.cuts
    assert op_at(trace, cut.event) == cut.op == op
    assert trace.graphs[0].by_id[cut.consumer or 0].name == "MulBackward0"
    assert f"{op} at event {cut.event}" in str(told)
    assert why_no_grad(trace, "kept.weight") is None
    assert why_no_grad(trace, "kept.bias") is None


def test_a_path_beside_the_cut_one_is_enough() -> None:
    trace = run(Two(lambda h: h * h.detach()))
    assert why_no_grad(trace, "lost.weight") is None


def test_every_cut_of_several() -> None:
    told = why_no_grad(run(Two(lambda h: h.detach() + h.argmax(1, True))), "lost.weight")
    assert told is not None
    assert told.path is not None
    assert [cut.op for cut in told.path.cuts] == ["detach", "argmax"]
    assert str(told).count("no path") == 1


def test_what_does_not_come_to_the_loss() -> None:
    plain = run(Two(lambda h: torch.tensor(h.sum().item())))
    told = why_no_grad(plain, "lost.weight")
    assert told is not None
    assert told.path is not None
    assert told.path.use == "dangling"
    model = Two(lambda h: h)
    model.unused = nn.Linear(2, 2)
    trace = run(model)
    unused = why_no_grad(trace, "unused.bias")
    assert unused is not None
    assert unused.path is not None
    assert (unused.reason, unused.path.use) == ("no path from loss", "unused")
    assert why_no_grad(trace, "unused.bias", "forward:end").reason == "not computed yet"  # type: ignore[union-attr]


def test_a_frozen_parameter() -> None:
    model = Two(lambda h: h)
    model.lost.requires_grad_(False)
    trace = run(model)
    for at in ("start", "forward:end", "end"):
        told = why_no_grad(trace, "lost.weight", at)
        assert told is not None
        assert told.reason == "requires_grad=False"
        assert told.comes is None


def test_a_loss_without_a_graph() -> None:
    model = nn.Linear(3, 3)
    trace = gradviz.Trace()

    def fail() -> None:
        nonlocal trace
        with gradviz.record(model) as trace:
            model(torch.randn(2, 3)).argmax(1).float().sum().backward()

    with pytest.raises(RuntimeError, match="does not require grad"):
        fail()
    told = why_no_grad(trace, "weight")
    assert told is not None
    assert told.path is not None
    (cut,) = told.path.cuts
    assert (cut.how, cut.op, cut.consumer) == ("integers", "argmax", None)


def test_backward_that_fails_on_the_way() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Sigmoid(), nn.Linear(3, 3))
    trace = gradviz.Trace()

    def fail() -> None:
        nonlocal trace
        with gradviz.record(model) as trace:
            h = model[1](model[0](torch.randn(2, 3)))
            loss = model[2](h * 1).sum()
            with torch.no_grad():
                h.add_(1)
            loss.backward()

    with pytest.raises(RuntimeError, match="inplace"):
        fail()
    told = why_no_grad(trace, "0.weight")
    assert told is not None
    assert (told.reason, told.stopped) == ("not computed yet", "failed")
    assert why_no_grad(trace, "2.weight") is None


def test_gradients_that_nobody_asked_for() -> None:
    model = Two(lambda h: h)
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3)).sum().backward(inputs=[model.kept.weight])
    told = why_no_grad(trace, "lost.weight")
    assert told is not None
    assert told.stopped == "not asked"
    assert why_no_grad(trace, "kept.weight") is None


def test_before_backward_and_after_zero_grad() -> None:
    model = Two(lambda h: h)
    optimizer = torch.optim.SGD(model.parameters())
    with gradviz.record(model, optimizer) as trace:
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.randn(2, 3)).sum().backward()
    comes = [
        event.index
        for event in trace.events
        if isinstance(event, GradAccumulated) and event.param == "lost.weight"
    ]
    cleared = [
        event.index
        for event in trace.events
        if isinstance(event, GradZeroed) and event.param == "lost.weight" and event.before
    ]
    for index in range(-1, len(trace.events)):
        told = why_no_grad(trace, "lost.weight", index)
        assert (told is None) == (trace.at(index).grads["lost.weight"] is not None)
        if told is not None and index < comes[0]:
            assert (told.reason, told.comes) == ("not computed yet", comes[0])
        elif told is not None:
            assert (told.reason, told.cleared) == ("cleared by zero_grad", cleared[0])
            assert told.comes == comes[1]
    assert str(why_no_grad(trace, "lost.weight", cleared[0])) == (
        f"zero_grad cleared it at event {cleared[0]}; backward fills it at event {comes[1]}"
    )


def test_cleared_and_then_not_reached() -> None:
    model = Two(lambda h: h)
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3)).sum().backward()
        model.zero_grad()
        model.kept(torch.randn(2, 3)).sum().backward()
    told = why_no_grad(trace, "lost.weight")
    assert told is not None
    assert told.reason == "no path from loss"


def test_the_output_of_an_op() -> None:
    trace = run(Two(lambda h: h))
    node = next(node for node in trace.graphs[0].nodes if node.name == "MulBackward0")
    told = why_no_grad(trace, node.id)
    assert told is not None
    assert told.reason == "not a leaf"
    leaf = next(node for node in trace.graphs[0].nodes if node.variable == "lost.weight")
    assert why_no_grad(trace, leaf.id) is None
    assert why_no_grad(trace, leaf.id, "forward:end").name == "lost.weight"  # type: ignore[union-attr]


def test_what_the_trace_does_not_know() -> None:
    trace = run(Two(lambda h: h))
    with pytest.raises(TraceError, match="knows no leaf"):
        why_no_grad(trace, "lost.wait")
    with pytest.raises(TraceError, match="no graph of the trace has node"):
        why_no_grad(trace, 10_000)
    with pytest.raises(WrongTypeError, match=r"name: got 3.5 instead of str / int"):
        why_no_grad(trace, 3.5)  # type: ignore[arg-type]


def test_layers_that_keep_their_path() -> None:
    x = torch.randn(2, 5, 8)
    for model in (
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        nn.LSTM(8, 4, 2, bidirectional=True),
        nn.Sequential(nn.Linear(8, 8), nn.Dropout(), nn.LayerNorm(8)).eval(),
    ):
        with gradviz.record(model) as trace:
            out = model(x)
            (out[0] if isinstance(out, tuple) else out).sum().backward()
        assert [why_no_grad(trace, name) for name, _ in model.named_parameters()].count(None) == (
            len(list(model.parameters()))
        )


def test_a_generator_behind_a_detached_output() -> None:
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    with gradviz.record(nn.ModuleDict({"g": generator, "d": critic})) as trace:
        critic(generator(torch.randn(3, 2)).detach()).sum().backward()
    told = why_no_grad(trace, "g.bias")
    assert told is not None
    assert told.path is not None
    (cut,) = told.path.cuts
    assert cut.op == "detach"
    assert trace.graphs[0].by_id[cut.consumer or 0].name == "AddmmBackward0"
    assert why_no_grad(trace, "d.bias") is None


def test_in_korean() -> None:
    told = why_no_grad(run(Two(lambda h: h.detach())), "lost.weight")
    use("ko")
    try:
        assert "detach" in str(told)
        assert "no path" not in str(told)
    finally:
        use("en")
