"""Samples for a model that gives back what goes in."""

from typing import Any

from torch.utils.data import Dataset


class Reconstruction(Dataset):  # type: ignore[type-arg]
    """Samples of another dataset, with the input as the target."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        *inputs, _ = self.samples[index]
        return *inputs, inputs[0]
