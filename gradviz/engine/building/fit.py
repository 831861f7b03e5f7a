"""Whether the samples of a dataset fit the model that is to be fed with them."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import Blocks
from gradviz.engine.building.shapes import infer_shapes, text
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Model


def check_fit(model: Model, loader: DataLoader[Any], blocks: Blocks = BLOCKS) -> None:
    """Raise `BuildError` for a model that the loop cannot feed, or whose input has another shape
    than the first sample. What the dataset raises itself is left for the run to tell.
    """
    for kind in ("Input", "Output"):
        names = [block.name for block in model.blocks if block.kind == kind]
        if len(names) != 1:
            raise BuildError(
                N_("the model has {count} {kind} blocks, and the loop feeds just one"),
                block=names[1],
                mend=N_("remove the others, or join them with a Concat block"),
                count=len(names),
                kind=kind,
            )
    shapes = infer_shapes(model, blocks)
    try:
        sample = loader.dataset[0]
        first = sample[0] if isinstance(sample, tuple | list) else sample
    except Exception:  # noqa: BLE001 - the dataset's own error belongs to the run
        return
    entry = next(block for block in model.blocks if block.kind == "Input")
    wanted = shapes[entry.name][1:]
    if isinstance(first, Tensor) and tuple(first.shape) != wanted:
        raise BuildError(
            N_("the dataset gives samples of shape {got}, and this Input wants {wanted}"),
            block=entry.name,
            mend=N_("set its shape to {got}, or choose another dataset"),
            got=text(tuple(first.shape)),
            wanted=text(wanted),
        )
