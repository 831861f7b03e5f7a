"""Which answers count as right, for each form of output and target."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradviz.engine.fitting.answers import answers

T = torch.tensor


@pytest.mark.parametrize(
    ("output", "target", "loss_fn", "right", "judged"),
    [
        (T([[1.0, 2.0], [3.0, 0.0]]), T([1, 1]), nn.CrossEntropyLoss(), 1, 2),
        (T([[1.0, 2.0], [3.0, 0.0]]), T([1, -100]), nn.CrossEntropyLoss(), 1, 1),
        (T([[[1.0, 0.0], [0.0, 1.0]]]), T([[0, 1]]), nn.CrossEntropyLoss(), 2, 2),
        (T([[1.0, 2.0]]), T([1]), nn.MultiMarginLoss(), 1, 1),
        (T([[-1.0], [2.0]]), T([[0.0], [1.0]]), nn.BCEWithLogitsLoss(), 2, 2),
        (T([[0.2], [0.6]]), T([[0.0], [0.0]]), nn.BCELoss(), 1, 2),
        (T([[9.0, -9.0]]), T([[1.0, 1.0]]), nn.BCEWithLogitsLoss(), 1, 2),
    ],
)
def test_what_is_right(
    output: Tensor, target: Tensor, loss_fn: nn.Module, right: int, judged: int
) -> None:
    found = answers(output, target, loss_fn)
    assert found is not None
    assert int((found.chosen == found.right).sum()) == right
    assert found.right.numel() == judged


@pytest.mark.parametrize(
    ("output", "target", "loss_fn"),
    [
        (T([[1.0], [2.0]]), T([[1.0], [2.0]]), nn.MSELoss()),
        (T([1.0, 2.0]), T([1, 2]), nn.MSELoss()),
        (T([[1.0, 2.0]]), T([[0.1, 0.9]]), nn.CrossEntropyLoss()),
        (T([[0.3, 0.7]]), T([[0.4, 0.6]]), nn.BCEWithLogitsLoss()),
        (T([[1.0], [2.0]]), T([0, 0]), nn.CrossEntropyLoss()),
        (T([[1.0, 2.0]]), T([True]), nn.CrossEntropyLoss()),
        ((T([[1.0, 2.0]]),), T([1]), nn.CrossEntropyLoss()),
        (T([[1.0, 2.0]]), {"label": T([1])}, nn.CrossEntropyLoss()),
    ],
)
def test_what_chooses_nothing(output: Any, target: Any, loss_fn: nn.Module) -> None:
    assert answers(output, target, loss_fn) is None
