"""The function of a dataset as code that stands alone."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from msgspec import Struct

from gradviz.code.written import as_function, type_of
from gradviz.parsing import parsed
from gradviz.resources import assets
from gradviz.spec.catalogue import Kind
from gradviz.spec.model import Setting


class Standalone(Struct, frozen=True):
    """The function behind what it uses of ours, and the files of `assets` that it reads, which the
    code has beside it.
    """

    definition: str
    files: tuple[Path, ...]


def standalone(kind: Kind[Any], settings: Mapping[str, Setting]) -> Standalone:
    """An entry's own function, with the plain types of its arguments."""
    definition = as_function(kind)
    for arg, field in zip(definition.args.args, kind.form.__struct_fields__, strict=True):
        default = inspect.signature(kind.make).parameters[field].default
        told = settings.get(field, ()) if default in (inspect.Parameter.empty, ()) else default
        arg.annotation = parsed(type_of(told), "eval").body
    gathering = _Gathering(kind.make)
    own = ast.unparse(ast.fix_missing_locations(gathering.visit(definition)))
    return Standalone("\n\n\n".join((*gathering.needed.values(), own)), tuple(gathering.files))


class _Gathering(ast.NodeTransformer):
    """Gathers what a function or class uses of ours, each behind what it uses itself."""

    def __init__(self, user: Any, needed: dict[str, str] | None = None) -> None:
        self._names = vars(sys.modules[user.__module__])
        self.needed: dict[str, str] = {} if needed is None else needed
        self.files: list[Path] = []

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """A class or a function."""
        found = self._names.get(node.id)
        if not isinstance(found, type | FunctionType) or node.id in self.needed:
            return node
        if found.__module__.startswith("gradviz."):
            source = inspect.getsource(found).rstrip()
            _Gathering(found, self.needed).visit(parsed(source))
            self.needed[node.id] = source
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A path of a file that comes with gradviz, which lies beside the code then."""
        file = _asset(node)
        if file is None:
            return self.generic_visit(node)
        self.files.append(file)
        return parsed(f"Path({file.name!r})", "eval").body


def _asset(node: ast.expr) -> Path | None:
    """``assets() / "digits" / "digits.npz"`` as the path that it is."""
    match node:
        case ast.Call(func=ast.Name(id="assets")):
            return assets()
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=str() as name)):
            folder = _asset(left)
            return None if folder is None else folder / name
    return None
