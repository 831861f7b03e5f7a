"""What blocks, ports and composites are called after the code that they come from."""

from __future__ import annotations

import inspect
import keyword
import re
from collections.abc import Collection, Iterator
from itertools import chain, count
from typing import Any

from torch import nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.editing.naming import free_name, stem_of
from gradviz.engine.building.blockmodel import Repeated
from gradviz.importing.nodes import is_ref
from gradviz.importing.structure import parts_of, values_in
from gradviz.spec.reserved import OF_ARGUMENTS, OF_CLASSES

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def identifier(text: str, otherwise: str) -> str:
    """The text as a name, if it can be made one."""
    name = re.sub(r"\W+", "_", text).strip("_")
    plain = name.isidentifier() and not keyword.iskeyword(name) and name.isascii()
    return name if plain else otherwise


def block_name(path: str, kind: str, taken: Collection[str]) -> str:
    """A name for the block of a module: that of its attribute, or else after its kind."""
    name = identifier(path.replace(".", "_"), stem_of(kind))
    return free_name(f"{name}_" if name in OF_ARGUMENTS else name, taken)


def title_of(module: nn.Module, name: str) -> str:
    """The name of a module's class; of a container, that of the attribute that it is."""
    if not isinstance(module, (*_CONTAINERS, Repeated)):
        return identifier(type(module).__name__, "Part")
    parts = [part for part in name.split(".") if not part.isdigit()]
    words = re.sub(r"_?\d+$", "", parts[-1]).split("_") if parts else []
    return identifier("".join(word[:1].upper() + word[1:] for word in words), "Sequence")


def free_title(title: str, taken: Collection[str]) -> str:
    """A name for a composite or a Python block that neither block nor Python has already."""
    name = f"{title}Block" if title in BLOCKS or title in OF_CLASSES else title
    numbers = chain([""], map(str, count(2)))
    return next(free for n in numbers if (free := f"{name}{n}") not in taken and free not in BLOCKS)


def is_container(module: nn.Module) -> bool:
    """Whether the module only holds others."""
    return type(module) in _CONTAINERS or isinstance(module, Repeated)


def input_names(module: nn.Module, args: Any, kwargs: Any, count: int) -> list[str]:
    """The names of the tensors that a call was given, after the arguments of ``forward``."""
    names: dict[int, str] = {}
    seen: set[Any] = set()
    for name, ref in given_by_name(module, args, kwargs):
        if is_ref(ref) and ref not in seen:
            seen.add(ref)
            names[len(names)] = name
    return [names.get(i, f"x{i}") for i in range(count)]


def given_by_name(module: nn.Module, args: Any, kwargs: Any) -> Iterator[tuple[str, Any]]:
    """What a call was given, each value by the name of its argument."""
    try:
        bound = inspect.signature(module.forward).bind(*args, **kwargs)
    except (TypeError, ValueError):
        given: dict[str, Any] = {f"x{i}": each for i, each in enumerate(args)} | kwargs
    else:
        given = dict(bound.arguments)
    for name, value in given.items():
        yield from _flat(name, value)


def usual(module: nn.Module, args: Any, kwargs: Any) -> bool:
    """Whether all that a call was given beside tensors is as it would be anyway."""
    signature = inspect.signature(module.forward)
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return False
    return all(
        all(is_ref(each) for each in values_in(value))
        or value == signature.parameters[name].default
        for name, value in bound.items()
    )


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    parts = parts_of(value)
    if parts is None:
        yield name, value
        return
    for key, each in parts.items():
        yield from _flat(key if isinstance(key, str) else f"{name}_{key}", each)


def output_names(result: Any) -> list[str]:
    """The names of the tensors that a call gave."""
    found = [name for name, value in _flat("y", result) if is_ref(value)]
    return ["y"] if len(found) == 1 and found[0].startswith("y") else found
