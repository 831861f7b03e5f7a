"""Classes as vectors."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gradviz.data.tables import TRANSFORMS
from gradviz.spec.model import Size


@TRANSFORMS.add("labels")
class OneHot:
    """The number of a class as a vector (classes,) that is 1 there and 0 elsewhere."""

    def __init__(self, classes: Size) -> None:
        self.classes = classes

    def __call__(self, label: Any) -> Tensor:
        return F.one_hot(torch.as_tensor(label).long(), self.classes).float()
