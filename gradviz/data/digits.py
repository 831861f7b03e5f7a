"""Digits in handwriting that come with gradviz."""

from __future__ import annotations

import numpy as np
import torch

from gradviz.data.labelled import LabelledTensors
from gradviz.data.tables import DATASETS
from gradviz.resources import assets


@DATASETS.add("images")
def Digits() -> LabelledTensors:
    """1,797 digits in handwriting, as images (1, 8, 8) from 0 to 1, and which digit each is.

    Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998 (CC BY 4.0).
    """
    with np.load(assets() / "digits" / "digits.npz") as file:
        images, labels = torch.from_numpy(file["images"]), torch.from_numpy(file["labels"])
    return LabelledTensors(images[:, None].float() / 16, labels.long(), classes=tuple("0123456789"))
