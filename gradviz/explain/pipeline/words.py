"""A step of a batch in words: a few for its row, one plain sentence, and why."""

from __future__ import annotations

from gradviz.explain.collating import why_collated
from gradviz.explain.pipeline.contents import content_text, contents_text
from gradviz.explain.pipeline.steps import Stage, Step
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.pipeline import (
    BatchChanged,
    BatchChosen,
    BatchCollated,
    BatchMoved,
    BatchPinned,
    Branch,
    Index,
    IndexDrawn,
    KeyCollated,
    Rule,
    SampleFetched,
    TransformApplied,
)

_MOST = 12
"""Indices that a sentence names."""

JOINED: dict[Rule, str] = {
    "tensor": N_("collate joined {key} of {count} samples by torch.stack: {made}"),
    "ndarray": N_("collate made tensors of {key} of {count} samples and stacked them: {made}"),
    "numpy_scalar": N_("collate made one tensor of the numbers {key} of {count} samples: {made}"),
    "float": N_("collate made one tensor of the floats {key} of {count} samples: {made}"),
    "int": N_("collate made one tensor of the ints {key} of {count} samples: {made}"),
    "bool": N_("collate made one tensor of the bools {key} of {count} samples: {made}"),
    "text": N_("collate left the texts {key} of {count} samples as they are: {made}"),
    "bytes": N_("collate left the bytes {key} of {count} samples as they are: {made}"),
    "mapping": N_("collate joined {key} of {count} samples key by key: {made}"),
    "namedtuple": N_("collate joined {key} of {count} samples field by field: {made}"),
    "tuple": N_("collate joined {key} of {count} samples part by part: {made}"),
    "sequence": N_("collate joined {key} of {count} samples place by place: {made}"),
    "registered": N_(
        "a function of default_collate_fn_map joined {key} of {count} samples: {made}"
    ),
    "none": N_("collate has no rule for {key} of {count} samples: {made}"),
}

BRANCHES: dict[Branch, str] = {
    "input": N_("input"), "target": N_("target"), "sample": N_("sample"),
}  # fmt: skip

SAMPLERS: dict[str, str] = {
    "SequentialSampler": N_("It goes through the dataset from the first index to the last."),
    "RandomSampler": N_(
        "It shuffles, in an order that its generator decides; unless it draws with replacement, "
        "every index comes once in an epoch."
    ),
    "SubsetRandomSampler": N_("It shuffles the indices that it was given; all others never come."),
    "WeightedRandomSampler": N_(
        "It draws by weight: an index may come several times in an epoch, or never."
    ),
}

NOT_HERE: dict[Stage, str] = {
    "sampler": N_("No index was seen: the batch sampler, or the stream, decides by itself."),
    "batch_sampler": N_("No batch was chosen."),
    "__getitem__": N_("The samples were fetched where nobody could look: by a worker process."),
    "transforms": N_("No transform was seen: the dataset gives its samples as they are."),
    "collate_fn": N_("The samples were joined where nobody could look."),
    "device": N_("The batch was neither pinned nor moved: it stays where it was made."),
    "batch": N_("There is no batch."),
}
"""Why a stage has no step."""


def sample_name(place: int, index: Index) -> str:
    """A sample by its index in the dataset and its place in the batch."""
    return _("sample {index} · place {place}").format(index=index, place=place)


def title(step: Step) -> str:
    """What a row of the list says of a step; its sample is said beside it."""
    event = step.event
    match step.kind:
        case "raw":
            assert isinstance(event, TransformApplied)
            text = _("raw {branch}: {content}")
            return text.format(branch=_(BRANCHES[event.branch]), content=content_text(step.content))
        case "given":
            return _("to the loop: {content}").format(content=content_text(step.content))
        case "failed":
            return _("failed")
    match event:
        case IndexDrawn():
            return _("index {index}").format(index=event.index)
        case BatchChosen():
            return _("batch {batch}: {indices}").format(
                batch=event.batch, indices=_listed(event.indices)
            )
        case TransformApplied():
            gave = content_text(event.after) or _("failed")
            return f"{event.name}: {gave}"
        case SampleFetched():
            name = f"{event.dataset} {event.index}"
            if not step.counted:
                name = f"{event.dataset}[{event.index}]"
            return f"{name}: {content_text(event.content)}"
        case KeyCollated():
            made = content_text(event.made) or _("failed")
            path = event.path or _("whole sample")
            return f"{'    ' * event.depth}{path}: {made}"
        case BatchCollated():
            return f"{event.function}: {content_text(event.content)}"
        case BatchPinned():
            return _("pinned")
        case BatchChanged():
            return f"{event.loader}: {content_text(event.content)}"
        case BatchMoved():
            return _("to {device}").format(device=event.device)
    return ""


