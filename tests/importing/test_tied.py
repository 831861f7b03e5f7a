"""Weights that two layers in different places share, as in the head of a language model."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.importing.imported import imported


class Tied(nn.Module):
    """The scores of each token are its products with all embeddings."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.width = width
        self.token = nn.Embedding(5, width)
        self.mix = nn.Linear(width, width)
        self.head = nn.Linear(width, 5, bias=False)
        self.head.weight = self.token.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.mix(self.token(tokens)).relu())  # type: ignore[no-any-return]


@pytest.mark.parametrize("first", [True, False])
def test_a_module_with_tied_weights_opens_with_the_same_bits(first: bool) -> None:
    torch.manual_seed(0)
    module = Tied()
    if not first:  # the other of the two names is the one that PyTorch lists
        module.token, module.head = nn.Embedding(5, 8), nn.Linear(8, 5, bias=False)
        module.token.weight = module.head.weight
    tokens = torch.randint(5, (3, 4))
    found = imported(module, tokens)
    assert "share" in found.remarks[0].why
    built = gradviz.build(found.project, trust=True)
    built.load_state_dict(dict(found.state))
    for each in (module, built):
        each.zero_grad()
        each(tokens).square().sum().backward()
    assert torch.equal(module(tokens), built(tokens))
    for a, b in zip(module.parameters(), built.parameters(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        assert torch.equal(a.grad, b.grad)
