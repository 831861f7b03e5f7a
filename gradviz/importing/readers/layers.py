"""Layers that are called as functions, some with parameters of the module."""

from __future__ import annotations

from typing import Any

from gradviz.blocks.catalogue import BLOCKS
from gradviz.importing.frames import Owned
from gradviz.importing.nodes import Node, Place, Said, Source
from gradviz.importing.readers.table import reads


@reads("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(
    at: Place,
    input: Source,
    kernel_size: Any,
    *rest: Any,
    return_indices: bool = False,
    **more: Any,
) -> Said:
    names = ("stride", "padding", "dilation", "ceil_mode")
    return None if return_indices else _pool("MaxPool", at, input, kernel_size, names, rest, more)


@reads("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(at: Place, input: Source, kernel_size: Any, *rest: Any, **more: Any) -> Said:
    names = ("stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
    return _pool("AvgPool", at, input, kernel_size, names, rest, more)


def _pool(
    kind: str, at: Place, input: Source, size: Any, names: Any, rest: Any, more: dict[str, Any]
) -> Said:
    given = {**dict(zip(names, rest, strict=False)), **more}
    settings = {"kernel_size": _plain(size), **_unusual(given, _POOL)}
    name = f"{kind}{_dims(at)}d"
    known = set(settings) <= set(BLOCKS[name].form.__struct_fields__)
    return Node(name, (input,), settings, name="pool") if known else None


@reads("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_avg_pool(at: Place, input: Source, output_size: Any) -> Said:
    settings = {"output_size": _plain(output_size)}
    return Node(f"AdaptiveAvgPool{_dims(at)}d", (input,), settings, name="pool")


@reads("adaptive_max_pool2d")
def adaptive_max_pool(
    at: Place, input: Source, output_size: Any, return_indices: bool = False
) -> Said:
    if return_indices:
        return None
    return Node("AdaptiveMaxPool2d", (input,), {"output_size": _plain(output_size)}, name="pool")


@reads("linear")
def linear(at: Place, input: Any, weight: Source, bias: Source | None = None) -> Said:
    weights = _owned(weight=weight, bias=bias)
    if weights is None:
        return None
    sizes = {"in_features": at.shape(input)[-1], "out_features": at.result.shape[-1]}
    settings = sizes if bias else {**sizes, "bias": False}
    return Node("Linear", (input,), settings, weights)


@reads("interpolate", "upsample")
def interpolate(
    at: Place,
    input: Source,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Said:
    if antialias or recompute_scale_factor:
        return None
    given = {"size": size, "scale_factor": scale_factor, "mode": mode}
    usual = {"size": None, "scale_factor": None, "mode": "nearest", "align_corners": None}
    settings = _unusual({**given, "align_corners": align_corners}, usual)
    return Node("Upsample", (input,), settings)


@reads("pixel_shuffle")
def pixel_shuffle(at: Place, input: Source, upscale_factor: int) -> Said:
    return Node("PixelShuffle", (input,), {"upscale_factor": upscale_factor})


_POOL = {
    "stride": None,
    "padding": 0,
    "dilation": 1,
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
}


def _dims(at: Place) -> str | int:
    return int(at.op.name[-2])


def _unusual(settings: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name, value in settings.items()
        if name not in usual or value != usual[name]
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


def _owned(**given: Any) -> dict[str, Owned] | None:
    """Parameters of the model by their names in the block; None if one is something else."""
    present = {name: each for name, each in given.items() if each is not None}
    good = all(isinstance(each, Owned) for each in present.values())
    return present if good else None
