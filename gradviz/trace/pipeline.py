"""What happened between a dataset and a batch, step by step.

A sample is known by its index in the dataset and its place in the batch, through to the loss.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.trace.events import Source

Index: TypeAlias = int | str | None
"""What a dataset was asked for, as text if it is no whole number; None where nobody chose: the
samples of an IterableDataset are counted instead.
"""

Rule: TypeAlias = Literal[
    "tensor", "ndarray", "numpy_scalar", "float", "int", "bool", "text", "bytes",
    "mapping", "namedtuple", "tuple", "sequence", "registered", "none",
]  # fmt: skip
"""The branch of torch's ``collate`` that joined the parts of one key. ``registered`` is a function
that somebody put into ``default_collate_fn_map``; ``none`` says that there is no such branch.
"""

Branch: TypeAlias = Literal["input", "target", "sample"]
"""What a transform was given: ``transform``, ``target_transform`` or ``transforms`` called it."""


class Content(Struct, frozen=True):
    """What an object is: enough to tell of it without having it.

    ``kind`` is its class; ``shape`` and ``dtype`` are those of tensors, arrays and images, else
    None and empty; ``keys`` those of a mapping or the fields of a named tuple; ``length`` how many
    parts a container has or letters a text. ``text`` is the value itself where that is short.
    ``changed`` says that somebody has written into it since, so that it cannot be shown as it was.
    """

    kind: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    keys: tuple[str, ...] = ()
    length: int | None = None
    text: str = ""
    changed: bool = False


class PipelineEvent(Struct, frozen=True, kw_only=True, tag=True, tag_field="event"):
    """One thing that happened on the way to batch ``batch`` of an epoch, both counted from 0."""

    epoch: int
    batch: int


class IndexDrawn(PipelineEvent, frozen=True, kw_only=True):
    """The sampler chose the sample that comes ``order``-th in the epoch."""

    order: int
    index: Index
    sampler: str


class BatchChosen(PipelineEvent, frozen=True, kw_only=True):
    """The batch sampler put indices together; ``worker`` is the process that is to fetch them."""

    indices: tuple[Index, ...]
    sampler: str
    worker: int | None = None


class SampleFetched(PipelineEvent, frozen=True, kw_only=True):
    """``dataset[index]`` gave a sample, transformed already where the dataset transforms.

    ``inner`` is the index in the dataset that a `Subset` took it from.
    """

    place: int
    index: Index
    dataset: str
    content: Content
    inner: Index = None


class TransformApplied(PipelineEvent, frozen=True, kw_only=True):
    """A transform of the dataset ran; ``step`` counts those of this sample from 0."""

    place: int
    index: Index
    step: int
    name: str
    branch: Branch
    before: Content
    after: Content
    source: Source | None = None


class KeyCollated(PipelineEvent, frozen=True, kw_only=True):
    """``collate`` joined what the samples have at one place: ``['image']``, ``[1]``, ``.label``.

    ``got`` is a part for each sample, in the order of the batch; ``made`` is None where it failed.
    ``depth`` counts the containers around it; parts come after what contains them.
    """

    path: str
    depth: int
    rule: Rule
    got: tuple[Content, ...]
    made: Content | None


class BatchCollated(PipelineEvent, frozen=True, kw_only=True):
    """The collate function gave the batch."""

    function: str
    content: Content
    source: Source | None = None


class BatchPinned(PipelineEvent, frozen=True, kw_only=True):
    """The loader copied the batch into memory that a device can read by itself."""

    content: Content


class BatchChanged(PipelineEvent, frozen=True, kw_only=True):
    """A class of the user's, made of `DataLoader`, gave something else than torch's would."""

    loader: str
    content: Content


class BatchMoved(PipelineEvent, frozen=True, kw_only=True):
    """The batch was put on the model's device."""

    device: str
    content: Content


AnyPipelineEvent: TypeAlias = (
    IndexDrawn
    | BatchChosen
    | SampleFetched
    | TransformApplied
    | KeyCollated
    | BatchCollated
    | BatchPinned
    | BatchChanged
    | BatchMoved
)
