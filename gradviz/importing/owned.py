"""The tensors that belong to a module: its parameters and buffers."""

from __future__ import annotations

from torch import Tensor, nn


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """All of them by their names; one that has several names by each."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
