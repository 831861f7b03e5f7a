"""The edits of a project as lines of its training loop: the hooks that do what they did."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gradviz.code.lines import Line
from gradviz.engine.catalogues.userfile import importable
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.scopecode import BEFORE_BACKWARD, BEFORE_LOOP, EACH_ITERATION
from gradviz.spec.whatcode import parts

Edit: TypeAlias = GradEdit | ValueEdit
ITERATION = "iteration"
LOADING = "importlib.util"
_MAIN = {
    *("dataset", "loader", "model", "loss_fn", "optimizer", "scheduler", "device", "closure"),
    *("epoch", "epochs", ITERATION, "inputs", "target", "output", "outputs", "loss", "torch"),
}
"""Names that ``main`` has already."""
_CALLED = {"input": "inputs"}
"""What the lines of an edit call otherwise than ``main`` does."""


class EditCode(Struct, frozen=True):
    """Lines for the spots of a loop, what they import, and whether they count iterations."""

    before_loop: tuple[Line, ...] = ()
    each_iteration: tuple[Line, ...] = ()
    before_backward: tuple[Line, ...] = ()
    imports: tuple[str, ...] = ()
    counts: bool = False


NONE = EditCode()


def edits_as_code(edits: Sequence[Edit], *, once: bool) -> EditCode:
    """The lines of edits as a session completed them, in their order; ``once`` is whether forward
    runs once in an iteration.

    Raises `UsageError` for edits whose order hooks cannot keep, or whose node the code cannot tell
    from others, and for a file of functions that cannot be imported.
    """
    edits = [edit for edit in edits if not edit.off]
    _check_order(edits)
    for edit in edits if not once else ():
        _check_node(edit)
    lines: dict[str, list[Line]] = {BEFORE_LOOP: [], EACH_ITERATION: [], BEFORE_BACKWARD: []}
    imports: dict[str, None] = {}
    taken = set(_MAIN)
    counts = False
    for edit in edits:
        standing = edit.standing()
        tree = parsed(standing.lines)
        home = _home(edit)
        modules = [line.removeprefix("import ") for line in standing.imports]
        imports |= dict.fromkeys([each for each in modules if each != LOADING or not home])
        if home:
            imports[home] = None
        if home:
            tree = parsed(ast.unparse(_Imported(home).visit(tree)))
        names = _bound(tree)
        renamed = _CALLED | {name: _free(name, taken) for name in names}
        taken |= {renamed[name] for name in names}
        written = ast.unparse(ast.fix_missing_locations(_Renaming(renamed).visit(tree)))
        counts = counts or any(
            isinstance(node, ast.Name) and node.id == ITERATION for node in ast.walk(tree)
        )
        head = Line(f"# {_told(edit)}")
        lines[standing.spot] += [head, *(Line(line) for line in written.splitlines())]
    return EditCode(
        before_loop=tuple(lines[BEFORE_LOOP]),
        each_iteration=tuple(lines[EACH_ITERATION]),
        before_backward=tuple(lines[BEFORE_BACKWARD]),
        imports=tuple(imports),
        counts=counts,
    )


def _told(edit: Edit) -> str:
    value = "" if edit.value is None else f" {edit.value}"
    if edit.what == "function":
        value = f" {parts(edit.value)[1]}"
    return f"{edit.where}: {edit.what}{value if len(value) < 40 else ''}"


def _home(edit: Edit) -> str:
    """The module of the function that an edit calls; empty if it calls none."""
    return importable(Path(parts(edit.value)[0])) if edit.what == "function" else ""


def _check_order(edits: Sequence[Edit]) -> None:
    """Hooks of one place run in the order in which they were put on, which iterations decide."""
    places: dict[object, list[GradEdit]] = {}
    for edit in edits:
        if isinstance(edit, GradEdit):
            places.setdefault((edit.where, edit.via, edit.slot), []).append(edit)
    for each in places.values():
        put = sorted(each, key=lambda e: (e.standing().spot != BEFORE_LOOP, e.first or 0))
        if put != each:
            raise UsageError(
                N_("code cannot keep the order of the edits of this place"),
                where=each[0].where,
                mend=N_("let them begin in the order in which they stand"),
            )


def _check_node(edit: Edit) -> None:
    """A node is that of the first call in an iteration, and code cannot know which one that is."""
    if isinstance(edit, GradEdit) and edit.place.node and edit.place.path:
        raise UsageError(
            N_("code cannot tell this node of one forward from that of the next"),
            where=edit.where,
            mend=N_("take what the module gave back: {place}"),
            place=f"{edit.place.path}.output",
        )


def with_files_beside(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits with the files of their functions named as they lie beside the code."""
    return tuple(
        replace(edit, value=f"{Path(parts(edit.value)[0]).name}:{parts(edit.value)[1]}")
        if edit.what == "function"
        else edit
        for edit in edits
    )


def _bound(tree: ast.Module) -> list[str]:
    """The names that lines bind where they stand, in their order."""
    found: dict[str, None] = {}
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef):
            found[node.name] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif not isinstance(node, ast.Lambda | ast.ListComp):
            waiting = [*ast.iter_child_nodes(node), *waiting]
    return [name for name in found if name not in (*_CALLED, "target")]


def _free(name: str, taken: Iterable[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


class _Renaming(ast.NodeTransformer):
    """Other names everywhere, also for the arguments of functions that hide them."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self._names.get(node.name, node.name)
        self.generic_visit(node)
        return node


class _Imported(ast.NodeTransformer):
    """The file of a function as a module that is imported, in the place of the lines that load
    it.
    """

    def __init__(self, home: str) -> None:
        self._home = home

    def visit_Import(self, node: ast.Import) -> ast.Import | None:
        return None if node.names[0].name == LOADING else node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | None:
        match node.targets:
            case [ast.Name(id="spec" | "hooks")]:
                return None
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        if ast.unparse(node) == "spec.loader.exec_module(hooks)":
            return None
        self.generic_visit(node)
        return node

    def visit_If(self, node: ast.If) -> ast.If | None:
        self.generic_visit(node)
        return node if node.body else None

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._home if node.id == "hooks" else node.id
        return node
