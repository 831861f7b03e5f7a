"""Why a block cannot take what comes in, in words that need no knowledge of torch's inside.

Each rule looks at one sort of mistake, and says nothing of the others. What no rule knows is told
in torch's own words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from msgspec import Struct

from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.forms import BATCH, Form
from gradviz.engine.building.wants import Shape, gap, wanted_text
from gradviz.errors import BuildError
from gradviz.i18n import N_

BROADCAST = ("Add", "Subtract", "Multiply", "Divide", "Maximum", "Where")
"""Operations that go number by number."""
FLAT = ("Linear", "MyLinear")
"""Layers in front of which an image is flattened."""
LONG = 16
"""Dimensions of a shape that is written whole."""
IMAGE = 3
"""Dimensions of a batch of sequences; one of images has more."""


class Case(Struct, frozen=True):
    """A block that does not fit: what it is set to, and what comes in."""

    kind: BlockKind
    settings: Mapping[str, Any]
    forms: tuple[Form, ...]
    path: str
    reason: str

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes that come in."""
        return tuple(map(named, self.forms))

    @property
    def got(self) -> str:
        """These as text."""
        return ", ".join(map(text, self.shapes))

    @property
    def wants(self) -> str:
        """What it wants."""
        return wanted_text(self.kind, self.settings)

    def told(self, what: str, mend: str, **fields: Any) -> BuildError:
        """The error: what is wrong, and how to mend it."""
        known: dict[str, Any] = {"kind": self.kind.name, "got": self.got, "wants": self.wants}
        return BuildError(what, block=self.path, mend=mend, **{**known, **fields})


def named(form: Form) -> Shape:
    """The shape of a tensor; a dimension that is the batch is called N, twice the batch 2·N."""
    return tuple(_named(size) for size in form.shape)


