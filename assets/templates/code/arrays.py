"""What a project with arrays of a file has in its code: their samples."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


class ArraySamples(Dataset):
    """An array of inputs whose ``axis`` counts the samples, and one of targets."""

    def __init__(
        self, inputs: Any, targets: Any = None, axis: int = 0, target_as: str = "auto"
    ) -> None:
        self.inputs = self.in_front(inputs, axis)
        self.targets = None if targets is None else self.in_front(targets, 0)
        if self.targets is not None and self.targets.shape in ((1, len(self)), (len(self), 1)):
            self.targets = self.targets.reshape(len(self))
        self.target_as = target_as
        if self.targets is not None and target_as == "class":
            numbers = torch.stack([self.sample(self.targets, i) for i in range(len(self))])
            _, self.targets = torch.unique(numbers, return_inverse=True)

    def in_front(self, array: Any, axis: int) -> Any:
        """The array with its samples in front."""
        if isinstance(array, Tensor):
            return array.movedim(axis, 0)
        return np.moveaxis(array, axis, 0)

    def sample(self, array: Any, index: int) -> Tensor:
        """One sample: float32, int64 or uint8."""
        part = array[index]
        if not isinstance(part, Tensor):
            kind = np.float32 if part.dtype.kind == "f" else np.int64
            part = torch.from_numpy(np.array(part, part.dtype if part.dtype == np.uint8 else kind))
        if part.is_floating_point():
            return part.to(torch.float32, copy=True)
        return part.clone() if part.dtype == torch.uint8 else part.long()

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[Tensor, Any]:
        x = self.sample(self.inputs, index)
        if self.targets is None:
            return x, x.clone()
        y = self.sample(self.targets, index)
        y = y.float() if self.target_as == "number" else y.long() if y.dtype == torch.uint8 else y
        if y.is_floating_point():
            return x, y if y.ndim else y[None]
        return x, y if y.ndim else int(y)
