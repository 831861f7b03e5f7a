from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node, saved_tensors_hooks
from torch.nn import functional as F

import gradviz
from gradviz.engine.record import saved as engine_saved
from gradviz.trace.events import Failed
from gradviz.trace.graph import AutogradGraph, GraphNode, SavedTensor

pytestmark = pytest.mark.skipif(not engine_saved.TELLS, reason="torch does not tell")


def named(graph: AutogradGraph, name: str) -> GraphNode:
    return next(node for node in graph.nodes if node.name.startswith(name))


def one(loss: Tensor, name: str) -> dict[str, SavedTensor]:
    return {saved.name: saved for saved in named(gradviz.autograd_graph(loss), name).saved}


def live_nodes(root: Node) -> list[Node]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.append(node)
            waiting += [producer for producer, _ in node.next_functions if producer is not None]
    return found


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        out = x * y
        ctx.save_for_backward(x, None, out, y)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        x, _, _, y = ctx.saved_tensors
        return grad * y, grad * x


def test_it_is_what_torch_tells() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten())
    model.append(nn.Linear(72, 3))
    loss = F.cross_entropy(model(torch.randn(4, 1, 8, 8)), torch.tensor([0, 1, 2, 0]))
    assert loss.grad_fn is not None
    graph = gradviz.autograd_graph(loss, model)
    told = sorted(
        (node.name, saved.name, saved.shape, f"torch.{saved.dtype}", saved.saved, saved.now)
        for node in graph.nodes
        for saved in node.saved
    )
    expected = []
    for node in live_nodes(loss.grad_fn):
        for name in dir(node):
            tensor = getattr(node, name) if name.startswith("_saved_") else None
            if isinstance(tensor, Tensor):
                version = tensor._version
                row = (type(node).__name__, name.removeprefix("_saved_"), tuple(tensor.shape))
                expected.append((*row, str(tensor.dtype), version, version))
    assert told == sorted(expected)
    assert len(told) > 10
    weight = next(saved for saved in named(graph, "Convolution").saved if saved.name == "weight")
    assert weight.leaf == "0.weight"
    assert {node.dtype for node in graph.nodes} == {"float32"}


def test_a_view_of_a_parameter_is_named() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    graph = gradviz.autograd_graph(model(torch.randn(2, 3)).sum(), model)
    last = [node for node in graph.nodes if node.name == "AddmmBackward0"][-1]
    assert {saved.name: saved.leaf for saved in last.saved} == {"mat1": None, "mat2": "1.weight"}


def test_a_change_in_place_is_told_before_backward_fails() -> None:
    w = torch.ones(3, requires_grad=True)
    h = w.exp()
    loss = (h * h).sum()
    assert one(loss, "Exp")["result"].modified is False
    h.add_(1)
    h.add_(1)
    for saved in (one(loss, "Exp")["result"], one(loss, "Mul")["self"]):
        assert (saved.saved, saved.now, saved.modified) == (0, 2, True)
        assert (saved.shape, saved.dtype) == ((3,), "float32")
    with pytest.raises(RuntimeError, match="is at version 2; expected version 0"):
        loss.backward()


def test_what_an_earlier_backward_freed() -> None:
    w = torch.ones(3, requires_grad=True)
    loss = (w * w)[[0, 1]].sum()
    loss.backward()
    assert {saved.state for saved in one(loss, "Mul").values()} == {"freed"}
    assert {saved.state for saved in one(loss, "Index").values()} == {"freed"}


def test_several_in_one() -> None:
    w = torch.ones(3, 2, requires_grad=True)
    rows, columns = torch.tensor([0, 1]), torch.tensor([1, 1])
    loss = w[rows, columns].sum()
    assert [(s.name, s.shape, s.dtype) for s in one(loss, "Index").values()] == [
        ("indices[0]", (2,), "int64"),
        ("indices[1]", (2,), "int64"),
    ]
    columns.zero_()
    told = one(loss, "Index")
    assert not told["indices[0]"].modified
    assert (told["indices[1]"].saved, told["indices[1]"].now) == (0, 1)


