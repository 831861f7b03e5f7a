"""Entries of catalogues as classes and functions that stand in the code as they are here."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from gradviz.code.written import Written, function_name, text_of, written
from gradviz.parsing import parsed
from gradviz.spec.catalogue import Kind
from gradviz.spec.model import Setting

CHECK = "check_"
"""How functions begin that only say in words what cannot be: code is written of what can."""


def made(
    kind: Kind[Any], settings: Mapping[str, Setting], given: Mapping[str, str] | None = None
) -> Written:
    """An entry as an expression, with the definitions of ours that it needs, those that others
    need first. ``given`` are expressions of what a project does not set.
    """
    given = given or {}
    if kind.home:
        return Written(_of_the_users(kind, settings, given))
    if not isinstance(kind.make, type):
        plain = written(kind, settings, given)
        if not plain.needs:
            return plain
    is_class = isinstance(kind.make, type)
    name = kind.name if is_class else function_name(kind)
    needs = definitions(kind.make)
    if not is_class:
        needs[name] = needs.pop(kind.make.__name__).replace(
            f"def {kind.make.__name__}(", f"def {name}(", 1
        )
    defaults = kind.defaults()
    rest = [
        text_of(settings[each]) if each not in defaults else f"{each}={text_of(settings[each])}"
        for each in kind.form.__struct_fields__
        if each in settings and (each not in defaults or settings[each] != defaults[each])
    ]
    return Written(f"{name}({', '.join([*given.values(), *rest])})", needs)


def definitions(make: Any) -> dict[str, str]:
    """The source of a class or function of ours, without what only the catalogue and the checks
    need, behind those of ours that it uses; by name.
    """
    found: dict[str, str] = {}
    _define(make, found)
    return found


def type_text(hint: Any) -> str:
    """A type as an annotation says it, with words and bounds as plain types."""
    if hint is type(None) or hint is None:
        return "None"
    parts = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return " | ".join(dict.fromkeys(type(each).__name__ for each in parts))
    if origin in (types.UnionType, typing.Union):
        return " | ".join(dict.fromkeys(map(type_text, parts)))
    if hint is Ellipsis:
        return "..."
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(type_text, parts))}]"
    if hint.__module__ == "torch._C":
        return f"torch.{hint.__name__}"
    return str(hint.__name__)


def _define(make: Any, found: dict[str, str]) -> None:
    source = textwrap.dedent(inspect.getsource(make))
    tree = parsed(source).body[0]
    assert isinstance(tree, ast.ClassDef | ast.FunctionDef)
    changes: list[tuple[Any, str]] = [(each, "") for each in tree.decorator_list]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if node is tree or node.name == "__init__":
                changes += _plain_types(node, make)
            changes += [(each, "") for each in node.body if _checks(each)]
    known = vars(sys.modules[make.__module__])
    for node in ast.walk(tree):
        other = known.get(node.id) if isinstance(node, ast.Name) else None
        ours = isinstance(other, type | types.FunctionType) and other is not make
        name = getattr(other, "__name__", "")
        needed = name not in found and not name.startswith(CHECK)
        if ours and needed and getattr(other, "__module__", "").startswith("gradviz."):
            _define(other, found)
    text = _changed(source, changes)
    found[make.__name__] = re.sub(r"  # (type: ignore|noqa).*", "", text[_start(text) :]).rstrip()


def _start(text: str) -> int:
    """Where the definition begins, behind what is left of decorators."""
    match = re.search(r"^(class|def) ", text, re.MULTILINE)
    return match.start() if match else 0


def _changed(source: str, changes: Sequence[tuple[Any, str]]) -> str:
    """The source with other words in the place of nodes, so that comments stay."""
    lines = source.encode().splitlines(keepends=True)
    for node, text in sorted(changes, key=lambda each: (each[0].lineno, each[0].col_offset))[::-1]:
        first, last = node.lineno - 1, node.end_lineno - 1
        before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
        lines[first : last + 1] = [before + text.encode() + after]
    return b"".join(lines).decode()


def _plain_types(node: ast.FunctionDef, make: Any) -> list[tuple[Any, str]]:
    called: Any = vars(make)["__init__"] if isinstance(make, type) else make
    hints = typing.get_type_hints(called)
    return [
        (each.annotation, type_text(hints[each.arg]))
        for each in (*node.args.args, *node.args.kwonlyargs)
        if each.annotation is not None and each.arg in hints
    ]


def _checks(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name.startswith(CHECK)
    return False


def _of_the_users(
    kind: Kind[Any], settings: Mapping[str, Setting], given: Mapping[str, str]
) -> str:
    """A call with the samples first, and all else by name: a sampler calls them what it likes."""
    rest = written(kind, settings).text.removeprefix(f"{kind.name}(").removesuffix(")")
    first = [each for name, each in given.items() if name == "samples"]
    named = [f"{name}={each}" for name, each in given.items() if name != "samples"]
    return f"{kind.name}({', '.join([*first, *named, *([rest] if rest else [])])})"
