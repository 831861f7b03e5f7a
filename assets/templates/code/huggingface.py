"""What a project with a saved dataset of Hugging Face's has in its code."""

from typing import Any

from datasets import load_from_disk


def saved_samples(path: str, split: str = "train", columns: tuple[str, ...] = ()) -> Any:
    """The dataset that ``save_to_disk`` wrote, as tensors."""
    held = load_from_disk(path)
    held = held[split] if isinstance(held, dict) else held
    return held.with_format("torch", columns=list(columns) or None)
