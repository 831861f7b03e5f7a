"""Whether the samples of a dataset fit the model that is to be fed with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import Blocks
from gradviz.data.pipeline.randomness import random_kept
from gradviz.engine.building.memory import check_batch
from gradviz.engine.building.misfits import text
from gradviz.engine.building.plan import Planner, check_ends
from gradviz.engine.building.shapes import Shape, infer, infer_shapes
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.data import Data
from gradviz.spec.model import Model
from gradviz.spec.project import Project


def check_fit(project: Project, loader: DataLoader[Any], blocks: Blocks = BLOCKS) -> None:
    """Raise `BuildError` for a model that the loop cannot feed, or whose input has another shape
    than the first sample. What the dataset raises itself is left for the run to tell, and so are
    the shapes that its own way to join samples makes.
    """
    model = project.model
    check_ends(Planner(model, blocks))
    shapes = infer_shapes(model, blocks)
    check_batch(infer(model, blocks), loader.batch_size or 1)
    _check_samples(model, loader)
    parts = parts_of(loader, project.data)
    check_entries(model, parts)
    for name, part in zip(_entries(model), parts or (), strict=False):
        _check_shape(name, part, shapes[name][1:])


def _check_samples(model: Model, loader: DataLoader[Any]) -> None:
    for block in model.blocks:
        samples = block.settings.get("samples") if block.kind == "Input" else None
        if samples is not None and samples != loader.batch_size:
            raise BuildError(
                N_("the model takes batches of {samples}, and the data give batches of {got}"),
                block=block.name,
                mend=N_("set batch_size to {samples}"),
                samples=samples,
                got=loader.batch_size,
            )


def check_entries(model: Model, parts: list[Any] | None) -> None:
    """Raise `BuildError` for a model that wants another number of inputs than a sample has."""
    entries = _entries(model)
    if parts is not None and len(parts) != len(entries):
        raise BuildError(
            N_("the model has {count} Input blocks, and the dataset gives {got} inputs"),
            block=entries[-1] if entries else "",
            mend=N_("let there be as many, or choose another dataset"),
            count=len(entries),
            got=len(parts),
        )


def _entries(model: Model) -> list[str]:
    return [block.name for block in model.blocks if block.kind == "Input"]


def parts_of(loader: DataLoader[Any], data: Data) -> list[Any] | None:
    """What the dataset gives a model of its first sample; None if it raises, is a stream, or has
    its samples joined in a way of their own, which may make other parts of them.
    """
    if isinstance(loader.dataset, IterableDataset) or data.collate is not None:
        return None
    try:
        with random_kept():
            sample = loader.dataset[0]
    except Exception:  # noqa: BLE001 - the dataset's own error belongs to the run
        return None
    if isinstance(sample, Mapping):
        return [sample.get(key) for key in data.inputs] or None
    return list(sample[:-1]) if isinstance(sample, tuple | list) else [sample]


def _check_shape(name: str, part: object, wanted: Shape) -> None:
    if isinstance(part, Tensor) and tuple(part.shape) != wanted:
        raise BuildError(
            N_("the dataset gives samples of shape {got}, and this Input wants {wanted}"),
            block=name,
            mend=N_("set its shape to {got}, or choose another dataset"),
            got=text(tuple(part.shape)),
            wanted=text(wanted),
        )