def text(shape: Shape) -> str:
    """A shape as it is written: ``(N, 8, 24, 24)``; a very long one without its middle."""
    if len(shape) > LONG:
        shape = (*shape[: LONG // 2], "…", shape[-1])
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def misfit(
    kind: BlockKind,
    settings: Mapping[str, Any],
    forms: tuple[Form, ...],
    path: str,
    reason: str,
) -> BuildError:
    """What a block got, and what it wants."""
    case = Case(kind, settings, forms, path, plain(reason))
    for rule in RULES:
        found = rule(case)
        if found is not None:
            return found
    if kind.wants:
        return case.told(
            N_("{kind} got shape {got} but wants {wants}"),
            N_("change its settings or the block before it ({reason})"),
            reason=case.reason,
        )
    return case.told(
        N_("{kind} cannot take shape {got}: {reason}"),
        N_("change its settings or the block before it"),
        reason=case.reason,
    )


def plain(reason: str) -> str:
    """Torch's words, with the batch by its name."""
    return re.sub(r"\d+", lambda found: str(_named(int(found[0]))), reason)


def unlike(one: Shape, other: Shape) -> tuple[int, int] | None:
    """The sizes of the first dimension from the end, if any, in which two tensors that go number
    by number do not go together.
    """
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if isinstance(a, int) and isinstance(b, int) and a != b and 1 not in (a, b):
            return a, b
    return None


def _of_dtype(case: Case) -> BuildError | None:
    dtypes = [form.dtype for form in case.forms]
    names = ", ".join(str(each).removeprefix("torch.") for each in dict.fromkeys(dtypes))
    whole = [not each.is_floating_point for each in dtypes]
    if case.kind.name == "Embedding" and not all(whole):
        return case.told(
            N_("{kind} got decimals ({dtype}) but wants whole numbers: each picks a row"),
            N_("set the dtype of the Input to int64"),
            dtype=names,
        )
    if case.kind.name in ("Embedding", "OneHot", "Gather") or not _is_of_dtype(case.reason):
        return None
    if any(whole):
        return case.told(
            N_("{kind} got whole numbers ({dtype}) but wants decimals"),
            N_("set the dtype of the Input to float32, or put an Embedding in front of it"),
            dtype=names,
        )
    return case.told(
        N_("{kind} got numbers of another dtype ({dtype}) than it calculates with"),
        N_("give this block and the Input the same dtype"),
        dtype=names,
    )


def _of_dim(case: Case) -> BuildError | None:
    found = case.settings.get("dim")
    dims = found if isinstance(found, list | tuple) else [found]
    count = min((len(shape) for shape in case.shapes), default=0)
    if case.kind.name in ("Stack", "Unsqueeze"):
        count += 1
    outside = [each for each in dims if isinstance(each, int) and not -count <= each < count]
    if not outside:
        return None
    return case.told(
        N_("{kind} is set to dimension {dim}, which {got} does not have"),
        N_("set dim to 0 … {last}, where 0 is the batch, or to -1, the last one"),
        dim=outside[0],
        last=count - 1,
    )


def _of_window(case: Case) -> BuildError | None:
    window = case.settings.get("kernel_size")
    if window is None or "output" in case.kind.name.lower() or case.kind.group == "sequences":
        return None
    if any(gap(case.wants, place, shape) for place, shape in enumerate(case.shapes)):
        return None
    if "size is too small" not in case.reason and "Kernel size can't" not in case.reason:
        return None
    sides = case.shapes[0][2:]
    return case.told(
        N_("{kind} slides a window of {window}, and what comes in is only {sides}"),
        N_("make kernel_size smaller or padding larger, or let a pooling before it go"),
        window=_sides(window, len(sides)),
        sides=_sides(sides, len(sides)),
    )


def _of_wants(case: Case) -> BuildError | None:
    for place, shape in enumerate(case.shapes):
        found = gap(case.wants, place, shape)
        if found is None:
            continue
        what = N_("{kind} got shape {got} but wants {wants}")
        if found.place is None:
            return case.told(
                what,
                N_("it takes {wanted} dimensions, and {count} come in"),
                wanted=found.wanted,
                count=found.got,
            )
        sizes = [size for size in shape[1:] if isinstance(size, int)]
        count = math.prod(sizes)
        if case.kind.name in FLAT and (len(shape) > IMAGE or count == found.wanted):
            return case.told(
                what,
                N_("a Flatten in front of it is missing, which makes {count} numbers of a sample"),
                count=count,
            )
        name = _setting_of(case.settings, found.wanted)
        if name:
            return case.told(
                what,
                N_("it is set to {setting} = {wanted}, and {count} come in"),
                setting=name,
                wanted=found.wanted,
                count=found.got,
            )
    return None


def _setting_of(settings: Mapping[str, Any], size: int) -> str:
    """The setting that says this size; empty if none does."""
    for name, each in settings.items():
        if each == size or (isinstance(each, list | tuple) and list(each) == [size]):
            return name
    return ""


def _of_broadcast(case: Case) -> BuildError | None:
    if case.kind.name not in BROADCAST or len(case.shapes) != 2:
        return None
    found = unlike(*case.shapes)
    if found is None:
        return None
    return case.told(
        N_("{kind} got shapes {got}, and goes number by number: {one} and {other} do not match"),
        N_("bring both to one shape; a size of 1 is stretched"),
        one=found[0],
        other=found[1],
    )


def _of_concat(case: Case) -> BuildError | None:
    if case.kind.name not in ("Concat", "Stack") or len(case.shapes) < 2:
        return None
    dim = case.settings.get("dim", 1)
    what = N_("{kind} got shapes {got}, which may differ in dimension {dim} at most")
    if case.kind.name == "Stack":
        what = N_("{kind} got shapes {got}, and they must be the same")
    return case.told(what, N_("bring them to one shape before, or choose another dim"), dim=dim)


def _of_matmul(case: Case) -> BuildError | None:
    if case.kind.name != "MatMul" or any(len(shape) < 2 for shape in case.shapes):
        return None
    one, other = case.shapes[0][-1], case.shapes[1][-2]
    if one == other:
        return None
    return case.told(
        N_("{kind} got shapes {got}: rows of {one} numbers and columns of {other}"),
        N_("the last size of a must be the last but one of b; a Transpose turns b around"),
        one=one,
        other=other,
    )


def _of_reshape(case: Case) -> BuildError | None:
    wanted = case.settings.get("shape")
    if case.kind.name != "Reshape" or not isinstance(wanted, list | tuple):
        return None
    sizes = [size for size in case.shapes[0][1:] if isinstance(size, int)]
    return case.told(
        N_("{kind} cannot put the {count} numbers of a sample into {shape}"),
        N_("take sizes whose product is {count}; one may be -1, which is the rest"),
        count=math.prod(sizes),
        shape=text(tuple(wanted)),
    )


def _of_permute(case: Case) -> BuildError | None:
    dims = case.settings.get("dims")
    if case.kind.name != "Permute" or not isinstance(dims, list | tuple):
        return None
    count = len(case.shapes[0])
    return case.told(
        N_("{kind} is set to {dims}, and {got} has {count} dimensions"),
        N_("name each of 0 … {last} once, 0 being the batch"),
        dims=text(tuple(dims)),
        count=count,
        last=count - 1,
    )


Rule: TypeAlias = Callable[[Case], BuildError | None]
RULES: tuple[Rule, ...] = (
    _of_dtype,
    _of_dim,
    _of_window,
    _of_wants,
    _of_broadcast,
    _of_concat,
    _of_matmul,
    _of_reshape,
    _of_permute,
)


def dtype_gap(wanted: torch.dtype, forms: tuple[Form, ...]) -> str:
    """What is wrong with forms for weights of a dtype; empty if nothing is."""
    for form in forms:
        if form.dtype != wanted:
            return f"{DTYPES}: {form.dtype}, {wanted}"
    return ""


DTYPES = "its weights are of another dtype"
DTYPE = r"dtype|scalar type|same type|not implemented for|input type|result type"
"""What torch says of dtypes."""


def _is_of_dtype(reason: str) -> bool:
    return bool(re.search(DTYPE, reason, re.IGNORECASE))


def _sides(sizes: object, count: int) -> str:
    found = list(sizes) if isinstance(sizes, list | tuple) else [sizes] * count
    return " × ".join(map(str, found))


def _named(size: int) -> int | str:
    if size == 0 or size % BATCH:
        return size
    return "N" if size == BATCH else f"{size // BATCH}·N"
