"""How a block is written in Python: its function's own body with its settings put in.

So the code does what the block does; nothing is said twice.
"""

from __future__ import annotations

import ast
import copy
import inspect
import math
import re
import textwrap
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from gradviz.blocks.kinds import BlockKind
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.catalogue import Kind
from gradviz.spec.formula import is_formula
from gradviz.spec.letters import letters
from gradviz.spec.model import Setting
from gradviz.spec.tensorexpression import with_names

LARGEST = 2**63 - 1
"""The largest whole number of torch's; the settings that may be larger are no whole ones."""


class Written(Struct, frozen=True):
    """An expression, and the definitions of ours that it needs, by name."""

    text: str
    needs: Mapping[str, str] = {}


def expression_of(setting: Setting) -> ast.expr:
    """A setting as an expression; a formula as it is."""
    if is_formula(setting):
        return parsed(str(setting)[1:].strip(), "eval").body
    if isinstance(setting, int) and abs(setting) > LARGEST:
        return ast.Constant(float(setting))
    if isinstance(setting, float) and not math.isfinite(setting):
        return parsed(f'float("{setting}")', "eval").body
    if isinstance(setting, list | tuple):
        return ast.Tuple([expression_of(part) for part in setting], ast.Load())
    return parsed(repr(setting), "eval").body


def text_of(setting: Setting) -> str:
    """A setting as it is written."""
    return ast.unparse(expression_of(setting))


def type_of(setting: Setting | tuple[Any, ...]) -> str:
    """The type of a setting as an annotation says it."""
    if not isinstance(setting, list | tuple):
        return "None" if setting is None else type(setting).__name__
    parts = dict.fromkeys("int" if is_formula(part) else type_of(part) for part in setting)
    return f"tuple[{' | '.join(parts) or 'int'}, ...]"


def written(
    kind: Kind[Any],
    settings: Mapping[str, Setting],
    given: Mapping[str, str | Sequence[str]] | None = None,
) -> Written:
    """An entry of a catalogue as an expression. ``given`` are the names of variables for what a
    project does not set; several for an operation that takes any number.
    """
    if kind.home:
        return Written(_imported(kind, settings, given or {}))
    known = {name: expression_of(setting) for name, setting in _all(kind, settings).items()}
    for name, variable in (given or {}).items():
        known[name] = _variable(variable)
    body = _body(kind.make)
    if body is None:
        return _as_function(kind, settings, given or {})
    needs: dict[str, str] = {}
    tree = _Filling(known, kind.make, needs).visit(copy.deepcopy(body))
    return Written(ast.unparse(ast.fix_missing_locations(tree)), needs)


def as_written(kind: BlockKind, settings: Mapping[str, Setting], fed: Sequence[str]) -> str:
    """An operation whose setting is its expression, with the names of what it is fed. Raises
    `BuildError` for an expression that a formula makes.
    """
    expression = {**kind.defaults(), **settings}[kind.code]
    if is_formula(expression):
        raise BuildError(
            N_("“{formula}” makes an expression, which code cannot be written of"),
            where=kind.name,
            mend=N_("write the expression itself"),
            formula=expression,
        )
    return with_names(str(expression), dict(zip(letters(), fed, strict=False)))


def _all(kind: Kind[Any], settings: Mapping[str, Setting]) -> dict[str, Any]:
    """The settings with the defaults of those that are not there."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(kind.make).parameters.items()
        if name not in kind.given and parameter.default is not parameter.empty
    }
    return {**defaults, **settings}


def _variable(name: str | Sequence[str]) -> ast.expr:
    if isinstance(name, str):
        return parsed(name, "eval").body
    return ast.List([_variable(each) for each in name], ast.Load())


def _imported(
    kind: Kind[Any], settings: Mapping[str, Setting], given: Mapping[str, str | Sequence[str]]
) -> str:
    """A call of what is imported from a file of the user's, with its settings by their names."""
    types = {field.name: field.type for field in msgspec.structs.fields(kind.form)}
    fed = [each if isinstance(each, str) else ", ".join(each) for each in given.values()]
    rest = [
        f"{name}={ast.unparse(_typed(expression_of(setting), types[name]))}"
        for name, setting in settings.items()
    ]
    return f"{kind.name}({', '.join([*fed, *rest])})"


def _typed(written: ast.expr, wanted: object) -> ast.expr:
    """A list where the signature asks for one, since the file may change it."""
    is_list = wanted is list or typing.get_origin(wanted) is list
    if is_list and isinstance(written, ast.Tuple):
        return ast.List(written.elts, ast.Load())
    return written


def function_name(kind: Kind[Any]) -> str:
    """``random_tensors`` of RandomTensors."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.name).lower()


def as_function(kind: Kind[Any]) -> ast.FunctionDef:
    """The entry's own function, without what only the catalogue needs."""
    definition = _definition(kind.make)
    definition.name = function_name(kind)
    definition.decorator_list = []
    return definition


def _as_function(
    kind: Kind[Any], settings: Mapping[str, Setting], given: Mapping[str, str | Sequence[str]]
) -> Written:
    """A block of several lines is written as a function, and called."""
    definition = as_function(kind)
    name = definition.name
    tensors = [
        ast.unparse(_variable(each)) if isinstance(each, str) else ", ".join(each)
        for each in given.values()
    ]
    rest = [f"{key}={text_of(setting)}" for key, setting in settings.items()]
    source = ast.unparse(ast.fix_missing_locations(definition))
    return Written(f"{name}({', '.join([*tensors, *rest])})", {name: source})


