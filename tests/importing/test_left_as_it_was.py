"""The importer runs a module a few times, and leaves it as it was."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import gradviz


class Net(nn.Module):
    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.bn = nn.BatchNorm1d(3)
        self.drop = nn.Dropout()
        self.fc = nn.Linear(3, 2)
        self.fails = fails

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(self.drop(self.bn(x)))
        if self.fails:
            raise KeyError("forward")
        return x


@pytest.mark.parametrize("fails", [False, True])
def test_a_module_is_left_as_it_was(fails: bool) -> None:
    torch.manual_seed(3)
    module, x = Net(fails=fails), torch.randn(4, 3)
    module.bn.eval()
    Net.forward(Net(), x).sum().backward()
    grad = torch.ones(2, 3)
    module.fc.weight.grad = grad
    before = {name: each.clone() for name, each in module.state_dict().items()}
    modes = [each.training for each in module.modules()]
    dice = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    if fails:
        with pytest.raises(KeyError, match="forward"):
            gradviz.from_module(module, x)
    else:
        gradviz.from_module(module, x)
    assert all(torch.equal(before[name], each) for name, each in module.state_dict().items())
    assert [each.training for each in module.modules()] == modes
    assert module.fc.weight.grad is grad
    assert module.fc.bias.grad is None
    assert torch.equal(grad, torch.ones(2, 3))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())
    now = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    assert torch.equal(dice[0], now[0])
    assert dice[1:] == now[1:]


def test_weights_go_along(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "net.safetensors"
    module, x = Net().eval(), torch.randn(4, 3)
    project = gradviz.from_module(module, x, weights=file)
    assert project.training.weights == str(file)
    assert torch.equal(gradviz.build(project).eval()(x), module(x))
    session = gradviz.Session.from_project(project)
    session.step_iteration()
    assert session.trace.events


def test_what_is_no_module_or_no_batch_is_refused() -> None:
    with pytest.raises(TypeError, match="module"):
        gradviz.from_module(Net, torch.randn(2, 3))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="batch"):
        gradviz.from_module(Net(), torch.tensor(1.0))
    with pytest.raises(ValueError, match="batch"):
        gradviz.from_module(Net(), [1, 2])
    with pytest.raises(ValueError, match="sample"):
        gradviz.from_module(Net(), torch.randn(0, 3))
    with pytest.raises(ValueError, match="batch"):
        gradviz.from_module(Net(), 3)
