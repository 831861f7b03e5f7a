"""What to do about the data that torch refuses: with torch's own words."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gradviz.explain.mends import with_mend

SCORES = torch.zeros(2, 3)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (torch.tensor([0, 3]), "as many outputs as there are classes"),
        (torch.tensor([0, -1]), "as many outputs as there are classes"),
        (torch.tensor([0.5, 1.5]), "whole numbers"),
        (torch.tensor([[0.5], [1.5]]), "whole numbers"),
        (torch.tensor([[0], [1]]), "whole numbers"),
        (("a", "b"), "ToNumber"),
    ],
)
def test_targets_that_cross_entropy_refuses(target: Tensor, words: str) -> None:
    with pytest.raises((RuntimeError, IndexError, TypeError)) as caught:
        F.cross_entropy(SCORES, target)
    said, arrow, mend = with_mend(str(caught.value)).partition(" → ")
    assert said == str(caught.value)
    assert arrow, said
    assert words in mend


def test_inputs_of_another_dtype_than_the_weights() -> None:
    with pytest.raises(RuntimeError) as caught:
        F.linear(torch.ones(2, 3, dtype=torch.float64), torch.ones(4, 3))
    assert with_mend(str(caught.value)).endswith("tensor.float()")


def test_other_words_stay_as_they_are() -> None:
    assert with_mend("boom") == "boom"