@cache
def _source(make: Callable[..., object]) -> str:
    return textwrap.dedent(inspect.getsource(make))


def _definition(make: Callable[..., object]) -> ast.FunctionDef:
    found = parsed(_source(make)).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


@cache
def _body(make: Callable[..., object]) -> ast.expr | None:
    """What the function gives, if that is all that it does."""
    statements = [
        each
        for each in _definition(make).body
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    match statements:
        case [ast.Return(value=ast.expr() as value)]:
            return value
        case [ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value),
              ast.Return(value=ast.Name(id=given))] if name == given:  # fmt: skip
            return value
    return None


class _Filling(ast.NodeTransformer):
    """Puts settings and variables in the place of arguments, and leaves out what is default."""

    def __init__(
        self, known: Mapping[str, ast.expr], make: Callable[..., object], needs: dict[str, str]
    ) -> None:
        self._known = known
        self._globals: dict[str, Any] = make.__globals__
        self._needs = needs

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """An argument of the function, or a class of ours."""
        if node.id in self._known:
            return copy.deepcopy(self._known[node.id])
        found = self._globals.get(node.id)
        if isinstance(found, type) and found.__module__.startswith("gradviz."):
            self._needs[found.__name__] = inspect.getsource(found)
            return ast.Name(found.__name__, ast.Load())
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call, without arguments that are as they would be anyway."""
        callee = self._callee(node.func)
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=name)]):
                return ast.Attribute(owner, str(name), ast.Load())
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Tuple(elts=[*sizes])]) if (
                sizes and name in _SPREAD
            ):
                node.args = sizes
        node.args = [part for arg in node.args for part in _unpacked(arg)]
        _leave_out(node, callee)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """One of two expressions, where the settings decide which."""
        self.generic_visit(node)
        match node.test:
            case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
                value = _constant(left)
                if value is not None:
                    return node.body if value == (None,) else node.orelse
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """A slice along a dimension, as Python writes it."""
        self.generic_visit(node)
        match node.slice:
            case ast.BinOp(
                left=ast.BinOp(right=ast.BinOp(left=dim)),
                right=ast.Tuple(elts=[ast.Call(func=ast.Name(id="slice"), args=bounds)]),
            ):
                place = _constant(dim)
                if place is not None and isinstance(place[0], int):
                    node.slice = _along(place[0], bounds)
        return node

    def _callee(self, node: ast.expr) -> object:
        """What is called, if it can be known."""
        match node:
            case ast.Name(id=name):
                return self._globals.get(name)
            case ast.Attribute(value=owner, attr=name):
                return getattr(self._callee(owner), name, None)
        return None


def _along(dim: int, bounds: list[ast.expr]) -> ast.expr:
    """``[:, 1:5]`` for dimension 1, ``[..., 1:5]`` for the last."""
    start, stop, step = (None if _constant(each) == (None,) else each for each in bounds)
    part = ast.Slice(start, stop, None if step is not None and _constant(step) == (1,) else step)
    if dim >= 0:
        parts: list[ast.expr] = [*(ast.Slice() for _ in range(dim)), part]
    else:
        parts = [ast.Constant(...), part, *(ast.Slice() for _ in range(-dim - 1))]
    return parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())


def _unpacked(arg: ast.expr) -> list[ast.expr]:
    """``*(2, 3)`` ▸ ``2, 3``."""
    match arg:
        case ast.Starred(value=ast.Tuple(elts=parts)):
            return parts
    return [arg]


def _leave_out(call: ast.Call, callee: object) -> None:
    """Take away arguments that have the callee's own default."""
    parameters = _parameters_of(callee)
    if parameters is None:  # built into torch: None and False are what it would take
        call.keywords = [
            each for each in call.keywords if _constant(each.value) not in ((None,), (False,))
        ]
        return
    defaults = {name: (each.default,) for name, each in parameters.items()}
    call.keywords = [
        each for each in call.keywords if _constant(each.value) != defaults.get(each.arg or "")
    ]
    names = list(parameters)
    while not call.keywords and call.args and len(call.args) <= len(names):
        if _constant(call.args[-1]) != defaults[names[len(call.args) - 1]]:
            break
        call.args.pop()


def _parameters_of(callee: object) -> dict[str, inspect.Parameter] | None:
    """The arguments of a function or class, those that a class hands on to its base too."""
    if not callable(callee):
        return None
    makers = [callee]
    if isinstance(callee, type):
        makers = [vars(each)["__init__"] for each in callee.__mro__ if "__init__" in vars(each)]
    found: dict[str, inspect.Parameter] = {}
    for make in makers:
        try:
            parameters = inspect.signature(make).parameters
        except (TypeError, ValueError):
            return None
        found = {**parameters, **found}
        if all(each.kind is not each.VAR_KEYWORD for each in parameters.values()):
            break
    return {name: each for name, each in found.items() if name not in _NOT_GIVEN}


_SPREAD = frozenset(
    {"expand", "flip", "ones", "permute", "rand", "randn", "repeat", "reshape", "view", "zeros"}
)
"""What takes sizes one by one, as one writes them, as well as a tuple of them."""
_NOT_GIVEN = {"self", "args", "kwargs"}
"""What a caller does not name."""


def _constant(node: ast.expr) -> tuple[object] | None:
    """The value of an expression that has one for itself."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return (value,)
