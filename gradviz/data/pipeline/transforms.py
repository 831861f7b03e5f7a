"""The transforms of a dataset, with a note of what each was given and what it gave.

They are where torchvision has them: in the attributes ``transform``, ``target_transform`` and
``transforms`` of the dataset, one by one in what composes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn

from gradviz.data.pipeline.contents import as_it_is
from gradviz.data.pipeline.raw import RAISED, Applied, RawBatch
from gradviz.data.pipeline.samples import lowest
from gradviz.trace.pipeline import Branch

PLACES: dict[str, Branch] = {
    "transform": "input",
    "target_transform": "target",
    "transforms": "sample",
}

Put = tuple[Any, Any, Any]
"""A place that holds a transform: a dict or a list, its key, and what is there."""


class Step:
    """A transform that is no module, in the place of the user's."""

    def __init__(self, function: Callable[..., Any], branch: Branch, raw: RawBatch) -> None:
        self._function = function
        self._told = (name_of(function), branch, function)
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        first = given[0] if len(given) == 1 else given
        raw, before = self._raw, as_it_is(first)
        name, branch, function = self._told
        try:
            made = function(*given, **named)
        except BaseException:
            raw.applied.append(
                Applied(raw.place, name, branch, function, id(first), before, RAISED)
            )
            raise
        raw.applied.append(Applied(raw.place, name, branch, function, id(first), before, made))
        return made


class Transforms:
    """Where the transforms of a dataset are, found once."""

    def __init__(self, dataset: Any) -> None:
        self.places: list[tuple[Put, Branch]] = []
        self.modules: list[tuple[nn.Module, Branch]] = []
        self._seen: set[int] = set()
        for each in lowest(dataset):
            self._find_in(each)

    def __bool__(self) -> bool:
        return bool(self.places or self.modules)

    @contextmanager
    def watched(self, raw: RawBatch) -> Iterator[None]:
        """The block notes each transform that runs; afterwards all are as they were."""
        with ExitStack() as stack:
            for (held, key, function), branch in self.places:
                held[key] = Step(function, branch, raw)
                stack.callback(held.__setitem__, key, function)
            for module, branch in self.modules:
                for handle in _hooked(module, branch, raw):
                    stack.callback(handle.remove)
            yield

    def _find_in(self, owner: Any) -> None:
        """The transforms that an object holds in attributes of its own."""
        held = getattr(owner, "__dict__", {})
        for name, branch in PLACES.items():
            if name in held and callable(held[name]):
                self._find(held, name, branch)

    def _find(self, held: Any, key: Any, branch: Branch) -> None:
        transform = held[key]
        if id(transform) in self._seen and isinstance(transform, nn.Module):
            return
        self._seen.add(id(transform))
        steps = getattr(transform, "transforms", None)
        if isinstance(transform, nn.Sequential | nn.ModuleList):
            for child in transform:
                self.modules.append((child, branch))
        elif isinstance(steps, list | nn.ModuleList) and callable(transform):
            for place, step in enumerate(steps):
                if isinstance(steps, list) and callable(step):
                    self._find(steps, place, branch)
                elif isinstance(step, nn.Module):
                    self.modules.append((step, branch))
        elif branch == "sample" and PLACES.keys() & set(getattr(transform, "__dict__", ())):
            self._find_in(transform)
        elif isinstance(transform, nn.Module):
            self.modules.append((transform, branch))
        else:
            self.places.append(((held, key, transform), branch))


def name_of(function: Callable[..., Any]) -> str:
    """What a reader calls it: the name of a function, the class of an object."""
    return getattr(function, "__qualname__", "") or type(function).__name__


def _hooked(module: nn.Module, branch: Branch, raw: RawBatch) -> Iterator[Any]:
    """Hooks that note what a module is given and gives."""
    open_calls: list[tuple[Any, Any]] = []

    def begins(_module: nn.Module, given: tuple[Any, ...]) -> None:
        open_calls.append((_lone(given), as_it_is(_lone(given))))

    def ends(_module: nn.Module, _given: tuple[Any, ...], made: Any) -> None:
        given, before = open_calls.pop()
        told = (name_of(module), branch, module)
        made = RAISED if made is None else made
        raw.applied.append(Applied(raw.place, *told, id(given), before, made))

    yield module.register_forward_pre_hook(begins)
    yield module.register_forward_hook(ends, always_call=True)


def _lone(given: tuple[Any, ...]) -> Any:
    return given[0] if len(given) == 1 else given
