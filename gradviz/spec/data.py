"""The data that were asked for: a dataset, and how torch's ``DataLoader`` makes batches of it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from gradviz.spec.model import Choice, Size

Seed = Annotated[int, Meta(ge=0, le=2**62)]
Share = Annotated[float, Meta(ge=0, lt=1)]
Part: TypeAlias = Literal["train", "validation", "test"]
"""The samples that a model learns from, those that say when to stop, and those that say how good it
is.
"""


class Split(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which shares of the samples are kept out of training, drawn by ``seed``, as
    `torch.utils.data.random_split` has them; all others are for training.
    """

    validation: Share = 0.2
    test: Share = 0.0
    seed: Seed = 0

    def counts(self, samples: int) -> tuple[int, int, int]:
        """How many of so many samples each `Part` gets, in that order."""
        validation, test = round(samples * self.validation), round(samples * self.test)
        return samples - validation - test, validation, test


class Data(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The dataset and how torch's ``DataLoader`` cuts it into batches.

    ``transforms`` change the input of a sample on its way into the batch, one after the other, and
    ``target_transforms`` its target; those that are random are for training alone. With ``split``
    some samples are kept out of training. A ``sampler`` chooses the order, so ``shuffle`` is off
    beside one; ``collate`` joins the samples, as torch itself does where none is named. ``workers``
    are processes that fetch ahead, where the run has no window.

    Where samples are dicts, ``inputs`` are the keys of what the model takes, and ``target`` is the
    key of the target. Else the target is the last part of a sample; with the input as ``target``
    the model learns to give back what goes in.
    """

    dataset: Choice
    split: Split | None = None
    transforms: tuple[Choice, ...] = ()
    target_transforms: tuple[Choice, ...] = ()
    sampler: Choice | None = None
    batch_size: Size = 16
    shuffle: bool = True
    drop_last: bool = False
    collate: Choice | None = None
    workers: Annotated[int, Meta(ge=0, le=256)] = 0
    inputs: tuple[str, ...] = ()
    target: str = ""

    @property
    def reconstructs(self) -> bool:
        """Whether the target is the input."""
        return self.target == "input" and not self.inputs
