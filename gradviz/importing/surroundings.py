"""What a project needs beside its model: the shapes that come in, data, and training."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from torch import Tensor

from gradviz.importing.frames import Frame, Out
from gradviz.importing.nodes import is_ref
from gradviz.importing.structure import values_in
from gradviz.spec.data import Data
from gradviz.spec.model import Choice, Model
from gradviz.spec.project import Training

LEARNING_RATE = 0.01
BATCH = 4
USUAL = {"float32", "int64"}
"""The dtypes that random samples have where none is said."""


def with_shapes(model: Model, inputs: tuple[Tensor, ...], *, fixed: bool) -> Model:
    """The model whose Input blocks say what comes in; a ``fixed`` batch has just that size."""
    waiting = iter(inputs)
    blocks = []
    for block in model.blocks:
        if block.kind == "Input":
            tensor = next(waiting)
            dtype = str(tensor.dtype).removeprefix("torch.")
            kind = {} if dtype == "float32" else {"dtype": dtype}
            settings: dict[str, Any] = {"shape": list(tensor.shape[1:]), **kind}
            if fixed:
                settings["samples"] = len(tensor)
            block = replace(block, settings=settings)
        blocks.append(block)
    return replace(model, blocks=tuple(blocks))


def data_and_training(
    outer: Frame, inputs: tuple[Tensor, ...], *, fixed: bool
) -> tuple[Data, Training]:
    """Random samples of the right shapes, and a loss that takes what the model gives."""
    first = next(each for each in values_in(next(outer.calls()).result) if is_ref(each))
    assert isinstance(first, Out)
    form = outer.steps[first.step].outputs[first.place]
    shape = tuple(each if isinstance(each, int) else BATCH for each in form.shape[1:])
    scores = len(shape) == 1 and isinstance(shape[0], int) and shape[0] > 1
    classes = shape[0] if scores and form.dtype.is_floating_point else 0
    settings: dict[str, Any] = {
        "shapes": [list(each.shape[1:]) for each in inputs],
        "below": [_below(each) for each in inputs],
    }
    if not any(settings["below"]):
        del settings["below"]
    names = [str(each.dtype).removeprefix("torch.") for each in inputs]
    dtypes = ["" if name in USUAL else name for name in names]
    if any(dtypes):
        settings["dtypes"] = dtypes
    settings |= {"classes": classes} if classes else {"target": list(shape)}
    loss = "CrossEntropyLoss" if classes else "MSELoss"
    data = Data(
        dataset=Choice("RandomTensors", settings),
        batch_size=len(inputs[0]) if fixed else BATCH,
        drop_last=fixed,
    )
    training = Training(loss=Choice(loss), optimizer=Choice("SGD", {"lr": LEARNING_RATE}))
    return data, training


def _below(tensor: Tensor) -> int:
    """What the whole numbers of an input are below; 0 for one of other numbers."""
    return 0 if tensor.is_floating_point() else int(tensor.max()) + 1
