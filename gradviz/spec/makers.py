"""What in a Python file makes a module: its classes and functions, read by `ast`; nothing runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.pythonmodule import PYTHON
from gradviz.spec.signature import UNKNOWN, Signature, signature_of

CONTAINERS = {"Sequential"}
"""Layers that people derive their modules from, besides those whose name ends in Module."""
OTHERS = {"Tensor", "None", "int", "float", "bool", "str", "tuple", "list", "dict", "set"}
"""What a function gives that makes no module."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Maker(Struct, frozen=True):
    """A class that is a module, or a function that may make one, with what it is called with and
    what the module's ``forward`` takes. ``used`` says that others in the file are made of it,
    ``made`` which class a function makes.
    """

    name: str
    line: int
    is_class: bool
    arguments: Signature
    forward: Signature
    used: bool = False
    made: str = ""


def makers_of(file: Path) -> tuple[Maker, ...]:
    """The modules of a file in its order, then its functions.

    Raises `UsageError` for a file that cannot be read, that is no Python, or has none of them.
    """
    found = _makers(_parsed(file))
    if not found:
        raise UsageError(
            N_("there is no module in this file"),
            where=file.name,
            mend=N_("choose a file with a class that is an nn.Module"),
        )
    return found


def likely(makers: tuple[Maker, ...]) -> Maker:
    """The one that is probably meant: the last class that no other one is made of; or a function
    that makes it and needs to be given less.
    """
    classes = [each for each in makers if each.is_class]
    wholes = [each for each in classes if not each.used]
    best = (wholes or classes or makers)[-1]
    ways = [best, *(each for each in makers if each.made == best.name)]
    return min(ways, key=lambda each: len(each.arguments.required))


def _parsed(file: Path) -> ast.Module:
    if file.suffix != PYTHON:
        raise UsageError(N_("a Python file ends in .py"), where=file.name)
    try:
        return parsed(file.read_bytes())
    except OSError as error:
        raise UsageError(
            N_("cannot be read ({reason})"),
            where=str(file),
            mend=N_("check the path and the permissions"),
            reason=error.strerror or error,
        ) from error
    except SyntaxError as error:
        raise UsageError(
            N_("this is no Python: {reason}"),
            where=f"{file.name}:{error.lineno or 1}",
            mend=N_("mend the line, and choose the file again"),
            reason=error.msg,
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageError(
            N_("this is no Python: {reason}"),
            where=file.name,
            mend=N_("choose another file"),
            reason=str(error).partition("\n")[0],
        ) from error


def _makers(tree: ast.Module) -> tuple[Maker, ...]:
    classes = {each.name: each for each in _top(tree.body) if isinstance(each, ast.ClassDef)}
    modules = {name: each for name, each in classes.items() if _is_module(each, classes)}
    used = {
        node.id
        for name, each in modules.items()
        for node in ast.walk(each)
        if isinstance(node, ast.Name) and node.id != name
    }
    found = [
        Maker(
            name,
            each.lineno,
            True,
            _method("__init__", each, classes),
            _method("forward", each, classes),
            name in used,
        )
        for name, each in modules.items()
    ]
    for each in _top(tree.body):
        if isinstance(each, ast.FunctionDef) and _may_make(each):
            made = next((name for name in _made(each) if name in modules), "")
            forward = _method("forward", modules[made], classes) if made else UNKNOWN
            if made or each.returns is None or _last(each.returns).endswith("Module"):
                arguments = signature_of(each, method=False)
                found.append(Maker(each.name, each.lineno, False, arguments, forward, made=made))
    return tuple(found)


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What a file defines outermost, also under a condition, but not where it is a script."""
    for each in body:
        if isinstance(each, ast.If) and "__name__" not in ast.unparse(each.test):
            yield from _top([*each.body, *each.orelse])
        elif isinstance(each, ast.Try):
            yield from _top([*each.body, *(one for way in each.handlers for one in way.body)])
        else:
            yield each


def _is_module(
    found: ast.ClassDef, classes: dict[str, ast.ClassDef], within: tuple[str, ...] = ()
) -> bool:
    """By its bases; one of another file is taken for a module if there is a ``forward`` here."""
    for base in map(_last, found.bases):
        if base in classes and base not in within:
            if _is_module(classes[base], classes, (*within, found.name)):
                return True
        elif base not in classes and (_is_known(base) or _is_foreign(base, found)):
            return True
    return False


def _is_known(base: str) -> bool:
    return base.endswith("Module") or base in CONTAINERS


def _is_foreign(base: str, found: ast.ClassDef) -> bool:
    return base != "Function" and _own("forward", found) is not None


def _own(name: str, found: ast.ClassDef) -> Function | None:
    methods = (each for each in found.body if isinstance(each, Function))
    return next((each for each in methods if each.name == name), None)


def _method(name: str, found: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Signature:
    """What a method takes, which a base of the same file may define."""
    seen: set[str] = set()
    while found.name not in seen:
        seen.add(found.name)
        method = _own(name, found)
        if method is not None:
            return signature_of(method, method=True)
        bases = [_last(base) for base in found.bases]
        if name == "__init__" and bases and bases[0].endswith("Module"):
            return Signature()
        found = next((classes[base] for base in bases if base in classes), found)
    return UNKNOWN


def _may_make(function: ast.FunctionDef) -> bool:
    if function.name.startswith("_") or function.name == "main":
        return False
    if function.returns is not None and _last(function.returns) in OTHERS:
        return False
    returns = (each for each in ast.walk(function) if isinstance(each, ast.Return))
    return any(each.value is not None for each in returns)


def _made(function: ast.FunctionDef) -> Iterator[str]:
    """The names of what it may give: what it says itself, then all that it calls."""
    if function.returns is not None:
        yield _last(function.returns)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield _last(node.func)


def _last(node: ast.expr) -> str:
    """The last name of ``torch.nn.Module``, of ``Base[int]``, or of a name in quotes."""
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant):
        return str(node.value).rpartition(".")[2]
    return node.id if isinstance(node, ast.Name) else ""