def sentence(step: Step) -> str:
    """One plain sentence on what happened."""
    event = step.event
    if step.error is not None:
        return _(step.error.what).format(**step.error.fields)
    if step.kind == "given":
        return _("The loop is given the batch: {content}.").format(
            content=content_text(step.content)
        )
    match event:
        case IndexDrawn():
            return _(
                "{sampler} chose index {index} as number {number} of this epoch; "
                "it comes to place {place} of batch {batch}."
            ).format(
                sampler=event.sampler, index=event.index, number=event.order + 1,
                place=step.place, batch=event.batch,
            )  # fmt: skip
        case BatchChosen():
            text = _("{sampler} put {count} indices together as batch {batch}: {indices}.")
            if step.counted:
                text = _("{sampler} asked the stream for its next {count} samples as batch "
                         "{batch}: {indices}, by their number in it.")  # fmt: skip
            elif event.worker is not None:
                text = _(
                    "{sampler} put {count} indices together as batch {batch}: {indices}. "
                    "Worker {worker} fetches it."
                )
            return text.format(
                sampler=event.sampler, count=len(event.indices), batch=event.batch,
                indices=_listed(event.indices), worker=event.worker,
            )  # fmt: skip
        case TransformApplied() if step.kind == "raw":
            return _(
                "The dataset read the {branch} of sample {index} (place {place}): {content}, "
                "before any transform."
            ).format(
                branch=_(BRANCHES[event.branch]), index=event.index, place=event.place,
                content=content_text(event.before),
            )  # fmt: skip
        case TransformApplied():
            text = _("{name} made {after} of {before}, the {branch} of sample {index} "
                     "(place {place}).")  # fmt: skip
            if not event.after.kind:
                text = _("{name} failed on {before}, the {branch} of sample {index} "
                         "(place {place}).")  # fmt: skip
            return text.format(
                name=event.name, before=content_text(event.before),
                after=content_text(event.after), branch=_(BRANCHES[event.branch]),
                index=event.index, place=event.place,
            )  # fmt: skip
        case SampleFetched():
            text = _("{dataset}[{index}] gave {content}; it comes to place {place} of batch "
                     "{batch}.")  # fmt: skip
            if step.counted:
                text = _("{dataset} gave {content} as number {index} of the stream; it comes to "
                         "place {place} of batch {batch}.")  # fmt: skip
            elif event.inner is not None:
                text = _("{dataset}[{index}] gave {content}, which is number {inner} of the whole "
                         "dataset; it comes to place {place} of batch {batch}.")  # fmt: skip
            return text.format(
                dataset=event.dataset, index=event.index, content=content_text(event.content),
                inner=event.inner, place=event.place, batch=event.batch,
            )  # fmt: skip
        case KeyCollated():
            text = _(JOINED[event.rule])
            if event.made is None:
                text = _("collate could not join {key} of {count} samples")
            return text.format(
                key=event.path or _("the samples"), count=len(event.got),
                made=content_text(event.made),
            )  # fmt: skip
        case BatchCollated():
            return _("{function} gave the batch: {content}.").format(
                function=event.function, content=content_text(event.content)
            )
        case BatchPinned():
            return _("The loader copied the batch into pinned memory, from which a device reads it "
                     "by itself.")  # fmt: skip
        case BatchChanged():
            return _("{loader} gave something else than torch's loader would: {content}.").format(
                loader=event.loader, content=content_text(event.content)
            )
        case BatchMoved():
            return _("The loop put the batch on {device}, where the model is.").format(
                device=event.device
            )
    return ""


def reason(step: Step) -> str:
    """Why it is so, or what to write instead; empty where the sentence says all."""
    if step.error is not None:
        mend = _(step.error.mend).format(**step.error.fields) if step.error.mend else ""
        return f"→ {mend}" if mend else ""
    match step.event:
        case IndexDrawn():
            words = SAMPLERS.get(step.event.sampler, "")
            return _(words) if words else ""
        case BatchChosen() if not step.counted:
            return _("The loader asks the dataset for these, one after the other.")
        case KeyCollated() if step.event.made is not None and step.event.got:
            got = _("What came in: {parts}.").format(parts=contents_text(step.event.got))
            return f"{why_collated(step.event)} {got}"
    return ""


def _listed(indices: tuple[Index, ...]) -> str:
    more = ", …" if len(indices) > _MOST else ""
    return ", ".join(map(str, indices[:_MOST])) + more
