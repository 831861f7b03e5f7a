"""Random tensors take any shape and any dtype."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch

from gradviz.data.loading import build_loader
from gradviz.data.noise import DType, RandomTensors
from gradviz.errors import BuildError, DataError
from gradviz.spec.data import Data
from gradviz.spec.model import Choice

DTYPES = [name for name in get_args(DType) if name]


def batch(**settings: Any) -> list[torch.Tensor]:
    data = Data(Choice("RandomTensors", settings), batch_size=3)
    parts: list[torch.Tensor] = next(iter(build_loader(data, seed=0)))
    return parts


@pytest.mark.parametrize("shape", [[], [1], [5], [2, 3, 4], [1, 2, 1, 2, 1, 2, 1]], ids=str)
def test_any_shape(shape: list[int]) -> None:
    numbers, target = batch(shapes=[shape], target=shape)
    assert list(numbers.shape) == list(target.shape) == [3, *shape]
    assert numbers.dtype == target.dtype == torch.float32


@pytest.mark.parametrize("name", DTYPES)
def test_any_dtype(name: str) -> None:
    plain, numbers, _ = batch(shapes=[[2], [50]], dtypes=["", name])
    assert plain.dtype == torch.float32
    assert numbers.dtype == getattr(torch, name)
    assert len(set(numbers.flatten().tolist())) >= 2
    if name.startswith("complex"):
        return  # torch draws no whole ones
    whole, _ = batch(shapes=[[50]], dtypes=[name], below=[2])
    assert whole.dtype == getattr(torch, name)
    assert set(whole.flatten().tolist()) == {0, 1}


def test_whole_numbers_and_classes_as_ever() -> None:
    numbers, more, label = batch(shapes=[[9], [9]], below=[5], classes=3)
    assert (numbers.dtype, more.dtype, label.dtype) == (torch.int64, torch.float32, torch.int64)
    assert numbers.max() < 5
    assert label.max() < 3
    first, again = RandomTensors(((2,),)).tensors[0], RandomTensors(((2,),)).tensors[0]
    assert torch.equal(first, again)
    drawn = torch.randn(32, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(first, drawn)


def test_what_no_tensor_can_hold_is_refused() -> None:
    with pytest.raises(DataError, match="out of bounds"):
        batch(shapes=[[2]], dtypes=["uint8"], below=[300])
    with pytest.raises(BuildError, match="dtypes"):
        batch(shapes=[[2]], dtypes=["float31"])
    with pytest.raises(DataError, match="RandomTensors cannot be made"):
        batch(shapes=[[2]], dtypes=["", "bool"])
