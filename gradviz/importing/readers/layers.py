"""Layers that are called as functions, some with parameters of the module."""

from __future__ import annotations

from typing import Any

from gradviz.importing.frames import Owned
from gradviz.importing.nodes import Node, Place, Said, Source
from gradviz.importing.readers.table import reads


@reads("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(
    at: Place,
    input: Source,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Said:
    if return_indices:
        return None
    dims = _dims(at)
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    if dims == 2:
        settings |= {"dilation": dilation, "ceil_mode": ceil_mode}
    elif dilation != 1 or ceil_mode:
        return None
    return Node(f"MaxPool{dims}d", (input,), _unusual(settings, _POOL), name="pool")


@reads("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(
    at: Place, input: Source, kernel_size: Any, stride: Any = None, padding: Any = 0
) -> Said:
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return Node(f"AvgPool{_dims(at)}d", (input,), _unusual(settings, _POOL), name="pool")


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
def linear(at: Place, input: Source, weight: Source, bias: Source | None = None) -> Said:
    weights = _owned(weight=weight, bias=bias)
    if weights is None:
        return None
    out, into = at.op.outputs[0].shape[-1], at.shape(input)[-1]  # type: ignore[arg-type]
    settings = {"in_features": into, "out_features": out, **({} if bias else {"bias": False})}
    return Node("Linear", (input,), settings, weights)


@reads("pixel_shuffle")
def pixel_shuffle(at: Place, input: Source, upscale_factor: int) -> Said:
    return Node("PixelShuffle", (input,), {"upscale_factor": upscale_factor})


_POOL = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}


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
