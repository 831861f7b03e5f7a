"""What torch's ``collate`` does with a batch, key by key.

``collate`` asks a map for the function of each type, and hands the same map on to every part: a map
that answers “there is one” for each type is told of each part, and lets torch go on itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.utils.data._utils import collate as torchs

from gradviz.trace.pipeline import Rule

_patching = threading.RLock()


class Collated:
    """One call of ``collate``: what it got of each sample, what it made, and the same of its parts.

    ``key`` is the entry of the map that torch took, None if it took a branch of its own.
    """

    __slots__ = ("failed", "got", "key", "made", "names", "parts", "path")

    def __init__(self, got: Sequence[Any], path: str) -> None:
        self.got = got
        self.path = path
        self.key: Any = None
        self.made: Any = None
        self.failed = True
        self.parts: list[Collated] = []
        self.names: list[str] = []

    @property
    def rule(self) -> Rule:
        """The branch of ``collate`` that ran."""
        first = self.got[0]
        if self.key is not None:
            return "bool" if self.key is int and isinstance(first, bool) else _entry(self.key)
        if isinstance(first, Mapping):
            return "mapping"
        if isinstance(first, tuple):
            return "namedtuple" if hasattr(first, "_fields") else "tuple"
        return "sequence" if isinstance(first, Sequence) else "none"

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Collated]]:
        """This call and those in it, in the order in which they began, with their depth."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)


class CollateMap(dict[Any, Callable[..., Any]]):
    """The entries of ``default_collate_fn_map``, and what was done by them in ``calls``."""

    def __init__(self, entries: Mapping[Any, Callable[..., Any]]) -> None:
        super().__init__(entries)
        self.calls: list[Collated] = []
        self._open: list[Collated] = []
        self._begun = False
        self._asked = False

    def __contains__(self, kind: object) -> bool:
        if self._begun:
            self._begun = False
            return super().__contains__(kind)
        self._asked = True
        return True

    def __getitem__(self, kind: Any) -> Callable[..., Any]:
        if self._asked:
            self._asked = False
            return self._call
        if self._open:
            self._open[-1].key = kind
        return super().__getitem__(kind)

    def _call(self, batch: Sequence[Any], *, collate_fn_map: Any) -> Any:
        """Note the call, and let torch do it."""
        call = self._opened(batch)
        self._open.append(call)
        self._begun = True
        try:
            made = call.made = torchs.collate(batch, collate_fn_map=collate_fn_map)
            call.failed = False
            return made
        finally:
            self._begun = False
            self._open.pop()

    def _opened(self, batch: Sequence[Any]) -> Collated:
        if not self._open:
            call = Collated(batch, "")
            self.calls.append(call)
            return call
        whole = self._open[-1]
        parts = whole.parts
        if not parts:
            whole.names = _names(whole)
        elif whole.names and (parts[-1].failed or len(parts) == len(whole.names)):
            parts.clear()  # torch begins again with a plainer container
        name = whole.names[len(parts)] if whole.names else ""
        call = Collated(batch, whole.path + name)
        parts.append(call)
        return call


class PatchedMap(CollateMap):
    """The same in torch's own module, where other threads are to find what was there."""

    def __init__(self, entries: Mapping[Any, Callable[..., Any]]) -> None:
        super().__init__(entries)
        self._thread = threading.get_ident()

    def __contains__(self, kind: object) -> bool:
        if threading.get_ident() != self._thread:
            return dict.__contains__(self, kind)
        return super().__contains__(kind)

    def __getitem__(self, kind: Any) -> Callable[..., Any]:
        if threading.get_ident() != self._thread:
            return dict.__getitem__(self, kind)
        return super().__getitem__(kind)


def joined(collate: Callable[..., Any], samples: Any, calls: list[Collated]) -> Any:
    """What the collate function makes of the samples; ``calls`` is told what torch's did.

    A function of the user's may call ``default_collate`` itself, which reads the map from torch's
    module.
    """
    if collate is torchs.default_convert:
        return collate(samples)
    if collate is torchs.default_collate:
        told = CollateMap(torchs.default_collate_fn_map)
        told.calls = calls
        return torchs.collate(samples, collate_fn_map=told)
    with _patching:
        before = torchs.default_collate_fn_map
        patched = PatchedMap(before)
        patched.calls = calls
        torchs.default_collate_fn_map = patched
        try:
            return collate(samples)
        finally:
            torchs.default_collate_fn_map = before


def _names(whole: Collated) -> list[str]:
    """What leads from a container to each of its parts, in torch's order; nothing for a call that
    only converts, as that of arrays does.
    """
    if whole.key is not None:
        return []
    first = whole.got[0]
    if isinstance(first, Mapping):
        return [f"[{key!r}]" for key in first]
    if hasattr(first, "_fields"):
        return [f".{field}" for field in first._fields]
    return [f"[{place}]" for place in range(len(first))]


def _entry(key: Any) -> Rule:
    for rule, kinds in _ENTRIES.items():
        if key in kinds:
            return rule
    return "registered"


def _numpy_scalars() -> tuple[Any, ...]:
    return tuple(key for key in torchs.default_collate_fn_map if isinstance(key, tuple))


def _arrays() -> tuple[Any, ...]:
    import numpy as np

    return (np.ndarray,)


_ENTRIES: dict[Rule, tuple[Any, ...]] = {
    "tensor": (Tensor,),
    "ndarray": _arrays(),
    "numpy_scalar": _numpy_scalars(),
    "float": (float,),
    "int": (int,),
    "text": (str,),
    "bytes": (bytes,),
}
