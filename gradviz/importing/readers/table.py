"""The table of readers, by the plain names of ops: ``torch.Tensor.add_`` is ``add``."""

from __future__ import annotations

from collections.abc import Callable

from gradviz.importing.nodes import Node, Part, Place, Reader, Said, Source, is_ref, settled

_READERS: dict[str, Reader] = {}


def reads(*names: str) -> Callable[[Reader], Reader]:
    """Decorator: the function is given the arguments of ops with these names, behind the place."""

    def register(reader: Reader) -> Reader:
        for name in names:
            _READERS[name] = reader
        return reader

    return register


def plain_name(name: str) -> str:
    """``torch.Tensor.__iadd__`` ▸ ``iadd``, ``torch.Tensor.T.__get__`` ▸ ``T``."""
    parts = name.split(".")
    last = parts[-2] if parts[-1] == "__get__" else parts[-1]
    return last.strip("_") if last.startswith("__") else last.rstrip("_")


def said(at: Place) -> tuple[Source, ...] | None:
    """What the op is in blocks, an entry for each of its results; None if it is none of them."""
    reader = _READERS.get(plain_name(at.op.name))
    if reader is None:
        return None
    try:
        found: Said = reader(at, *at.op.args, **at.op.kwargs)
    except (TypeError, IndexError, AttributeError):
        return None
    if found is None:
        return None
    entries = found if isinstance(found, tuple) else (found,)
    good = all(
        is_ref(each) or (isinstance(each, Node | Part) and settled(_of(each))) for each in entries
    )
    return entries if good and len(entries) == len(at.op.outputs) else None


def _of(entry: Node | Part) -> Node:
    return entry.node if isinstance(entry, Part) else entry
