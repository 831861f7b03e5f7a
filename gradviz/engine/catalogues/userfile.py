"""What a Python file of the user's defines: blocks, losses, optimizers, schedulers, and for data
datasets or whole loaders, transforms, samplers and collate functions.

A class or a typed function is one of them by what it is, as in PyTorch: an ``nn.Module`` is a
block, an ``optim.Optimizer`` an optimizer, another class with ``__call__`` a transform, a function
of ``batch`` or ``samples`` joins them. What begins with ``_``, or is not in the file's ``__all__``,
is left alone.
"""

from __future__ import annotations

import inspect
import keyword
import sys
import typing
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import msgspec
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset, Sampler

from gradviz.blocks.kinds import BlockKind, block_kind, names_in_pattern, tensors_of
from gradviz.blocks.modules import operation
from gradviz.data.tables import OF_SAMPLER, Collate, Transform
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.catalogue import Kind, described, form_of

TARGET = "target"
"""The last tensor that a loss takes, as torch's own losses call it."""
JOINED = ("batch", "samples")
"""The first argument of a collate function."""
SAMPLED = ("samples", "data_source", "dataset")
"""The first argument of a sampler, as people call it."""
TAKEN = sys.stdlib_module_names | {"torch", "numpy", "PIL", "safetensors", "gradviz"}
"""Modules that a file of the same name would hide from the exported code."""


class Entries(NamedTuple):
    """What a file adds to each table."""

    blocks: tuple[BlockKind, ...] = ()
    losses: tuple[Kind[nn.Module], ...] = ()
    optimizers: tuple[Kind[optim.Optimizer], ...] = ()
    schedulers: tuple[Kind[LRScheduler], ...] = ()
    datasets: tuple[Kind[Dataset[Any] | DataLoader[Any]], ...] = ()
    transforms: tuple[Kind[Transform], ...] = ()
    samplers: tuple[Kind[Sampler[Any]], ...] = ()
    collates: tuple[Kind[Collate], ...] = ()


def importable(file: Path) -> str:
    """The name by which other code imports the file. Raises `UsageError` if it has none."""
    name = file.stem
    if file.suffix != ".py" or not name.isidentifier() or keyword.iskeyword(name) or name in TAKEN:
        raise UsageError(
            N_("Python cannot import a file of this name beside other code"),
            where=str(file),
            mend=N_("call it something like my_blocks.py: letters, digits and _, not a module's"),
        )
    return name


def entries_of(module: ModuleType, home: str) -> Entries:
    """All that the file defines. Raises `UsageError` for what cannot be set from a project."""
    found: dict[str, list[Any]] = {field: [] for field in Entries._fields}
    for made in _own(module):
        try:
            sort, kind = _entry(made, home)
        except (TypeError, NameError, AttributeError, ValueError) as error:
            raise UsageError(
                N_("this cannot be set from a project: {reason}"),
                where=f"{module.__file__}: {made.__name__}",
                mend=N_("give each argument a type, or begin the name with _ to keep it out"),
                reason=error,
            ) from error
        if sort:
            found[sort].append(kind)
    return Entries(*(tuple(kinds) for kinds in found.values()))


def _own(module: ModuleType) -> Iterator[Any]:
    """The classes and functions that the file itself defines, in its order."""
    names = getattr(module, "__all__", None)
    for name, made in vars(module).items():
        chosen = name in names if names is not None else not name.startswith("_")
        own = isinstance(made, type | FunctionType) and made.__module__ == module.__name__
        if chosen and own and made.__name__ == name:
            yield made


def _entry(made: Any, home: str) -> tuple[str, Kind[Any] | None]:
    """The table that something belongs to, and its entry there; nothing for what is no entry."""
    if isinstance(made, type):
        return _class(made, home)
    gives = typing.get_type_hints(made).get("return")
    if inspect.isclass(gives) and issubclass(gives, Dataset | DataLoader):
        return "datasets", _plain(made, made, (), home)
    first = next(iter(inspect.signature(made).parameters), "")
    if first in JOINED:
        return "collates", _plain(made, _with_settings(made), (first,), home)
    tensors, variadic = tensors_of(made) if gives is not None else ((), False)
    if len(tensors) == 2 and tensors[-1] == TARGET and not variadic:
        return "losses", _plain(made, _loss_of(made), tensors, home)
    if tensors and _pattern(gives):
        return "blocks", block_kind(made, home, outputs=_pattern(gives), home=home)
    if inspect.isclass(gives) and issubclass(gives, Tensor | nn.Module) and not tensors:
        return "blocks", block_kind(made, home, home=home)
    return "", None


