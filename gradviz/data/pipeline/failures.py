"""Why a loader cannot deliver: the sample, the key, the line, and what to write instead.

Each rule is one record. The first that knows the failure says it; the last of each stage knows any.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gradviz.data.pipeline import causes
from gradviz.data.pipeline.causes import Facts, Failure, Stage
from gradviz.i18n import N_


class FailureRule(Struct, frozen=True):
    """A way to fail: ``knows`` gives what fills in the words, or None for another one."""

    name: str
    stage: Stage
    knows: Callable[[Failure], Facts | None]
    what: str
    mend: str


def rule_of(failure: Failure) -> tuple[FailureRule, Facts]:
    """The first rule that knows the failure, and its facts."""
    for rule in RULES:
        if rule.stage == failure.stage:
            facts = rule.knows(failure)
            if facts is not None:
                return rule, {**_usual(failure), **facts}
    raise AssertionError(failure.stage)


def _usual(failure: Failure) -> Facts:
    call = failure.call
    return {
        "index": failure.index,
        "place": failure.place,
        "batch": failure.batch,
        "key": f"sample{call.path}" if call else "sample",
        "path": call.path if call else "",
        "name": failure.name,
        "kind": type(failure.error).__name__,
        "said": failure.said or type(failure.error).__name__,
    }


_RAISED = N_("change the line that is named, or leave the sample out when the dataset is made")

RULES: tuple[FailureRule, ...] = (
    FailureRule(
        "no_part", "getitem", causes.no_part,
        N_("sample {index} (place {place} of batch {batch}), a {got} of {keys}, has no such part: "
           "{said}"),
        N_("name keys that each sample has as inputs and target of the data"),
    ),
    FailureRule(
        "beyond", "getitem", causes.beyond,
        N_("the sampler chose {index}, but the dataset has samples 0 to {last} (batch {batch})"),
        N_("let the sampler choose from range(len(dataset))"),
    ),
    FailureRule(
        "lying_len", "getitem", causes.lying,
        N_("there is no sample {index} (place {place} of batch {batch}), although len(dataset) is "
           "{length}: {said}"),
        N_("let __len__ say how many samples __getitem__ has"),
    ),
    FailureRule(
        "no_getitem", "getitem", causes.without,
        N_("the dataset has no __getitem__ that takes {index}: {said}"),
        N_("write def __getitem__(self, index), or make it an IterableDataset with __iter__"),
    ),
    FailureRule(
        "getitem", "getitem", causes.anything,
        N_("sample {index} (place {place} of batch {batch}) cannot be had: {kind}: {said}"),
        _RAISED,
    ),
    FailureRule(
        "unknown_label", "transform", causes.unknown_label,
        N_("the label of sample {index} (place {place} of batch {batch}) has no number: {said}"),
        N_("name all labels as classes of ToNumber, or mend the label in the data"),
    ),
    FailureRule(
        "transform", "transform", causes.transform,
        N_("transform {name} cannot take what it is given for sample {index} (place {place} of "
           "batch {batch}), {got}: {kind}: {said}"),
        N_("put what it needs before it, such as ToTensor(), or change their order"),
    ),
    FailureRule(
        "none", "collate", causes.is_none,
        N_("sample {index} (place {place} of batch {batch}) has None in {key}"),
        N_("return a tensor or a number; leave out such samples when the dataset is made"),
    ),
    FailureRule(
        "image", "collate", causes.has_image,
        N_("sample {index} (place {place} of batch {batch}) is an image of Pillow in {key}"),
        N_("make it a tensor: transform=ToTensor() of torchvision, or "
           "torch.from_numpy(numpy.array(image))"),
    ),
    FailureRule(
        "dataclass", "collate", causes.is_dataclass,
        N_("sample {index} (place {place} of batch {batch}) is the dataclass {got} in {key}"),
        N_("return a dict or a NamedTuple, or give a collate_fn that joins {got}"),
    ),
    FailureRule(
        "no_numbers", "collate", causes.no_numbers,
        N_("sample {index} (place {place} of batch {batch}) is an array of {dtype} in {key}, which "
           "no tensor can hold"),
        N_("return a list of texts, or turn them into numbers in __getitem__"),
    ),
    FailureRule(
        "layout", "collate", causes.layout,
        N_("sample {index} (place {place} of batch {batch}) is a sparse or nested tensor in {key}"),
        N_("return tensor.to_dense(), or give a collate_fn that joins them"),
    ),
    FailureRule(
        "missing_key", "collate", causes.missing,
        N_("sample {index} (place {place} of batch {batch}) has no key {missing} in {key}, but "
           "sample {first} has"),
        N_("return the same keys for each sample"),
    ),
    FailureRule(
        "kinds", "collate", causes.kinds,
        N_("samples {first} and {index} (place {place} of batch {batch}) differ in {key}: {one}, "
           "{other}"),
        N_("return the same type for each sample"),
    ),
    FailureRule(
        "ragged", "collate", causes.ragged,
        N_("samples {first} and {index} (place {place} of batch {batch}) differ in length in {key}"
           ": {one}, {other}"),
        N_("give a collate_fn that pads them with "
           "torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)"),
    ),
    FailureRule(
        "shapes", "collate", causes.shapes,
        N_("samples {first} and {index} (place {place} of batch {batch}) differ in shape in {key}: "
           "{one}, {other}"),
        N_("bring them to one size in a transform, such as Resize((height, width)) or a crop"),
    ),
    FailureRule(
        "lengths", "collate", causes.lengths,
        N_("the lists of samples {first} and {index} (place {place} of batch {batch}) differ in "
           "length in {key}: {one}, {other}"),
        N_("return torch.tensor(list) and give a collate_fn that pads with "
           "torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)"),
    ),
    FailureRule(
        "dtypes", "collate", causes.dtypes,
        N_("samples {first} and {index} (place {place} of batch {batch}) differ in dtype in {key}: "
           "{one}, {other}"),
        N_("make all of one dtype in __getitem__: tensor.to(torch.float32)"),
    ),
    FailureRule(
        "unknown_type", "collate",
        causes.no_branch,
        N_("sample {index} (place {place} of batch {batch}) has a {got} in {key}, which "
           "default_collate cannot join"),
        N_("return tensors, numbers, texts, lists or dicts, or give a collate_fn that joins {got}"),
    ),
    FailureRule(
        "collate", "collate", causes.anything,
        N_("batch {batch} cannot be joined in {key}: {kind}: {said}"),
        N_("make all samples alike there, or give a collate_fn"),
    ),
    FailureRule(
        "own_collate", "own_collate", causes.anything,
        N_("{name} cannot join batch {batch}: {kind}: {said}"),
        N_("change the line that is named; it is given the list of the batch's samples"),
    ),
    FailureRule(
        "sampler", "sampler", causes.anything,
        N_("{name} cannot choose batch {batch}: {kind}: {said}"),
        N_("let it give indices of the dataset; a batch sampler gives lists of them"),
    ),
    FailureRule(
        "stream", "stream", causes.anything,
        N_("{name} cannot begin to give samples: {kind}: {said}"),
        N_("let its __iter__ give an iterator; yield in it makes it one"),
    ),
    FailureRule(
        "unpicklable", "workers", causes.unpicklable,
        N_("{name} cannot be sent to worker processes: {said}"),
        N_("define it at the top of a file, not as a lambda or in a function; or num_workers=0"),
    ),
    FailureRule(
        "unsendable", "workers", causes.unsendable,
        N_("a worker cannot send batch {batch} to this process: {said}"),
        N_("let the samples hold what pickle takes: tensors, numbers, texts; or num_workers=0"),
    ),
    FailureRule(
        "timeout", "workers", causes.timed_out,
        N_("no worker delivered batch {batch} in time: {said}"),
        N_("raise timeout, or find what a sample waits for with num_workers=0"),
    ),
    FailureRule(
        "died", "workers", causes.died,
        N_("a worker process ended before it delivered batch {batch}: {said}"),
        N_("run with num_workers=0 to see why; it may want more memory than there is"),
    ),
    FailureRule(
        "worker", "workers", causes.of_batch,
        N_("a worker cannot make batch {batch} of samples {indices}: {said}"),
        N_("run with num_workers=0 to see which sample it is"),
    ),
    FailureRule(
        "worker_stream", "workers", causes.of_stream,
        N_("a worker cannot go on after {batch} batches: {said}"),
        N_("run with num_workers=0 to see which sample it is"),
    ),
    FailureRule(
        "workers", "workers", causes.anything,
        N_("the workers failed: {kind}: {said}"),
        N_("run with num_workers=0 to see why"),
    ),
)  # fmt: skip
