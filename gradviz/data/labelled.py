"""Samples of ours that say what their numbers mean."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils.data import Dataset, TensorDataset


class LabelledTensors(TensorDataset):
    """Tensors side by side. ``classes`` are the names of the target's numbers, ``vocabulary`` those
    of the input's; an input with a ``sample_rate`` is sound, of so many numbers a second.
    """

    def __init__(
        self,
        *tensors: Tensor,
        classes: tuple[str, ...] = (),
        vocabulary: tuple[str, ...] = (),
        sample_rate: int = 0,
    ) -> None:
        super().__init__(*tensors)
        self.classes = classes
        self.vocabulary = vocabulary
        self.sample_rate = sample_rate


class LabelledTexts(Dataset[dict[str, Any]]):
    """Texts with a label each; a sample is a dictionary."""

    def __init__(self, text: list[str], labels: list[Any], classes: tuple[str, ...]) -> None:
        self.data = text
        self.labels = labels
        self.classes = classes

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"Text": self.data[index], "Class": self.labels[index]}
