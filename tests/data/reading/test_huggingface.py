"""What Hugging Face's library saved, where it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from gradviz.data.reading.huggingface import HuggingFace
from gradviz.errors import DataError

try:
    import datasets
except ImportError:
    datasets = None


@pytest.mark.skipif(datasets is not None, reason="the package is installed")
def test_a_package_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pip install 'gradviz\[huggingface\]'"):
        HuggingFace(str(tmp_path))


@pytest.mark.skipif(datasets is None, reason="the package is not installed")
def test_a_saved_dataset_is_read(tmp_path: Path) -> None:
    features = datasets.Features({
        "text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"]),
        "size": datasets.Value("float64"),
    })  # fmt: skip
    rows = {"text": ["a", "b", "c"], "label": [1, 0, 1], "size": [0.5, 1.5, 2.5]}
    held = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": held, "test": held.select([0])}).save_to_disk(tmp_path / "d")
    made = HuggingFace(str(tmp_path / "d"))
    assert (len(made), made.classes) == (3, ("bad", "good"))
    batch = next(iter(DataLoader(made, batch_size=3)))
    assert batch["text"] == ["a", "b", "c"]
    assert torch.equal(batch["label"], torch.tensor([1, 0, 1]))
    assert torch.equal(batch["size"], torch.tensor([0.5, 1.5, 2.5]))
    assert len(HuggingFace(str(tmp_path / "d"), split="test")) == 1
    assert list(HuggingFace(str(tmp_path / "d"), columns=("text",))[0]) == ["text"]
    with pytest.raises(DataError, match="set split to one of: train, test"):
        HuggingFace(str(tmp_path / "d"), split="valid")
    with pytest.raises(DataError, match="no column “x”"):
        HuggingFace(str(tmp_path / "d"), columns=("x",))
    (tmp_path / "d" / "train" / "state.json").write_text("{}")
    with pytest.raises(DataError, match="cannot be read as a dataset"):
        HuggingFace(str(tmp_path / "d"))
    with pytest.raises(DataError, match="cannot be read as a dataset"):
        HuggingFace(str(tmp_path))
