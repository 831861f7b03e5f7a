"""Why ``default_collate`` made what it made of a key, and what in it surprises people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.pipeline import AnyPipelineEvent, Content, KeyCollated, Rule

REASONS: dict[Rule, str] = {
    "tensor": N_(
        "Tensors of one shape are stacked: torch.stack puts a dimension for the batch in front and "
        "keeps the dtype {dtype}."
    ),
    "ndarray": N_(
        "NumPy arrays become tensors without a change of dtype ({dtype}), and are stacked then."
    ),
    "numpy_scalar": N_("NumPy numbers become one tensor of the same dtype, {dtype}."),
    "float": N_(
        "Python floats have 64 bits, so they become float64. Models have float32: return "
        "torch.tensor(value, dtype=torch.float32) instead."
    ),
    "int": N_("Python ints become {dtype}, which is what class labels must be."),
    "bool": N_("Python bools become a tensor of {dtype}."),
    "text": N_("No tensor holds text, so the texts stay as they are, in a {kind}."),
    "bytes": N_("No tensor holds bytes, so they stay as they are, in a {kind}."),
    "mapping": N_("For each key of the first sample, the values of all samples are joined."),
    "namedtuple": N_("For each field, the values of all samples are joined."),
    "tuple": N_("Tuples are turned round: first all first parts are joined, then all second."),
    "sequence": N_(
        "Lists are turned round: all first parts are joined, then all second. {length} parts give "
        "{length} batches, not one tensor."
    ),
    "registered": N_("default_collate_fn_map has a function for this type, which joined them."),
    "none": N_("default_collate has no rule for {first}."),
}


class Surprise(Struct, frozen=True):
    """What a batch holds that people do not expect: ``finds`` gives what fills in the words."""

    name: str
    finds: Callable[[KeyCollated], dict[str, object] | None]
    what: str
    mend: str


class Note(Struct, frozen=True):
    """A surprise at a key, in words."""

    name: str
    path: str
    text: str


def why_collated(event: KeyCollated) -> str:
    """One sentence on the rule that joined the parts of a key."""
    made = event.made or Content("")
    first = event.got[0]
    return _(REASONS[event.rule]).format(
        dtype=made.dtype or first.dtype, kind=made.kind, length=first.length, first=first.kind
    )


def surprises(events: Sequence[AnyPipelineEvent]) -> tuple[Note, ...]:
    """What in a batch's way is allowed and most likely not meant."""
    return tuple(
        Note(each.name, event.path, f"{_(each.what)} {_(each.mend)}".format(**facts))
        for event in events
        if isinstance(event, KeyCollated) and event.made is not None
        for each in SURPRISES
        if (facts := each.finds(event)) is not None
    )


def _extra(event: KeyCollated) -> dict[str, object] | None:
    """Keys of later samples that the first one has not."""
    if event.rule != "mapping":
        return None
    for place, part in enumerate(event.got):
        more = [key for key in part.keys if key not in event.got[0].keys]
        if more:
            return {"key": more[0], "place": place, "path": f"sample{event.path}"}
    return None


def _turned(event: KeyCollated) -> dict[str, object] | None:
    plain = event.rule == "sequence" and (event.got[0].length or 0) > 1
    return {"length": event.got[0].length, "path": f"sample{event.path}"} if plain else None


def _double(event: KeyCollated) -> dict[str, object] | None:
    if event.made is None or event.made.dtype != "float64" or event.rule == "ndarray":
        return None
    return {"path": f"batch{event.path}"}


def _mixed(event: KeyCollated) -> dict[str, object] | None:
    """Numbers of two sorts, whose dtype the first sample or a promotion decides."""
    sorts = list(dict.fromkeys(part.dtype or part.kind for part in event.got))
    if event.rule not in ("tensor", "int", "float", "bool") or len(sorts) < 2:
        return None
    dtype = event.made.dtype if event.made else ""
    return {"sorts": ", ".join(sorts), "dtype": dtype, "path": f"batch{event.path}"}


SURPRISES: tuple[Surprise, ...] = (
    Surprise(
        "extra_key",
        _extra,
        N_("The key {key} of {path} at place {place} is lost, for the first sample has none."),
        N_("Return the same keys for each sample."),
    ),
    Surprise(
        "turned_list",
        _turned,
        N_("The list {path} became {length} batches, one for each of its places."),
        N_("Return torch.tensor(list) to have one tensor."),
    ),
    Surprise(
        "float64",
        _double,
        N_("{path} is float64, while weights are float32."),
        N_("Return torch.tensor(value, dtype=torch.float32)."),
    ),
    Surprise(
        "mixed",
        _mixed,
        N_("{path} is made of {sorts}; it became {dtype}, which another batch may not."),
        N_("Return one dtype for all samples."),
    ),
)
