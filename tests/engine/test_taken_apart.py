"""The pattern that fits what a module gives."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from gradviz.engine.catalogues.takenapart import pattern_of, taken_apart
from gradviz.spec.results import results_of

A, B, C = torch.zeros(1), torch.ones(2), torch.ones(3)
Pair = namedtuple("Pair", "low high")


@dataclass
class Output:
    logits: Tensor
    aux: Any = None


@pytest.mark.parametrize(
    ("found", "pattern", "tensors"),
    [
        (A, "y", (A,)),
        ((A,), "(y1,)", (A,)),
        ([A, (B, C)], "y1, (y2, y3)", (A, B, C)),
        ((A, None, 3), "y1, _, _", (A,)),
        (Pair(A, B), "low, high", (A, B)),
        ({"logits": A, "loss": None}, "{logits}", (A,)),
        (OrderedDict(logits=A, aux=(B, C)), "{logits: logits, aux: (y1, y2)}", (A, B, C)),
        ({"a b": A, "class": B, 3: C}, "{'a b': y1, 'class': y2}", (A, B)),
        (Output(A), "Output(logits)", (A,)),
        (Output(A, {"logits": B}), "Output(logits=logits, aux={logits: y1})", (A, B)),
        ((Output(A), A), "Output(logits), y1", (A, A)),
        (None, "_", ()),
        ([], "_", ()),
    ],
)
def test_it_takes_them_apart(found: Any, pattern: str, tensors: tuple[Tensor, ...]) -> None:
    assert pattern_of(found) == pattern
    if tensors:
        assert all(
            mine is theirs
            for mine, theirs in zip(taken_apart(found, results_of(pattern)), tensors, strict=True)
        )
