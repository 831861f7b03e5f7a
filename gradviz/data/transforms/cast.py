"""Numbers of another type."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from gradviz.data.tables import TRANSFORMS

DType: TypeAlias = Literal["float32", "float64", "float16", "int64", "int32", "uint8", "bool"]


@TRANSFORMS.add("numbers")
class Cast:
    """A tensor of this type, also of a lone number, a list or an array."""

    def __init__(self, dtype: DType = "float32") -> None:
        self.dtype = dtype

    def __call__(self, value: Any) -> Tensor:
        return torch.as_tensor(value).to(getattr(torch, self.dtype))
