"""What autograd nodes saved for backward, as plain data.

Reading changes nothing: no hook of the user's is called to unpack a tensor, and no tensor is held.
Torch itself tells the two classic errors here before backward does: a tensor that was changed in
place since it was saved, and one that was freed.
"""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.autograd.graph import Node

from gradviz.engine.record.names import Names
from gradviz.trace.graph import SavedTensor

TELLS = hasattr(torch._C._autograd.SavedTensor, "unpack_hook")
"""Whether torch says who has packed a tensor; 2.13 does, 2.9 and earlier do not. To read one there
could call a hook of the user's, and to say without reading that it is packed could be wrong.
"""

_RAW = "_raw_saved_"
_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")
_fields: WeakKeyDictionary[type, tuple[tuple[str, str, str], ...]] = WeakKeyDictionary()


def saved_by(node: Node, names: Names) -> tuple[SavedTensor, ...]:
    """The tensors that a node saved, in the order of their names; of a custom function, in that
    of ``save_for_backward``. None are told if torch does not tell enough of them.
    """
    if not TELLS:
        return ()
    kind = type(node)
    fields = _fields.get(kind)
    if fields is None:
        fields = _fields[kind] = _fields_of(kind)
    if not fields:
        return ()
    found: list[SavedTensor] = []
    for name, plain, raw in fields:
        try:
            packed = getattr(node, raw)
        except RuntimeError:  # several tensors, and they were freed
            found.append(SavedTensor(name, state="freed"))
            continue
        if isinstance(packed, tuple):
            found += _several(node, name, plain, packed, names)
        else:
            one = _one(node, name, plain, packed, names)
            if one is not None:
                found.append(one)
    return tuple(found)


def _fields_of(kind: type) -> tuple[tuple[str, str, str], ...]:
    """What torch calls them, and its two attributes: unpacked and as it is."""
    found = []
    for raw in dir(kind):
        if raw.startswith(_RAW):
            name = raw.removeprefix(_RAW)
            plain = f"_saved_{name}"
            found.append((name, plain if hasattr(kind, plain) else f"saved_{name}", raw))
    return tuple(found)


def _one(node: Node, name: str, plain: str, packed: Any, names: Names) -> SavedTensor | None:
    if _is_hooked(packed):
        return SavedTensor(name, state="packed")
    try:
        tensor = getattr(node, plain)
    except RuntimeError as error:
        return _refused(name, packed, str(error), names)
    return None if tensor is None else _told(name, tensor, names)


def _several(
    node: Node, name: str, plain: str, packed: tuple[Any, ...], names: Names
) -> list[SavedTensor]:
    labels = [f"{name}[{place}]" for place in range(len(packed))]
    if not any(map(_is_hooked, packed)):
        try:
            tensors = getattr(node, plain)
        except RuntimeError:
            pass
        else:
            pairs = zip(labels, tensors, strict=True)
            return [_told(label, tensor, names) for label, tensor in pairs if tensor is not None]
    found = [_alone(label, one, names) for label, one in zip(labels, packed, strict=True)]
    return [one for one in found if one is not None]


def _alone(name: str, packed: Any, names: Names) -> SavedTensor | None:
    """One of several; torch does not tell the saved version of an output of the node this way."""
    if _is_hooked(packed):
        return SavedTensor(name, state="packed")
    try:
        tensor = packed.unpack()
    except RuntimeError as error:
        return _refused(name, packed, str(error), names)
    return None if tensor is None else _told(name, tensor, names)


def _is_hooked(packed: Any) -> bool:
    """Whether only a hook of the user's could unpack it."""
    try:
        return packed.unpack_hook is not None
    except RuntimeError:  # a hook that is no Python
        return True


def _told(name: str, tensor: Tensor, names: Names) -> SavedTensor:
    try:
        version = tensor._version
    except RuntimeError:  # inference mode counts none
        version = None
    return SavedTensor(
        name, _shape(tensor), _dtype(tensor), leaf=_leaf(tensor, names), saved=version, now=version
    )


def _refused(name: str, packed: Any, problem: str, names: Names) -> SavedTensor:
    """One that torch does not give: it was changed since, or freed."""
    tensor = packed.data
    if tensor is None:
        return SavedTensor(name, state="freed")
    versions = _VERSIONS.search(problem)
    now, saved = map(int, versions.groups()) if versions else (tensor._version, None)
    return SavedTensor(
        name, _shape(tensor), _dtype(tensor), leaf=_leaf(tensor, names), saved=saved, now=now
    )


def _leaf(tensor: Tensor, names: Names) -> str | None:
    name = names.leaf(tensor)
    if name is None:
        base = tensor._base
        name = None if base is None else names.leaf(base)
    return name


def _shape(tensor: Tensor) -> tuple[int, ...] | None:
    try:
        return tuple(tensor.shape)
    except RuntimeError:  # nested tensors have none
        return None


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
