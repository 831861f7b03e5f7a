"""A module of the user's as a block: made as their own code makes it, called with tensors alone."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Container, Mapping
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from gradviz.blocks.kinds import BlockKind
from gradviz.engine.catalogues.program import Program
from gradviz.engine.catalogues.takenapart import taken_apart
from gradviz.engine.loop.seed import seeded
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.catalogue import described
from gradviz.spec.model import Setting
from gradviz.spec.pythonmodule import TORCH, PythonModule
from gradviz.spec.results import names_of

_ORDERED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class PythonKind(BlockKind, frozen=True, kw_only=True):
    """A block that is one module of the user's. It has no settings: they stand in ``wrapped``."""

    wrapped: PythonModule

    def module(self, settings: Mapping[str, Setting], *, where: str) -> nn.Module:
        """The module itself, made anew. It takes the tensors in the order of the ports, and gives
        those of its results in a tuple. Raises `BuildError`.
        """
        self.checked(settings, where=where)
        made = self.make()
        assert isinstance(made, nn.Module)
        return _adapted(made, self.wrapped)


@dataclass(frozen=True)
class Made:
    """What makes the module: the same for the same code and the same ``text`` of what is wanted."""

    program: Program | None
    module: Any
    text: bytes

    @property
    def wrapped(self) -> PythonModule:
        """What is wanted."""
        return msgspec.json.decode(self.text, type=PythonModule)

    @property
    def is_copied(self) -> bool:
        """Whether the whole is an object that is there already."""
        wrapped = self.wrapped
        found = found_in(self.module, wrapped, self.program)
        return isinstance(found, nn.Module) and not wrapped.making.called

    def whole(self) -> nn.Module:
        """What the module is a part of, new each time. Raises `BuildError`."""
        wrapped = self.wrapped
        with self.program.importing() if self.program else nullcontext():
            return _whole(found_in(self.module, wrapped, self.program), wrapped)

    def __call__(self) -> nn.Module:
        """The module, new each time. Raises `BuildError`."""
        return _part(self.whole(), self.wrapped)


def python_kind(
    wrapped: PythonModule, module: Any, *, home: str, program: Program | None
) -> PythonKind:
    """The block. Raises `BuildError` if the file has nothing of that name."""
    found = found_in(module, wrapped, program)
    summary, lines = described(found) if inspect.isclass(found) and not wrapped.path else ("", ())
    made = Made(program, module, msgspec.json.encode(wrapped))
    return PythonKind(
        name=wrapped.name,
        group=home,
        make=made,
        form=msgspec.defstruct(wrapped.name, [], forbid_unknown_fields=True, frozen=True),
        summary=summary or _summary(wrapped),
        inputs=wrapped.inputs,
        outputs=names_of(wrapped.results),
        taken_apart=wrapped.outputs,
        formulas=tuple(line for line in lines if " = " in line),
        home=home,
        wrapped=wrapped,
    )


def found_in(module: Any, wrapped: PythonModule, program: Program | None) -> Any:
    """What makes the whole: a class, a function or an object. Raises `BuildError`."""
    found = module
    for name in wrapped.making.names:
        if not hasattr(found, name):
            raise BuildError(
                N_("there is no “{name}” in it"),
                where=_place(wrapped),
                mend=N_("take one of: {known}"),
                name=name,
                known=_some(sorted(_makers(found))),
            )
        found = getattr(found, name)
    names = program.names if program else {module.__name__}
    if _may_make(found, names, wrapped):
        return found
    raise BuildError(
        N_("“{name}” is no module of it, and nothing that it defines"),
        where=_place(wrapped),
        mend=N_("take one of: {known}"),
        name=".".join(wrapped.making.names),
        known=_some(sorted(_makers(module))),
    )


def _may_make(found: Any, names: Container[str], wrapped: PythonModule) -> bool:
    """Whether it may be called with what a project says: no code may that nobody agreed to, nor a
    function of a library that is for something else.
    """
    if isinstance(found, nn.Module) or _is_module_class(found):
        return True
    if wrapped.file == TORCH or getattr(found, "__module__", None) not in names:
        return False
    return callable(found) and (wrapped.is_file or _gives_module(found))


def _gives_module(function: Callable[..., Any]) -> bool:
    """Whether a function's annotation says that it makes a module."""
    try:
        return _is_module_class(typing.get_type_hints(function).get("return"))
    except (NameError, TypeError, AttributeError):
        return False


