"""What a trace knows of the modules that were called."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.trace.calls import ModuleCall


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3, bias=False)
        self.norm = nn.BatchNorm1d(3)
        self.scale = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.inner(self.inner(x))) * self.scale

    def extra_repr(self) -> str:
        raise AssertionError("code of the user's is not run")


@pytest.fixture
def trace() -> gradviz.Trace:
    model = Twice()
    model.scale.requires_grad_(False)
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3)).sum().backward()
    return trace


def test_each_call_tells_its_module(trace: gradviz.Trace) -> None:
    assert set(trace.calls) == {"", "inner", "inner#2", "norm"}
    assert trace.calls[""] == ModuleCall(
        kind="Twice", name="", parameters={"scale": (3,)}, frozen=("scale",)
    )
    inner = trace.calls["inner"]
    assert inner == trace.calls["inner#2"]
    assert inner.about == "in_features=3, out_features=3, bias=False"
    assert inner.parameters == {"inner.weight": (3, 3)}
    assert trace.calls["norm"].buffers == {
        "norm.running_mean": (3,),
        "norm.running_var": (3,),
        "norm.num_batches_tracked": (),
    }


def test_calls_are_in_the_file(trace: gradviz.Trace, tmp_path: Path) -> None:
    trace.save(tmp_path / "t.gvtrace")
    assert gradviz.open_trace(tmp_path / "t.gvtrace").calls == trace.calls


def test_modules_of_no_model_are_told_apart() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with gradviz.record() as trace:
        model(torch.randn(2, 2))
    first, second = trace.calls["Sequential.Linear"], trace.calls["Sequential.Linear#2"]
    assert first.name != second.name
    assert list(second.parameters.values()) == [(1, 2), (1,)]
    assert not first.parameters.keys() & second.parameters.keys()


def test_shared_weights_have_one_name() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    with gradviz.record(model) as trace:
        model(torch.randn(2, 2))
    assert list(trace.calls["1"].parameters) == ["0.weight", "1.bias"]


@pytest.mark.filterwarnings("ignore:Lazy modules:UserWarning")
def test_a_lazy_module_is_met_once_it_knows_its_shapes() -> None:
    model = nn.Sequential(nn.LazyLinear(2))
    with gradviz.record(model) as trace:
        model(torch.randn(2, 3))
    assert trace.calls["0"].kind == "Linear"
    assert trace.calls["0"].parameters == {"0.weight": (2, 3), "0.bias": (2,)}


def test_a_module_that_torch_cannot_describe_runs_all_the_same() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1))
    del model[0].padding_mode
    with gradviz.record(model) as trace, pytest.raises(AttributeError):
        model(torch.randn(1, 1, 2, 2))
    assert trace.calls["0"].about == ""
