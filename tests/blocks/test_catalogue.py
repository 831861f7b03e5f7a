"""Every entry of the catalogue: built from its settings, run, and its shape foretold."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gradviz.blocks.catalogue import BLOCKS, LOSSES, OPTIMIZERS
from gradviz.errors import BuildError

SETTINGS: dict[str, dict[str, object]] = {
    "Input": {"shape": [3, 8, 8]},
    "Linear": {"in_features": 8, "out_features": 5},
    "Conv2d": {"in_channels": 3, "out_channels": 4, "kernel_size": 3},
    "MaxPool2d": {"kernel_size": 2},
    "AvgPool2d": {"kernel_size": 2},
    "BatchNorm1d": {"num_features": 3},
    "BatchNorm2d": {"num_features": 3},
    "Unflatten": {"dim": 1, "sizes": [3, 1]},
}


@pytest.mark.parametrize("kind", list(BLOCKS), ids=lambda kind: kind.name)
def test_every_block_runs_and_learns(kind: object) -> None:
    module = BLOCKS.made(kind.name, SETTINGS.get(kind.name, {}), where="test")
    assert isinstance(module, nn.Module)
    assert kind.summary.endswith(".")
    shape = (2, 3, 8) if kind.name == "BatchNorm1d" else (2, 3, 8, 8)
    inputs = [torch.randn(shape, requires_grad=True) for _ in kind.inputs or ("x",)]
    if kind.name == "ReLU":
        inputs = [value * 1 for value in inputs]
    module(*inputs).sum().backward()
    with torch.device("meta"):
        twin = BLOCKS.made(kind.name, SETTINGS.get(kind.name, {}), where="test")
        foretold = twin(*[torch.empty(shape) for _ in inputs])
    assert foretold.shape == module(*inputs).shape


@pytest.mark.parametrize("kind", list(LOSSES), ids=lambda kind: kind.name)
def test_every_loss_gives_one_number(kind: object) -> None:
    loss = LOSSES.made(kind.name, {}, where="test")
    scores = torch.randn(4, 3, requires_grad=True)
    classes = kind.name in ("CrossEntropyLoss", "NLLLoss")
    target = torch.tensor([0, 1, 2, 0]) if classes else torch.rand(4, 3)
    value = loss(scores.log_softmax(1) if kind.name == "NLLLoss" else scores, target)
    assert value.shape == ()
    value.backward()


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.name)
def test_every_optimizer_has_torchs_defaults_and_steps(kind: object) -> None:
    parameter = nn.Parameter(torch.ones(3))
    optimizer = OPTIMIZERS.made(kind.name, {}, where="test", params=[parameter])
    plain = getattr(torch.optim, kind.name)([nn.Parameter(torch.ones(3))])
    for name in kind.form.__struct_fields__:
        assert optimizer.defaults[name] == plain.defaults[name]
    parameter.grad = torch.ones(3)
    optimizer.step()
    assert not torch.equal(parameter, torch.ones(3))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"in_features": 2}, "missing required field `out_features`"),
        ({"in_features": 0, "out_features": 2}, "in_features"),
        ({"in_features": "2", "out_features": 2}, "got `str`"),
        ({"in_features": 2, "out_features": 2, "size": 1}, "unknown field `size`"),
        ({"in_features": 2.5, "out_features": 2}, "got `float`"),
    ],
)
def test_wrong_settings_name_the_block_and_its_form(settings: dict[str, object], said: str) -> None:
    with pytest.raises(BuildError, match="fc1: Linear") as caught:
        BLOCKS.made("Linear", settings, where="fc1")
    assert said in str(caught.value)
    assert "in_features, out_features, bias=True" in str(caught.value)


def test_an_unknown_block_proposes_near_ones() -> None:
    with pytest.raises(BuildError, match=r"no block “Lineal”.*Linear"):
        BLOCKS.kind("Lineal", where="$.model.blocks[1]")