def ordered(wrapped: PythonModule, forward: Callable[..., Any]) -> int:
    """How many of the inputs, from the first on, are given by their places and not by their names.
    One that ``forward`` calls otherwise can be what it must have at that place.

    Raises `BuildError` for an argument that ``forward`` does not have, or that it wants besides.
    """
    try:
        parameters = inspect.signature(forward).parameters
    except ValueError:  # a module that torch traced: it takes tensors by their places
        return len(wrapped.inputs)
    inputs, count = wrapped.inputs, 0
    places = [name for name, each in parameters.items() if each.kind in _ORDERED]
    while count < min(len(inputs), len(places)):
        place, name = places[count], inputs[count]
        free = name not in parameters and place not in (*inputs, *wrapped.arguments)
        if name != place and not (free and parameters[place].default is inspect.Parameter.empty):
            break
        count += 1
    kinds = {each.kind for each in parameters.values()}
    keywords = {
        name
        for name, each in parameters.items()
        if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    }
    by_name = keywords.__contains__
    if inspect.Parameter.VAR_POSITIONAL in kinds and count == len(places):
        while count < len(inputs) and not by_name(inputs[count]):
            count += 1
    named = (*inputs[count:], *wrapped.arguments)
    unknown = [name for name in named if not by_name(name)]
    if unknown and inspect.Parameter.VAR_KEYWORD not in kinds:
        raise BuildError(
            N_("its forward has no argument “{name}”"),
            where=_place(wrapped),
            mend=N_("it takes: {known}"),
            name=unknown[0],
            known=", ".join(parameters),
        )
    given = {*inputs, *wrapped.arguments, *places[:count]}
    for name, each in parameters.items():
        wanted = each.default is each.empty and each.kind in (*_ORDERED, each.KEYWORD_ONLY)
        if wanted and name not in given:
            raise BuildError(
                N_("its forward also wants “{name}”"),
                where=_place(wrapped),
                mend=N_("name it among the inputs if it is a tensor, else among the arguments"),
                name=name,
            )
    return count


def _part(whole: nn.Module, wrapped: PythonModule) -> nn.Module:
    known: dict[str, nn.Module] = dict(whole.named_modules(remove_duplicate=False))
    if wrapped.path in known:
        return known[wrapped.path]
    raise BuildError(
        N_("{make} has no submodule “{path}”"),
        where=_place(wrapped),
        mend=N_("take one of: {known}"),
        make=wrapped.make,
        path=wrapped.path,
        known=_some([name for name in known if name]),
    )


class Use(NamedTuple):
    """How Python code comes to a module and calls it: ``ordered`` inputs are given by their places,
    and numbers in its path are indices if ``indexed``.
    """

    ordered: int
    indexed: bool


@lru_cache(maxsize=256)
def use_of(make: Made) -> Use:
    """How a module is used, for which it is made; what that draws is put back."""
    with seeded(0):
        try:
            with torch.device("meta"):
                whole = make.whole()
        except Exception:  # noqa: BLE001 - the user's own code may raise anything there
            whole = make.whole()
    path = make.wrapped.path
    parts = path.split(".")
    before = (".".join(parts[:i]) for i, part in enumerate(parts) if part.isdigit())
    rows = map(whole.get_submodule, before)
    indexed = all(isinstance(each, nn.Sequential | nn.ModuleList) for each in rows)
    return Use(ordered(make.wrapped, _part(whole, make.wrapped).forward), indexed)


def _whole(found: Any, wrapped: PythonModule) -> nn.Module:
    making = wrapped.making
    if isinstance(found, nn.Module) and not making.called:
        return deepcopy(found)
    try:
        made = found(*deepcopy(making.arguments), **deepcopy(dict(making.keywords)))
    except Exception as error:
        raise BuildError(
            N_("{make} cannot be made: {error}: {reason}"),
            where=_place(wrapped),
            mend=N_("give it what it takes, or mend the file"),
            make=wrapped.make,
            error=type(error).__name__,
            reason=str(error).partition("\n")[0],
        ) from error
    if isinstance(made, nn.Module):
        return made
    raise BuildError(
        N_("{make} gives {got}, and no nn.Module"),
        where=_place(wrapped),
        mend=N_("name what makes a module"),
        make=wrapped.make,
        got=type(made).__name__,
    )


def _adapted(module: nn.Module, wrapped: PythonModule) -> nn.Module:
    """The module with a call that takes tensors and gives tensors. It is of a class of the same
    name, so that parameters, hooks and ``repr`` are the user's own.
    """
    if any(map(is_lazy, (*module.parameters(), *module.buffers()))):
        raise BuildError(
            N_("{make} learns the shapes of its parameters from its first batch"),
            where=_place(wrapped),
            mend=N_("give its layers their sizes: Linear instead of LazyLinear"),
            make=wrapped.make,
        )
    of, count, results = type(module), ordered(wrapped, module.forward), wrapped.results
    running = False

    def call(self: nn.Module, *tensors: Tensor, **more: Any) -> Any:
        nonlocal running
        if running:  # it calls itself
            return of.__call__(self, *tensors, **more)
        named = dict(zip(wrapped.inputs[count:], tensors[count:], strict=True))
        running = True
        try:
            found = of.__call__(self, *tensors[:count], **named, **deepcopy(wrapped.arguments))
        finally:
            running = False
        return taken_apart(found, results)

    names = {"__module__": of.__module__, "__qualname__": of.__qualname__, "__call__": call}
    metaclass: Any = type(of)
    module.__class__ = metaclass(of.__name__, (of,), names)
    return module


def _makers(found: Any) -> list[str]:
    """What in a file could make a module."""
    return [
        name
        for name, each in vars(found).items()
        if not name.startswith("_")
        and (isinstance(each, nn.Module) or inspect.isfunction(each) or _is_module_class(each))
    ]


def _is_module_class(each: Any) -> bool:
    return inspect.isclass(each) and issubclass(each, nn.Module)


def _summary(wrapped: PythonModule) -> str:
    return f"{wrapped.make}.{wrapped.path}" if wrapped.path else wrapped.make


def _some(names: list[str]) -> str:
    return ", ".join([*names[:8], "…"] if len(names) > 8 else names) or "-"


def _place(wrapped: PythonModule) -> str:
    return f"{wrapped.file}: {wrapped.name}"
