"""Transforms of torchvision that gradviz has no like of: they need it to be installed.

Those that both have are gradviz's own, so a project gives the same numbers on every machine.
"""

from __future__ import annotations

import importlib
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from gradviz.data.tables import AUGMENTATION, TRANSFORMS, Transform
from gradviz.data.transforms.flip import Probability
from gradviz.errors import DataError
from gradviz.i18n import N_
from gradviz.spec.model import Size

Strength: TypeAlias = Annotated[float, Meta(ge=0)]
Hue: TypeAlias = Annotated[float, Meta(ge=0, le=0.5)]


class _Installed:
    """The module torchvision.transforms.v2, imported when it is asked for something."""

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(importlib.import_module("torchvision.transforms.v2"), name)
        except (ImportError, OSError, RuntimeError) as error:  # one made for another torch
            raise DataError(
                N_("{name} is a transform of torchvision, which cannot be imported ({reason})"),
                where="$.data.transforms",
                mend=N_("pip install torchvision, or take another transform"),
                name=name,
                reason=error,
            ) from error


v2 = _Installed()


@TRANSFORMS.add(AUGMENTATION)
def ColorJitter(
    brightness: Strength = 0.0, contrast: Strength = 0.0, saturation: Strength = 0.0, hue: Hue = 0.0
) -> Transform:
    """Other brightness, contrast and colours each time. Needs torchvision."""
    made: Transform = v2.ColorJitter(
        brightness=brightness, contrast=contrast, saturation=saturation, hue=hue
    )
    return made


@TRANSFORMS.add(AUGMENTATION)
def RandomResizedCrop(
    size: Size | tuple[Size, Size],
    scale: tuple[float, float] = (0.08, 1.0),
    ratio: tuple[float, float] = (0.75, 4 / 3),
) -> Transform:
    """A part of the image, of another size and shape each time, in one size. Needs torchvision."""
    made: Transform = v2.RandomResizedCrop(size, scale=scale, ratio=ratio)
    return made


@TRANSFORMS.add(AUGMENTATION)
def RandomAffine(
    degrees: float | tuple[float, float],
    translate: tuple[float, float] | None = None,
    scale: tuple[float, float] | None = None,
    shear: float | None = None,
) -> Transform:
    """The image turned, moved, larger or smaller, and slanted. Needs torchvision."""
    made: Transform = v2.RandomAffine(degrees, translate=translate, scale=scale, shear=shear)
    return made


@TRANSFORMS.add(AUGMENTATION)
def RandomErasing(
    p: Probability = 0.5,
    scale: tuple[float, float] = (0.02, 0.33),
    ratio: tuple[float, float] = (0.3, 3.3),
    value: float = 0.0,
) -> Transform:
    """A rectangle of the image, another one each time, in one colour. Needs torchvision."""
    made: Transform = v2.RandomErasing(p, scale=scale, ratio=ratio, value=value)
    return made


@TRANSFORMS.add(AUGMENTATION)
def GaussianBlur(kernel_size: Size, sigma: tuple[float, float] = (0.1, 2.0)) -> Transform:
    """The image out of focus, more or less each time. Needs torchvision."""
    made: Transform = v2.GaussianBlur(kernel_size, sigma=sigma)
    return made


@TRANSFORMS.add(AUGMENTATION)
def RandAugment(num_ops: Size = 2, magnitude: Annotated[int, Meta(ge=0, le=30)] = 9) -> Transform:
    """Some changes, drawn of many (Cubuk et al. 2020). Needs torchvision."""
    made: Transform = v2.RandAugment(num_ops, magnitude)
    return made
