"""Where a project is trained: on the processor, or on a device that this machine has."""

from __future__ import annotations

import torch
from torch import nn

from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.project import Training

WHERE = "$.training.device"


def devices() -> tuple[str, ...]:
    """What this machine has, the fastest first."""
    known = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return (*(name for name, there in known.items() if there), "cpu")


def device_of(training: Training) -> torch.device:
    """The device of a training. Raises `BuildError` for one that is not there."""
    there = devices()
    name = there[0] if training.device == "auto" else training.device
    if name not in there:
        raise BuildError(
            N_("this machine has no device “{device}” that torch can use"),
            where=WHERE,
            mend=N_("take auto, or one of: {known}"),
            device=name,
            known=", ".join(there),
        )
    return torch.device(name)


def moved(model: nn.Module, device: torch.device) -> None:
    """Move a model to a device. Raises `BuildError` for what the device cannot hold."""
    try:
        model.to(device)
    except (RuntimeError, TypeError) as error:
        raise BuildError(
            N_("the model cannot be moved to “{device}”: {reason}"),
            where=WHERE,
            mend=N_("take the device cpu, or change the dtype of its blocks"),
            device=device.type,
            reason=str(error).partition("\n")[0],
        ) from error
