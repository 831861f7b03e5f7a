"""Tensors that nothing trains, as blocks."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from gradviz.blocks.catalogue import BLOCKS
from gradviz.importing.constants import constant_of


@pytest.mark.parametrize(
    ("tensor", "kind"),
    [
        (torch.arange(8), "Range"),
        (torch.arange(3, 12, 3).double(), "Range"),
        (torch.ones(1, 1, 4, 4).tril(), "LowerTriangle"),
        (torch.ones(1, 1, 4, 4).tril() == 0, "UpperTriangle"),
        (torch.ones(3, 5).triu(2).long(), "UpperTriangle"),
        (torch.zeros(3, 3), "Constant"),
        (torch.tensor(True), "Constant"),
        (torch.tensor(0.1), "Constant"),
        (torch.tensor([[1.0, -0.1], [0.3, 7.0]]), "Values"),
        (torch.tensor([2**53 + 1, 5, 5]), "Values"),
    ],
    ids=str,
)
def test_a_block_gives_just_that_tensor(tensor: Tensor, kind: str) -> None:
    found, settings = constant_of(tensor)
    made: Any = BLOCKS[found].make(**BLOCKS[found].checked(settings, where=""))
    assert found == kind
    assert made.dtype == tensor.dtype
    assert torch.equal(made, tensor)


@pytest.mark.parametrize("tensor", [torch.full((2, 2), -torch.inf), torch.randn(70, 70)])
def test_what_no_project_can_hold_is_left_to_the_weights(tensor: Tensor) -> None:
    assert constant_of(tensor) == ("Constant", {"shape": list(tensor.shape)})
