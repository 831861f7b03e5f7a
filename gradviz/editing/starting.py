"""What a block is set to when it is put down: what every layer needs and nothing can guess."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gradviz.blocks.kinds import BlockKind
from gradviz.spec.model import Setting

COMMON: Mapping[str, Setting] = {
    "in_features": 8,
    "in1_features": 8,
    "in2_features": 8,
    "out_features": 8,
    "in_channels": 8,
    "out_channels": 8,
    "kernel_size": 3,
    "num_embeddings": 100,
    "embedding_dim": 8,
    "num_features": 8,
    "normalized_shape": [8],
    "num_groups": 2,
    "num_channels": 8,
    "output_size": 1,
    "upscale_factor": 2,
    "downscale_factor": 2,
    "groups": 2,
    "norm_type": 2.0,
    "input_size": 8,
    "hidden_size": 8,
    "embed_dim": 8,
    "num_heads": 2,
    "d_model": 8,
    "nhead": 2,
    "num_classes": 10,
    "size": 4,
    "dim": 1,
    "sizes": [4, 2],
    "shape": [8],
    "dims": [1],
    "shift": 1,
    "padding": [1, 1],
}
"""Values for settings without a default."""
OF_KIND: Mapping[str, Mapping[str, Setting]] = {
    "Conv1d": {"padding": 1},
    "Conv2d": {"padding": 1},
    "Conv3d": {"padding": 1},
    "ConvTranspose1d": {"kernel_size": 2, "stride": 2},
    "ConvTranspose2d": {"kernel_size": 2, "stride": 2},
    "ConvTranspose3d": {"kernel_size": 2, "stride": 2},
    "MaxPool1d": {"kernel_size": 2},
    "MaxPool2d": {"kernel_size": 2},
    "MaxPool3d": {"kernel_size": 2},
    "AvgPool1d": {"kernel_size": 2},
    "AvgPool2d": {"kernel_size": 2},
    "AvgPool3d": {"kernel_size": 2},
    "LPPool2d": {"kernel_size": 2},
    "Unfold": {"padding": 1},
    "Fold": {"output_size": 8, "kernel_size": 2, "stride": 2},
    "LocalResponseNorm": {"size": 5},
    "Repeat": {"sizes": [1, 2]},
    "Reshape": {"shape": [-1]},
    "View": {"shape": [-1]},
    "Expand": {"sizes": [-1]},
    "Permute": {"dims": [0, 2, 1]},
    "Expression": {"expression": "torch.tanh(a)"},
}
"""Values that a kind starts with; a convolution keeps the size of an image."""


def starting_settings(kind: BlockKind) -> dict[str, Setting]:
    """The settings that a new block of this kind starts with."""
    own = OF_KIND.get(kind.name, {})
    required = [each.name for each in msgspec.structs.fields(kind.form) if each.required]
    return {name: COMMON[name] for name in required if name in COMMON} | dict(own)