def _class(made: type, home: str) -> tuple[str, Kind[Any] | None]:
    if issubclass(made, optim.Optimizer):
        return "optimizers", _plain(made, made, ("params",), home)
    if issubclass(made, LRScheduler):
        return "schedulers", _plain(made, made, ("optimizer",), home)
    if issubclass(made, Dataset):
        return "datasets", _plain(made, made, (), home)
    if issubclass(made, Sampler):
        return "samplers", _sampler(made, home)
    if not issubclass(made, nn.Module):
        called = any("__call__" in vars(base) for base in made.__mro__)
        return ("transforms", _plain(made, made, (), home)) if called else ("", None)
    inputs, variadic = _inputs(made)
    if inputs[1:] == (TARGET,):
        return "losses", _plain(made, made, (), home)
    outputs = _pattern(typing.get_type_hints(made.forward).get("return")) or "y"
    summary, formulas = _described(made)
    return "blocks", BlockKind(
        name=made.__name__,
        group=home,
        make=made,
        form=_form(made, ()),
        summary=summary,
        inputs=inputs,
        outputs=names_in_pattern(outputs),
        taken_apart=outputs,
        variadic=variadic,
        formulas=formulas,
        home=home,
    )


def _plain(
    made: Callable[..., Any], make: Callable[..., Any], given: tuple[str, ...], home: str
) -> Kind[Any]:
    """An entry that is made with nothing but its settings and what is given."""
    summary, formulas = _described(made)
    return Kind(made.__name__, home, make, _form(made, given), summary, given, formulas, home)


def _sampler(made: type, home: str) -> Kind[Any]:
    """A sampler is given the samples as whatever its first argument is called."""
    names = tuple(inspect.signature(made).parameters)
    own = {"samples": names[0]} if names and names[0] in SAMPLED else {}
    own |= {name: name for name in OF_SAMPLER - {"samples"} if name in names}

    def make(**settings: Any) -> Any:
        return made(**{own.get(name, name): each for name, each in settings.items()})

    kind = _plain(made, make, tuple(own.values()), home)
    return msgspec.structs.replace(kind, given=tuple(own))


def _with_settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """What makes a collate function of one that takes settings after the samples."""
    return lambda **settings: partial(function, **settings) if settings else function


def _loss_of(function: Callable[..., Any]) -> Callable[..., nn.Module]:
    """What makes a module of a function of output and target."""
    return lambda **settings: operation(function)(settings)


def _described(made: Callable[..., Any]) -> tuple[str, tuple[str, ...]]:
    """The first paragraph of a docstring, and the formulas in the rest."""
    summary, lines = described(made)
    return summary, tuple(line for line in lines if " = " in line)


def _form(made: Any, given: tuple[str, ...]) -> type[msgspec.Struct]:
    """The settings of an entry, all of which JSON can say. Raises `TypeError`."""
    form = form_of(made, given)
    msgspec.json.schema(form)
    return form


def _inputs(made: type[nn.Module]) -> tuple[tuple[str, ...], bool]:
    """The arguments of ``forward`` that must be given, and whether they may be any number."""
    _, *parameters = inspect.signature(made.forward).parameters.values()
    several = [each for each in parameters if each.kind is each.VAR_POSITIONAL]
    needed = [
        each
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if several and needed:
        raise TypeError(f"forward takes both {needed[0].name} and *{several[0].name}")
    return tuple(each.name for each in several or needed), bool(several)


def _pattern(gives: Any) -> str:
    """How Python names what comes out: ``y``, or ``y1, (y2, y3)``; empty if it is no tensor."""
    if isinstance(gives, type) and issubclass(gives, tuple) and hasattr(gives, "_fields"):
        return ", ".join(gives._fields)
    if inspect.isclass(gives) and issubclass(gives, Tensor):
        return "y"
    counted = _numbered(gives, iter(range(1, 1000)))
    return counted.removeprefix("(").removesuffix(")")


def _numbered(gives: Any, numbers: Iterator[int]) -> str:
    if inspect.isclass(gives) and issubclass(gives, Tensor):
        return f"y{next(numbers)}"
    parts = typing.get_args(gives)
    if typing.get_origin(gives) is not tuple or Ellipsis in parts:
        return ""
    named = [_numbered(part, numbers) for part in parts]
    return f"({', '.join(named)})" if all(named) and len(named) > 1 else ""
