"""What torch's ``collate`` does with a batch, key by key.

``collate`` asks a map for the function of each type, and hands the same map on to every part: a map
that answers “there is one” for each type is told of each part, and lets torch go on itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.utils.data._utils import collate as torchs

from gradviz.trace.pipeline import Rule

_patching = threading.RLock()


class Collated:
    """One call of ``collate``: what it got of each sample, what it made, and the same of its parts.

    ``key`` is the entry of the map that torch took, None if it took a branch of its own.
    """

    __slots__ = ("failed", "got", "key", "made", "parts", "path")

    def __init__(self, got: Sequence[Any], path: str) -> None:
        self.got = got
        self.path = path
        self.key: Any = None
        self.made: Any = None
        self.failed = True
        self.parts: list[Collated] = []

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
        self._thread = threading.get_ident()
        self._begun = False
        self._asked = False

    def __contains__(self, kind: object) -> bool:
        if threading.get_ident() != self._thread:
            return super().__contains__(kind)
        if self._begun:
            self._begun = False
            return super().__contains__(kind)
        self._asked = True
        return True

    def __getitem__(self, kind: Any) -> Callable[..., Any]:
        if threading.get_ident() != self._thread:
            return super().__getitem__(kind)
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
            call.made = torchs.collate(batch, collate_fn_map=collate_fn_map)
            call.failed = False
        finally:
            self._begun = False
            self._open.pop()
        return call.made

    def _opened(self, batch: Sequence[Any]) -> Collated:
        if not self._open:
            self.calls.append(Collated(batch, ""))
            return self.calls[-1]
        whole = self._open[-1]
        names = _names(whole)
        if names and whole.parts and (whole.parts[-1].failed or len(whole.parts) == len(names)):
            whole.parts.clear()  # torch begins again with a plainer container
        name = names[len(whole.parts)] if names else ""
        call = Collated(batch, whole.path + name)
        whole.parts.append(call)
        return call


@contextmanager
def seen(collate: Callable[..., Any]) -> Iterator[tuple[Callable[..., Any], CollateMap]]:
    """The collate function, and a map that is told what ``default_collate`` does in the block.

    A function of the user's may call ``default_collate`` itself, which reads the map from torch's
    module.
    """
    told = CollateMap(torchs.default_collate_fn_map)
    if collate is torchs.default_collate:
        yield lambda batch: torchs.collate(batch, collate_fn_map=told), told
    elif collate is torchs.default_convert:
        yield collate, told
    else:
        with _patching:
            before = torchs.default_collate_fn_map
            torchs.default_collate_fn_map = told
            try:
                yield collate, told
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
