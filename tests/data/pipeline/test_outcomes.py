"""Each sample's own loss and prediction."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gradviz.data.pipeline.outcomes import outcomes, per_sample_losses, wrong_label
from gradviz.data.pipeline.watch import watch_loader
from tests.data.pipeline.corpus import LOADERS

N, C = 5, 4
SCORES = torch.linspace(-2, 2, N * C).reshape(N, C).sin()
CLASSES = torch.tensor([0, 3, 1, 2, 0])
MASKS = torch.arange(N * 6).reshape(N, 6) % C

LOSSES: dict[str, tuple[nn.Module, torch.Tensor, torch.Tensor]] = {
    "cross entropy": (nn.CrossEntropyLoss(label_smoothing=0.1), SCORES, CLASSES),
    "of pixels": (nn.CrossEntropyLoss(), torch.randn(N, C, 6), MASKS),
    "nll": (nn.NLLLoss(), SCORES.log_softmax(1), CLASSES),
    "mse": (nn.MSELoss(), SCORES, SCORES.flip(0)),
    "mse, sum": (nn.MSELoss(reduction="sum"), SCORES, SCORES.flip(0)),
    "l1": (nn.L1Loss(), SCORES, SCORES.flip(0)),
    "bce": (nn.BCEWithLogitsLoss(), SCORES[:, 0], (CLASSES > 1).float()),
    "huber": (nn.SmoothL1Loss(), SCORES[:, :1], SCORES[:, 1:2]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_of_each_is_that_of_a_batch_of_one(name: str) -> None:
    loss_fn, output, target = LOSSES[name]
    before = loss_fn.reduction
    losses = per_sample_losses(loss_fn, output, target)
    assert losses is not None
    assert loss_fn.reduction == before
    alone = copy_with(loss_fn, "mean")
    for place in range(N):
        one = alone(output[place : place + 1], target[place : place + 1])
        assert torch.allclose(losses[place], one, rtol=1e-6)
    if before == "mean":
        assert torch.allclose(losses.mean(), loss_fn(output, target), rtol=1e-6)


def copy_with(loss_fn: nn.Module, reduction: str) -> Any:
    import copy

    same = copy.copy(loss_fn)
    same.reduction = reduction  # type: ignore[assignment]
    return same


def test_functions_of_torch_have_it_too_and_ones_own_have_not() -> None:
    losses = per_sample_losses(F.cross_entropy, SCORES, CLASSES)
    assert losses is not None
    assert losses.equal(F.cross_entropy(SCORES, CLASSES, reduction="none"))
    assert per_sample_losses(lambda out, y: (out - y).mean(), SCORES, SCORES) is None
    assert per_sample_losses(nn.Identity(), SCORES, SCORES) is None


def test_a_sample_of_the_batch_is_found_after_forward() -> None:
    torch.manual_seed(0)
    pipeline = watch_loader(LOADERS["shuffled"]())
    x, y = next(iter(pipeline))
    output = nn.Linear(3, 10)(x)
    found = outcomes(pipeline.batch, nn.CrossEntropyLoss(), output, y)
    assert [each.index for each in found] == y.tolist() == [each.target for each in found]
    assert [each.prediction for each in found] == output.argmax(1).tolist()
    expected = F.cross_entropy(output, y, reduction="none").tolist()
    assert [each.loss for each in found] == expected


def test_a_label_that_is_no_class_is_named() -> None:
    torch.manual_seed(0)
    pipeline = watch_loader(LOADERS["shuffled"]())
    _, y = next(iter(pipeline))
    steps = pipeline.batch
    assert wrong_label(steps, torch.zeros(4, 10), y) is None
    error = wrong_label(steps, torch.zeros(4, 5), y)
    assert error is not None
    place = next(place for place, label in enumerate(y.tolist()) if label > 4)
    assert error.fields["place"] == place
    assert error.fields["index"] == steps.indices[place]
    assert "5 scores, for the classes 0 to 4" in str(error)
    assert wrong_label(steps, torch.zeros(4, 10), torch.full((4,), -100)) is None
    with pytest.raises(IndexError):
        F.cross_entropy(torch.zeros(4, 5), y)
