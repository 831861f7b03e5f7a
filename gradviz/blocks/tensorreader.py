"""Reads the tree of an expression over tensors: each node of the table becomes a function of ours,
and others are refused. Nothing of the text is ever compiled or evaluated by Python.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

from torch import Tensor

from gradviz.blocks import tensorvalues as values
from gradviz.blocks.tensorfunctions import (
    ATTRIBUTES,
    HOMES,
    NUMBERS,
    constant_of,
    fields,
    function_of,
    functions,
    is_method,
    methods,
)
from gradviz.i18n import N_
from gradviz.spec.pythontext import PythonText
from gradviz.spec.tensorexpression import EXAMPLE

MAX_DEPTH = 60
Inputs: TypeAlias = Mapping[str, Tensor]
Compute: TypeAlias = Callable[[Inputs], Any]
_REFUSED = N_("“{part}” cannot stand in an expression (column {column})")
_NOT_GIVEN = frozenset({"out", "requires_grad", "pin_memory", "generator", "names"})
"""Arguments that would write into a tensor, or make more of it than numbers."""
_TWO: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ONE: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


class TensorReader:
    """Translates the nodes of one text into functions over the inputs, whose names it collects."""

    def __init__(self, text: PythonText) -> None:
        self._text = text
        self.names: set[str] = set()

    def read(self, node: ast.expr) -> Compute:
        """The function that a node is. Raises `ExpressionError`."""
        reads = _READ.get(type(node))
        if reads is None:
            self.wrong(node, _REFUSED, _mend(node))
        return reads(self, node)

    def wrong(self, node: ast.AST, what: str, mend: str = "", **fields: object) -> NoReturn:
        """Complain about a node."""
        self._text.wrong(node, what, mend, **fields)

    def cannot_call(self, node: ast.AST, word: str, known: Iterable[str]) -> NoReturn:
        """Complain about something that is called, and propose near ones."""
        near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.7)
        self.wrong(
            node,
            N_("an expression cannot call “{word}” (column {column})"),
            N_("take one of: {known}")
            if near
            else N_("call methods of tensors, or functions of torch and F that compute tensors"),
            word=word,
            known=", ".join(near),
        )

    def safely(self, node: ast.AST, compute: Callable[..., Any]) -> Callable[..., Any]:
        """The function with what it refuses told of this node."""

        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                return values.checked(compute(*args, **kwargs))
            except values.RefusedError as refusal:
                self.wrong(node, refusal.what, refusal.mend, **refusal.fields)
            except values.ODD as error:
                reason = str(error).partition("\n")[0] or type(error).__name__
                what = N_("“{part}” cannot be computed: {reason} (column {column})")
                self.wrong(node, what, reason=reason)

        return run


def _mend(node: ast.expr) -> str:
    """What to write in the place of what people write first."""
    match node:
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return N_("write “and”, “or”, “not” of tensors as &, | and ~, each side in brackets")
        case ast.IfExp():
            return N_("choose number by number: torch.where(condition, a, b)")
        case ast.Constant(value=str()):
            return N_("texts are arguments of functions alone")
    return EXAMPLE


def _constant(reader: TensorReader, node: ast.Constant) -> Compute:
    value = node.value
    if not (value is None or value is ... or isinstance(value, bool | int | float | complex)):
        reader.wrong(node, _REFUSED, _mend(node))
    if type(value) is int and abs(value) > values.LARGEST:
        reader.wrong(node, values.TOO_LARGE)
    return lambda inputs: value


def _name(reader: TensorReader, node: ast.Name) -> Compute:
    name = node.id
    if not (name.isascii() and name.isalpha() and name.islower() and len(name) < 3):
        what = N_("there is no name “{word}” (column {column})")
        reader.wrong(node, what, N_("call the inputs a, b, c and so on"), word=name)
    reader.names.add(name)

    def compute(inputs: Inputs) -> Tensor:
        if name not in inputs:
            reader.wrong(
                node,
                N_("nothing is connected to the input “{word}” (column {column})"),
                N_("draw a wire to it, or use: {known}")
                if inputs
                else N_("draw a wire to it, or remove the block"),
                word=name,
                known=", ".join(inputs),
            )
        return inputs[name]

    return compute


def _tuple(reader: TensorReader, node: ast.Tuple) -> Compute:
    parts = [reader.read(part) for part in node.elts]
    return lambda inputs: tuple(part(inputs) for part in parts)


def _list(reader: TensorReader, node: ast.List) -> Compute:
    parts = [reader.read(part) for part in node.elts]
    return lambda inputs: [part(inputs) for part in parts]


def _binary(reader: TensorReader, node: ast.BinOp) -> Compute:
    function = _TWO.get(type(node.op))
    if function is None:
        reader.wrong(node, _REFUSED, _mend(node))
    left, right = reader.read(node.left), reader.read(node.right)
    run = reader.safely(node, values.two(function))
    return lambda inputs: run(left(inputs), right(inputs))


def _unary(reader: TensorReader, node: ast.UnaryOp) -> Compute:
    function = _ONE.get(type(node.op))
    if function is None:
        reader.wrong(node, _REFUSED, _mend(node))
    operand = reader.read(node.operand)
    run = reader.safely(node, values.one(function))
    return lambda inputs: run(operand(inputs))


def _compare(reader: TensorReader, node: ast.Compare) -> Compute:
    if len(node.ops) > 1:
        reader.wrong(node, _REFUSED, N_("compare two at a time: (a > 0) & (a < 1)"))
    function = _COMPARED.get(type(node.ops[0]))
    if function is None:
        reader.wrong(node, _REFUSED, _mend(node))
    left, right = reader.read(node.left), reader.read(node.comparators[0])
    run = reader.safely(node, values.two(function))
    return lambda inputs: run(left(inputs), right(inputs))


def _subscript(reader: TensorReader, node: ast.Subscript) -> Compute:
    whole, place = reader.read(node.value), _place(reader, node.slice)
    run = reader.safely(node, values.part)
    return lambda inputs: run(whole(inputs), place(inputs))


def _place(reader: TensorReader, node: ast.expr) -> Compute:
    """What stands in brackets behind a tensor."""
    if isinstance(node, ast.Tuple):
        parts = [_place(reader, part) for part in node.elts]
        return lambda inputs: tuple(part(inputs) for part in parts)
    if not isinstance(node, ast.Slice):
        return reader.read(node)
    ends = [
        (lambda inputs: None) if each is None else reader.read(each)
        for each in (node.lower, node.upper, node.step)
    ]
    run = reader.safely(node, values.bounds)
    return lambda inputs: run(*(each(inputs) for each in ends))


def _attribute(reader: TensorReader, node: ast.Attribute) -> Compute:
    path = _path(node.value)
    if path:
        value = constant_of(path, node.attr) if path in (*HOMES, "math") else None
        if value is None:
            reader.wrong(node, _REFUSED, N_("name a type, such as torch.float32, or call it"))
        return lambda inputs: value
    known = ATTRIBUTES | fields()
    if node.attr not in known:
        near = difflib.get_close_matches(node.attr, sorted(known), n=3, cutoff=0.6)
        reader.wrong(
            node,
            N_("an expression cannot ask for “{word}” (column {column})"),
            N_("call it: {word}()") if is_method(node.attr) else N_("take one of: {known}"),
            word=node.attr,
            known=", ".join(near or sorted(ATTRIBUTES)),
        )
    owner, name = reader.read(node.value), node.attr
    run = reader.safely(node, values.attribute)
    return lambda inputs: run(owner(inputs), name)


def _call(reader: TensorReader, node: ast.Call) -> Compute:
    if isinstance(node.func, ast.Name):
        return _of_numbers(reader, node, node.func.id)
    if not isinstance(node.func, ast.Attribute):
        reader.wrong(node, _REFUSED, EXAMPLE)
    path = _path(node.func.value)
    if path == "math":
        return _of_numbers(reader, node, f"math.{node.func.attr}")
    if path:
        return _function(reader, node, path, node.func.attr)
    return _method(reader, node, node.func)


def _of_numbers(reader: TensorReader, node: ast.Call, name: str) -> Compute:
    if name not in NUMBERS:
        reader.cannot_call(node, name, (*NUMBERS, *functions()))
    match node.args:
        case [ast.Constant(value="inf" | "-inf" | "nan" as word)] if name == "float":
            number = float(word)
            return lambda inputs: number
    if node.keywords or len(node.args) != 1:
        reader.wrong(node, N_("“{part}” must have one argument (column {column})"))
    argument = reader.read(node.args[0])
    run = reader.safely(node, values.of_number(NUMBERS[name]))
    return lambda inputs: run(argument(inputs))


def _function(reader: TensorReader, node: ast.Call, path: str, name: str) -> Compute:
    function = function_of(path, name) if path in HOMES else None
    if function is None:
        reader.cannot_call(node, f"{path}.{name}", functions())
    _check_in_place(reader, node, function)
    args, kwargs = _arguments(reader, node)
    run = reader.safely(node, values.called(function, name))
    return lambda inputs: run(
        *(each(inputs) for each in args), **{key: each(inputs) for key, each in kwargs.items()}
    )


def _method(reader: TensorReader, node: ast.Call, called: ast.Attribute) -> Compute:
    name = called.attr
    if not is_method(name):
        reader.cannot_call(node, name, methods())
    tensor = reader.read(called.value)
    args, kwargs = _arguments(reader, node)
    run = reader.safely(node, values.method(name))
    return lambda inputs: run(
        tensor(inputs),
        *(each(inputs) for each in args),
        **{key: each(inputs) for key, each in kwargs.items()},
    )


def _arguments(reader: TensorReader, node: ast.Call) -> tuple[list[Compute], dict[str, Compute]]:
    kwargs = {}
    for each in node.keywords:
        if each.arg is None or each.arg in _NOT_GIVEN or each.arg.startswith("_"):
            reader.wrong(each, _REFUSED, N_("leave it out"))
        kwargs[each.arg] = _argument(reader, each.value)
    return [_argument(reader, each) for each in node.args], kwargs


def _argument(reader: TensorReader, node: ast.expr) -> Compute:
    """What a function is called with, which may be a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
        return lambda inputs: text
    return reader.read(node)


def _check_in_place(reader: TensorReader, node: ast.Call, function: Callable[..., Any]) -> None:
    """Refuse ``inplace=True``, by its name or by its place."""
    given = {each.arg: each.value for each in node.keywords}
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    given.update(zip(names, node.args, strict=False))
    found = given.get("inplace")
    if found is not None and not (isinstance(found, ast.Constant) and found.value is False):
        what = N_("“{part}” would write into its input (column {column})")
        reader.wrong(node, what, N_("leave inplace out"))


def _path(node: ast.expr) -> str:
    """``torch.fft``: names of modules with dots between; empty for anything else."""
    match node:
        case ast.Name(id="torch" | "F" | "math" as name):
            return name
        case ast.Attribute(value=owner, attr=name):
            inner = _path(owner)
            return f"{inner}.{name}" if inner else ""
    return ""


_READ: dict[type[ast.AST], Callable[[TensorReader, Any], Compute]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
}
"""The whole language: each node that is read, and how. Nothing else is."""
