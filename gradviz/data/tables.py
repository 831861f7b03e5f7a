"""The table of datasets that a project can name; `gradviz.data.catalogue` fills it."""

from __future__ import annotations

from typing import Any, TypeAlias

from torch.utils.data import Dataset

from gradviz.spec.catalogue import Catalogue

Samples: TypeAlias = "Dataset[Any]"

DATASETS: Catalogue[Samples] = Catalogue("dataset")
