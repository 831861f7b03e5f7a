"""Modules that stay Python code, each as a block of its own kind."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import torch
from msgspec import Struct
from torch import nn

from gradviz.code.written import written
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.importing.drafts import UnsaidError
from gradviz.importing.frames import Called, Ref
from gradviz.importing.names import free_title, title_of
from gradviz.importing.nodes import is_ref
from gradviz.importing.structure import parts_of, values_in
from gradviz.importing.words import GIVES, HOLDS, NAMELESS, NOTHING
from gradviz.spec.pythonmodule import PYTHON, TORCH, PythonModule
from gradviz.spec.results import UNUSED, names_of, results_of


class Source(Struct, frozen=True):
    """Where the imported module comes from: a file, and what makes it there. ``homes`` are the
    files of classes by the names of their Python modules, where Python does not know them.
    """

    file: str
    make: str
    homes: Mapping[str, str] = {}


def source_of(text: str) -> Source:
    """``net.py:Net(depth=3)`` taken apart. Raises `UsageError`."""
    file, colon, make = text.partition(f"{PYTHON}:")
    if not colon or not make:
        raise UsageError(
            N_("this names no module of a Python file"),
            where=text,
            mend=N_("write the file and what makes the module: net.py:Net, net.py:Net(depth=3)"),
        )
    return Source(str(Path(f"{file}{PYTHON}").resolve()), make)


class Remark(Struct, frozen=True):
    """A module that stayed Python code, by its name in the imported one, and why."""

    module: str
    why: str


class Wrapped(Struct, frozen=True):
    """A block that is to be: what it is fed at its ports, and the ports that it has behind it."""

    kind: str
    fed: tuple[tuple[str, Ref], ...]
    outputs: tuple[str, ...]


class NoFileError(UnsaidError):
    """No file is known that makes a module, so that it cannot stay Python code for itself."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(why)
        self.name = name


class Pythons:
    """The kinds that were made so far."""

    def __init__(self, source: Source | None, taken: set[str]) -> None:
        self._source = source
        self._taken = taken
        self.kinds: list[PythonModule] = []
        self.remarks: list[Remark] = []

    def wrapped(self, call: Called, why: str) -> Wrapped:
        """A block of the module as it is. Raises `UnsaidError` if it is called with what a project
        cannot hold, `NoFileError` for one of which no file is known.
        """
        fed, arguments = _given(call)
        outputs = _outputs(call)
        file, make, path = self._origin(call, why)
        name = free_title(title_of(call.module, call.name), self._taken)
        kind = PythonModule(
            name=name,
            file=file,
            make=make,
            path=path,
            inputs=tuple(port for port, _ in fed),
            outputs=call.pattern,
            arguments=arguments,
        )
        same = next((k for k in self.kinds if msgspec.structs.replace(k, name=name) == kind), None)
        if same is None or path:
            self.kinds.append(kind)
            self._taken.add(name)
            same = kind
        self.remarks.append(Remark(call.name, why))
        return Wrapped(same.name, fed, outputs)

    def _file_of(self, made: type) -> str | None:
        homes = self._source.homes if self._source else {}
        if "." not in made.__qualname__ and made.__module__ in homes:
            return homes[made.__module__]
        return file_of(made)

    def _origin(self, call: Called, why: str) -> tuple[str, str, str]:
        """The file, what to call in it, and the submodule of that."""
        if call.layer is not None:
            return TORCH, written(call.layer.kind, call.layer.settings).text.removeprefix("nn."), ""
        made = constructed(call.module)
        file = self._file_of(type(call.module))
        if made is not None and file is not None:
            return file, made, ""
        if self._source is not None:
            return self._source.file, self._source.make, call.name
        raise NoFileError(why, type(call.module).__name__)


def constructed(module: nn.Module) -> str | None:
    """``Block(64, heads=4)``: the call of its class that makes such a module, if its attributes
    tell it.
    """
    made = type(module)
    try:
        parameters = list(inspect.signature(made).parameters.values())
    except (TypeError, ValueError):
        return None
    arguments = []
    for each in parameters:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            return None
        value = vars(module).get(each.name, each.default)
        if value is each.empty or not _is_literal(value):
            return None
        if value != each.default or type(value) is not type(each.default):
            arguments.append((each.name, value))
    try:
        with torch.random.fork_rng(devices=[]):
            again = made(**dict(arguments))
    except Exception:  # noqa: BLE001 - code of the user's may raise anything
        return None
    if _state(again) != _state(module) or repr(again) != repr(module):
        return None
    return f"{made.__qualname__}({', '.join(f'{name}={value!r}' for name, value in arguments)})"


def file_of(made: type) -> str | None:
    """The file that defines a class, or the installed module that does; None for a class that no
    file defines at its outermost level.
    """
    if "." in made.__qualname__:
        return None
    if made.__module__ == "torch.nn" or made.__module__.startswith("torch.nn."):
        return "torch.nn" if getattr(nn, made.__name__, None) is made else made.__module__
    try:
        file = inspect.getsourcefile(made)
    except (TypeError, OSError):
        return None
    if file is None or not Path(file).is_file():
        return None
    parts = Path(file).parts
    installed = "site-packages" in parts or "dist-packages" in parts
    known = sys.modules.get(made.__module__)
    return made.__module__ if installed and known is not None else file


def _state(module: nn.Module) -> dict[str, tuple[object, ...]]:
    return {name: (each.shape, each.dtype) for name, each in module.state_dict().items()}


def _is_literal(value: object) -> bool:
    return all(
        each is None or isinstance(each, bool | int | float | str) for each in values_in(value)
    ) and (parts_of(value) is None or isinstance(value, list | tuple | dict))


def _given(call: Called) -> tuple[tuple[tuple[str, Ref], ...], dict[str, Any]]:
    try:
        bound = inspect.signature(call.module.forward).bind(*call.args, **call.kwargs)
    except (TypeError, ValueError):
        raise UnsaidError(NAMELESS) from None
    fed: list[tuple[str, Ref]] = []
    arguments: dict[str, Any] = {}
    for name, value in _each_argument(bound):
        default = getattr(bound.signature.parameters.get(name), "default", None)
        if is_ref(value):
            fed.append((name, value))
        elif not _is_literal(value):
            raise UnsaidError(HOLDS)
        elif value != default:
            arguments[name] = list(value) if isinstance(value, tuple) else value
    return tuple(fed), arguments


def _each_argument(bound: inspect.BoundArguments) -> Iterator[tuple[str, Any]]:
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            yield from value.items()
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            yield from ((f"{name}{i}", each) for i, each in enumerate(value))
        else:
            yield name, value


def _outputs(call: Called) -> tuple[str, ...]:
    """The ports of what comes out. Raises `UnsaidError` if nothing does, or what is no tensor."""
    if call.pattern == UNUSED:
        raise UnsaidError(NOTHING)
    names = names_of(results_of(call.pattern))
    if len(names) != len(call.outputs):
        raise UnsaidError(GIVES)
    return names
