"""What a block is: one function, and what its signature and docstring say of it.

A function that takes tensors is an operation: its body is what runs. One that gives a module is a
layer, one that does neither a source: a tensor that the model has, and trains if it is a Parameter.
"""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from msgspec.structs import replace
from torch import Tensor, nn

from gradviz.blocks.modules import Source, operation
from gradviz.errors import ExpressionError
from gradviz.parsing import parsed
from gradviz.spec.catalogue import Kind, Table, described, form_of
from gradviz.spec.model import Setting

Sort: TypeAlias = Literal["layer", "operation", "source"]
Make: TypeAlias = Callable[..., object]


class BlockKind(Kind[object], frozen=True):
    """One block of the catalogue.

    ``inputs`` and ``outputs`` are its ports, in the order of arguments and results; a ``variadic``
    one takes any number of tensors. ``taken_apart`` is how Python names its results, nested as they
    are: ``output, (h, c)``. ``wants`` is the shape that it needs, a template over its settings.
    A source that ``learns`` is a Parameter. ``code`` is the setting of an operation that is itself
    an expression over its inputs, and ``check`` what reads that.
    """

    sort: Sort = "layer"
    learns: bool = False
    inputs: tuple[str, ...] = ("x",)
    outputs: tuple[str, ...] = ("y",)
    taken_apart: str = "y"
    variadic: bool = False
    wants: str = ""
    code: str = ""
    check: Callable[[str], object] | None = None

    def checked(self, settings: Mapping[str, Setting], *, where: str) -> dict[str, object]:
        """All settings with their defaults; raises `BuildError` for a wrong one."""
        found = super().checked(settings, where=where)
        if self.code:
            self.check_code(str(found[self.code]), where=where)
        return found

    def check_code(self, expression: str, *, where: str) -> None:
        """Raise `BuildError` for an expression that its setting cannot be."""
        if self.check is not None:
            try:
                self.check(expression)
            except ExpressionError as error:
                raise error.at(where) from error

    def module(self, settings: Mapping[str, Setting], *, where: str) -> nn.Module:
        """The block as a module. Raises `BuildError` for a wrong setting."""
        checked = self.checked(settings, where=where)
        if self.sort == "operation":
            return operation(self.make)(checked)
        made = self.make(**checked)
        if isinstance(made, nn.Module):
            return made
        assert isinstance(made, Tensor)
        return Source(made)


class Blocks(Table[BlockKind]):
    """All blocks, by name."""

    def add(
        self,
        group: str,
        *,
        inputs: tuple[str, ...] = ("x",),
        outputs: str = "y",
        wants: str = "",
        code: str = "",
        check: Callable[[str], object] | None = None,
    ) -> Callable[[Make], Make]:
        """Decorator: the function becomes a block. The inputs of an operation are its tensors."""

        def register(make: Make) -> Make:
            kind = block_kind(make, group, inputs=inputs, outputs=outputs, wants=wants)
            self.keep(replace(kind, code=code, check=check))
            return make

        return register


def block_kind(
    make: Make,
    group: str,
    *,
    inputs: tuple[str, ...] = ("x",),
    outputs: str = "y",
    wants: str = "",
    home: str = "",
) -> BlockKind:
    """A function as a block. The inputs of an operation are its tensors."""
    tensors, variadic = tensors_of(make)
    sort = _sort(make, tensors)
    summary, formulas = described(make)
    return BlockKind(
        name=make.__name__,
        group=group,
        make=make,
        form=form_of(make, tensors),
        summary=summary,
        given=tensors,
        sort=sort,
        learns=typing.get_type_hints(make)["return"] is nn.Parameter,
        inputs=tensors or (() if sort == "source" else inputs),
        outputs=names_in_pattern(outputs),
        taken_apart=outputs,
        variadic=variadic,
        wants=wants,
        formulas=formulas,
        home=home,
    )


def names_in_pattern(pattern: str) -> tuple[str, ...]:
    """The names in ``output, (h, c)``, from left to right."""
    return _names(parsed(pattern, "eval").body)


def tensors_of(make: Make) -> tuple[tuple[str, ...], bool]:
    """The arguments that are tensors, and whether they may be any number."""
    hints = typing.get_type_hints(make)
    parameters = inspect.signature(make).parameters.values()
    found = [each for each in parameters if hints.get(each.name) is Tensor]
    variadic = any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in found)
    return tuple(each.name for each in found), variadic


def _sort(make: Make, tensors: tuple[str, ...]) -> Sort:
    if tensors:
        return "operation"
    made = typing.get_type_hints(make)["return"]
    return "layer" if issubclass(made, nn.Module) else "source"


def _names(pattern: ast.expr) -> tuple[str, ...]:
    if isinstance(pattern, ast.Tuple):
        return tuple(name for part in pattern.elts for name in _names(part))
    assert isinstance(pattern, ast.Name)
    return (pattern.id,)
