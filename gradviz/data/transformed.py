"""Samples whose input and target are changed on their way."""

from typing import Any

from torch.utils.data import Dataset


class Compose:
    """Transforms, one after the other."""

    def __init__(self, transforms: list[Any]) -> None:
        self.transforms = transforms

    def __call__(self, value: Any) -> Any:
        for transform in self.transforms:
            value = transform(value)
        return value


class Transformed(Dataset):  # type: ignore[type-arg]
    """Samples of another dataset with their ``input`` and ``target`` changed: parts of a tuple, or
    what a dict has at these keys. A sample of another form is all input.
    """

    def __init__(
        self,
        samples: Any,
        transform: Any = None,
        target_transform: Any = None,
        *,
        input: Any = 0,
        target: Any = -1,
    ) -> None:
        self.samples = samples
        self.transform = transform
        self.target_transform = target_transform
        self.input = input
        self.target = target

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        sample = self.samples[index]
        if not isinstance(sample, tuple | list | dict):
            return sample if self.transform is None else self.transform(sample)
        parts = dict(sample) if isinstance(sample, dict) else list(sample)
        if self.transform is not None:
            parts[self.input] = self.transform(parts[self.input])
        if self.target_transform is not None:
            parts[self.target] = self.target_transform(parts[self.target])
        return tuple(parts) if isinstance(sample, tuple) else parts
