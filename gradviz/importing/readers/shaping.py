"""Ops that change the shape."""

from __future__ import annotations

from typing import Any

from gradviz.importing.frames import Frame, Op, Out
from gradviz.importing.nodes import Node, Place, Said, Source, is_number, is_ref
from gradviz.importing.readers.table import reads


@reads("view", "reshape", "unflatten", "view_as", "reshape_as")
def reshape(at: Place, input: Any, *_: Any, **__: Any) -> Said:
    """By the shapes before and after, however they are said; not for a view of another type."""
    input = _before(at.frame, input)
    form = at.frame.form(input)
    if form is None or form.dtype != at.result.dtype:
        return None
    return _reshaped(input, form.shape, at.result.shape)


@reads("flatten")
def flatten(at: Place, input: Any, start_dim: int = 0, end_dim: int = -1) -> Said:
    return Node("Flatten", (input,), _unusual(start_dim=(start_dim, 1), end_dim=(end_dim, -1)))


@reads("permute")
def permute(at: Place, input: Any, *dims: Any) -> Said:
    return Node("Permute", (input,), {"dims": _listed(dims)})


@reads("transpose", "swapaxes", "swapdims")
def transpose(at: Place, input: Any, dim0: int, dim1: int) -> Said:
    return Node("Transpose", (input,), {"dim0": dim0, "dim1": dim1})


@reads("t", "T", "mT")
def turned(at: Place, input: Any) -> Said:
    return Node("Transpose", (input,)) if len(at.result.shape) == 2 else None


@reads("squeeze")
def squeeze(at: Place, input: Any, dim: int) -> Said:
    return Node("Squeeze", (input,), {"dim": dim}) if isinstance(dim, int) else None


@reads("unsqueeze")
def unsqueeze(at: Place, input: Any, dim: int) -> Said:
    return Node("Unsqueeze", (input,), {"dim": dim})


@reads("expand")
def expand(at: Place, input: Any, *sizes: Any) -> Said:
    return Node("Expand", (input,), {"sizes": _listed(sizes)})


@reads("select")
def select(at: Place, input: Any, dim: int, index: int) -> Said:
    return Node("Select", (input,), {"dim": dim, "index": index})


@reads("narrow")
def narrow(at: Place, input: Any, dim: int, start: int, length: int) -> Said:
    if not (isinstance(start, int) and isinstance(length, int)):
        return None
    return Node("Slice", (input,), {"dim": dim, "start": start, "stop": start + length})


@reads("getitem")
def getitem(at: Place, input: Any, index: Any) -> Said:
    """``x[:, -1]``, ``x[..., 1:3]``, ``x[:, None]``: one block for each thing that is picked."""
    parts = list(index) if isinstance(index, tuple | list) else [index]
    if not all(_picks(each) for each in parts):
        return None
    rank = len(at.shape(input))
    used = sum(each is not None and each is not Ellipsis for each in parts)
    if Ellipsis in parts:
        where = parts.index(Ellipsis)
        parts[where : where + 1] = [slice(None)] * (rank - used)
    node: Source = input
    dim = 0
    for each in parts:
        if each is None:
            node = Node("Unsqueeze", (node,), {"dim": dim})
            dim += 1
        elif isinstance(each, slice):
            if each != slice(None):
                node = Node("Slice", (node,), _slice(dim, each))
            dim += 1
        else:
            node = Node("Select", (node,), {"dim": dim, "index": each})
    return node


@reads("flip")
def flip(at: Place, input: Any, *dims: Any) -> Said:
    return Node("Flip", (input,), {"dims": _listed(dims)})


@reads("repeat")
def repeat(at: Place, input: Any, *sizes: Any) -> Said:
    return Node("Repeat", (input,), {"sizes": _listed(sizes)})


@reads("tril")
def tril(at: Place, input: Any, diagonal: int = 0) -> Said:
    return Node("Tril", (input,), _unusual(diagonal=(diagonal, 0)))


@reads("triu")
def triu(at: Place, input: Any, diagonal: int = 0) -> Said:
    return Node("Triu", (input,), _unusual(diagonal=(diagonal, 0)))


@reads("roll")
def roll(at: Place, input: Any, shifts: Any, dims: Any = None) -> Said:
    known = is_number(shifts) and is_number(dims)
    return Node("Roll", (input,), {"shift": shifts, "dim": dims}) if known else None


@reads("pad")
def pad(at: Place, input: Any, pad: Any, mode: str = "constant", value: Any = None) -> Said:
    settings = _unusual(mode=(mode, "constant"), value=(value or 0.0, 0.0))
    return Node("Pad", (input,), {"padding": list(pad), **settings})


@reads("clone")
def clone(at: Place, input: Any, **_: Any) -> Said:
    """Blocks change nothing in place."""
    return input if is_ref(input) else None


@reads("to", "float", "type_as")
def to(at: Place, input: Any, *_: Any, **__: Any) -> Said:
    """A tensor that is of this type already."""
    form = at.frame.form(input)
    return input if form is not None and form.dtype == at.result.dtype else None


def _before(frame: Frame, ref: Any) -> Any:
    """What a tensor was before it was put in order in memory, as a reshape does itself."""
    step = frame.steps[ref.step] if isinstance(ref, Out) else None
    return step.args[0] if isinstance(step, Op) and step.name.endswith(".contiguous") else ref


def _reshaped(input: Source, before: tuple[Any, ...], after: tuple[Any, ...]) -> Said:
    if before == after:
        return input
    joined = _joined(before, after)
    if joined is not None:
        start, end = joined
        return Node("Flatten", (input,), _unusual(start_dim=(start, 1), end_dim=(end, -1)))
    split = _joined(after, before)
    if split is not None:
        start, end = split
        sizes = list(after[start : end + 1 or None])
        if all(isinstance(each, int) and each > 0 for each in sizes):
            return Node("Unflatten", (input,), {"dim": start, "sizes": sizes})
    if after and after[0] == before[0]:
        return Node("Reshape", (input,), {"shape": list(after[1:])})
    return None


def _joined(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[int, int] | None:
    """Which dimensions become one, the last as -1; None if that is not all."""
    count = len(before) - len(after) + 1
    if count < 2:
        return None
    for start in range(len(after)):
        end = start + count
        if before[:start] == after[:start] and before[end:] == after[start + 1 :]:
            return start, -1 if end == len(before) else end - 1
    return None


def _picks(each: Any) -> bool:
    if isinstance(each, slice):
        return all(
            part is None or isinstance(part, int) for part in (each.start, each.stop, each.step)
        )
    return (
        each is None or each is Ellipsis or (isinstance(each, int) and not isinstance(each, bool))
    )


def _slice(dim: int, part: slice) -> dict[str, Any]:
    step = {} if part.step in (None, 1) else {"step": part.step}
    bounds = {"start": part.start, "stop": part.stop}
    kept = {name: each for name, each in bounds.items() if each is not None}
    return {**_unusual(dim=(dim, 1)), **kept, **step}


def _listed(given: tuple[Any, ...]) -> list[Any]:
    """Sizes that are given one by one, or as one tuple."""
    alone = len(given) == 1 and isinstance(given[0], tuple | list)
    return list(given[0]) if alone else list(given)


def _unusual(**settings: tuple[Any, Any]) -> dict[str, Any]:
    """What is not as usual."""
    return {name: value for name, (value, usual) in settings.items() if value != usual}