def test_a_custom_function() -> None:
    x, y = (torch.ones(3, requires_grad=True) for _ in range(2))
    h = x * 1
    out = Twice.apply(h, y)
    loss = out.sum()
    names = ["tensors[0]", "tensors[2]", "tensors[3]"]
    assert list(one(loss, "Twice")) == names
    h.add_(1)
    told = one(loss, "Twice")
    assert list(told) == names
    assert [told[name].modified for name in names] == [True, False, False]
    assert (told["tensors[0]"].saved, told["tensors[0]"].now) == (0, 1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
    loss = Twice.apply(x * 1, y).sum()
    loss.backward()
    assert {saved.state for saved in one(loss, "Twice").values()} == {"freed"}


def test_hooks_of_the_user_are_left_alone() -> None:
    called = []

    def unpack(tensor: Tensor) -> Tensor:
        called.append(tensor)
        return tensor

    x = torch.ones(3, requires_grad=True)
    with saved_tensors_hooks(lambda tensor: tensor.clone(), unpack):
        mixed = (x * x)[[0, 1]]
        loss = Twice.apply(mixed, mixed).sum()
    graph = gradviz.autograd_graph(loss)
    assert called == []
    states = {saved.state for node in graph.nodes for saved in node.saved}
    assert states == {"packed"}
    loss.backward()
    assert called != []
    assert x.grad is not None
    assert x.grad.tolist() == [4, 4, 0]


def test_nothing_is_told_where_torch_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    loss = torch.ones(2, requires_grad=True).exp().sum()
    assert one(loss, "Exp")
    monkeypatch.setattr(engine_saved, "TELLS", False)
    assert not one(loss, "Exp")


def test_nothing_is_kept_alive() -> None:
    w = torch.ones(3, requires_grad=True)
    h = w.exp() * 1
    gone = weakref.ref(h)
    loss = (h * h).sum()
    graph = gradviz.autograd_graph(loss)
    del h, loss
    assert gone() is None
    assert len(graph.nodes) == 5


def test_views_frozen_leaves_and_what_is_retained() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    model[0].weight.requires_grad_(False)  # type: ignore[union-attr]
    with gradviz.record(model) as trace:
        out = model(torch.randn(2, 4)).view(4).exp()
        out.sum().backward(retain_graph=True)
        out.sum().backward()
        out = model(torch.randn(2, 4).double().float())
        torch.autograd.grad(out.sum(), list(model[1].parameters()), create_graph=True)
    first, second, third = trace.graphs
    assert [graph.retained for graph in trace.graphs] == [True, False, True]
    assert {graph.frozen for graph in trace.graphs} == {("0.weight",)}
    assert named(first, "View").view is True
    assert named(first, "Exp").view is False
    assert named(first, "Addmm").view is False
    assert {saved.state for node in second.nodes for saved in node.saved} == {"held"}
    assert third.by_id[third.root or 0].name == "SumBackward0"


def test_a_recorded_failure_tells_the_versions() -> None:
    w = torch.ones(3, requires_grad=True)

    def run() -> None:
        h = w.exp()
        loss = (h * 2).sum()
        with torch.no_grad():
            h.mul_(3)
        loss.backward()

    with pytest.raises(RuntimeError, match="inplace"), gradviz.record() as trace:
        run()
    assert isinstance(trace.events[-1], Failed)
    saved = named(trace.graphs[0], "Exp").saved
    assert [(each.saved, each.now) for each in saved] == [(0, 1)]


def test_in_a_trace_file(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    model.bias.requires_grad_(False)
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3)).square().sum().backward()
    trace.save(tmp_path / "t.gvtrace")
    read = gradviz.open_trace(tmp_path / "t.gvtrace")
    assert list(read.graphs) == list(trace.graphs)
    assert named(read.graphs[0], "Pow").saved
    assert read.graphs[0].frozen == ("bias",)


def test_a_file_from_before_saved_tensors_were_written() -> None:
    node = {"id": 3, "name": "MulBackward0", "module": "", "op": "mul", "shape": [2]}
    graph = msgspec.convert({"nodes": [node], "edges": [], "root": 3}, AutogradGraph)
    assert graph.by_id[3].saved == ()
    assert graph.by_id[3].dtype == ""
    assert graph.frozen == ()
