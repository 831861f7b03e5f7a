"""The results of a module, taken apart as its pattern says; and the pattern that fits results."""

from __future__ import annotations

import dataclasses
import keyword
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from torch import Tensor

from gradviz.errors import WrongValueError
from gradviz.i18n import N_
from gradviz.spec.results import UNUSED, Keys, Leaf, Results, Row


def taken_apart(found: Any, results: Results) -> tuple[Tensor, ...]:
    """The tensors in what a module gives. Raises `WrongValueError` where it is something else."""
    return tuple(_tensors(found, results))


def pattern_of(found: Any) -> str:
    """How these results are taken apart: ``y``, or ``y1, (y2, _)``, or ``{logits, aux}``. What is
    no tensor is left out, and results without any are ``_``.
    """
    if isinstance(found, Tensor):
        return "y"
    pattern = _pattern(found, _Names())
    return pattern[1:-1] if pattern.startswith("(") and not pattern.endswith(",)") else pattern


def _tensors(found: Any, results: Results) -> Iterator[Tensor]:
    if isinstance(results, Leaf):
        if results.name != UNUSED:
            if not isinstance(found, Tensor):
                raise _unlike(f"Tensor ({results.name})", found)
            yield found
    elif isinstance(results, Row):
        if not isinstance(found, tuple | list) or len(found) != len(results.parts):
            raise _unlike(f"tuple[{len(results.parts)}]", found)
        for part, inner in zip(found, results.parts, strict=True):
            yield from _tensors(part, inner)
    else:
        for name, inner in results.parts:
            yield from _tensors(_part(found, name, results), inner)


def _part(found: Any, name: str, results: Results) -> Any:
    if isinstance(results, Keys):
        if isinstance(found, Mapping) and name in found:
            return found[name]
        raise _unlike(f"dict[{name!r}]", found)
    if not hasattr(found, name):
        raise _unlike(f"object.{name}", found)
    return getattr(found, name)


def _unlike(wanted: str, found: Any) -> WrongValueError:
    return WrongValueError(
        N_("its outputs say {wanted}, and it gives {got}"),
        mend=N_("write its outputs as they are: {pattern}"),
        wanted=wanted,
        got=_told(found),
        pattern=pattern_of(found),
    )


def _told(found: Any) -> str:
    name = type(found).__name__
    if isinstance(found, Mapping):
        return f"{name}[{', '.join(map(str, found))}]"
    return f"{name}[{len(found)}]" if isinstance(found, tuple | list) else name


class _Names:
    """Names for tensors, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._count = 0

    def next(self, wanted: str = "") -> str:
        """The wanted name if it is a free one, else ``y1``, ``y2`` and so on."""
        name = wanted if _is_name(wanted) else ""
        while not name or name in self._taken:
            self._count += 1
            name = f"y{self._count}"
        self._taken.add(name)
        return name


def _pattern(found: Any, names: _Names, wanted: str = "") -> str:
    if isinstance(found, Tensor):
        return names.next(wanted)
    if isinstance(found, Mapping):
        parts = _named(found.items(), names)
        short = all(name == part for name, part in parts)
        whole = [name if short else f"{_key(name)}: {part}" for name, part in parts]
        return f"{{{', '.join(whole)}}}" if whole else UNUSED
    if isinstance(found, tuple | list):
        fields = getattr(found, "_fields", [""] * len(found))
        row = [_pattern(part, names, field) for part, field in zip(found, fields, strict=True)]
        tensors = any(part != UNUSED for part in row)
        return f"({', '.join(row)}{',' * (len(row) == 1)})" if tensors else UNUSED
    if dataclasses.is_dataclass(found):
        each = dataclasses.fields(found)
        parts = _named(((field.name, getattr(found, field.name)) for field in each), names)
        short = all(name == part for name, part in parts)
        whole = [name if short else f"{name}={part}" for name, part in parts]
        return f"{type(found).__name__}({', '.join(whole)})" if whole else UNUSED
    return UNUSED


def _named(found: Iterable[tuple[Any, Any]], names: _Names) -> list[tuple[str, str]]:
    """The parts that have tensors, by their names."""
    parts = [(name, _pattern(part, names, name)) for name, part in found if isinstance(name, str)]
    return [(name, part) for name, part in parts if part != UNUSED]


def _key(name: str) -> str:
    return name if _is_name(name) else repr(name)


def _is_name(name: str) -> bool:
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return plain and not name.startswith("__") and name != UNUSED
