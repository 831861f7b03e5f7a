"""The types of settings, with the range of each."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from gradviz.spec.model import Size

Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Probability: TypeAlias = Annotated[float, Meta(ge=0, lt=1)]
Positive: TypeAlias = Annotated[float, Meta(gt=0)]
NotNegative: TypeAlias = Annotated[float, Meta(ge=0)]
Dim: TypeAlias = Annotated[int, Meta(ge=-64, le=63)]
"""A dimension by its number; a negative one counts from the last."""
Dims: TypeAlias = Dim | tuple[Dim, ...] | None

Sizes1: TypeAlias = Size | tuple[Size]
Sizes2: TypeAlias = Size | tuple[Size, Size]
Sizes3: TypeAlias = Size | tuple[Size, Size, Size]
Counts1: TypeAlias = Count | tuple[Count]
Counts2: TypeAlias = Count | tuple[Count, Count]
Counts3: TypeAlias = Count | tuple[Count, Count, Count]
Padding1: TypeAlias = Counts1 | Literal["same", "valid"]
Padding2: TypeAlias = Counts2 | Literal["same", "valid"]
Padding3: TypeAlias = Counts3 | Literal["same", "valid"]
PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]
