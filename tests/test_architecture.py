"""The arrows between the rooms: who may import whom, and what loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradviz

ROOT = Path(gradviz.__file__).parent

BASE = {
    *("arguments", "errors", "i18n", "resources", "files", "display", "tensors", "garbage"),
    *("parsing", "settings"),
}
CORE = BASE | {"spec", "trace"}
MAY_IMPORT = {
    "spec": BASE | {"spec"},
    "trace": BASE | {"trace"},
    "blocks": CORE | {"blocks"},
    "data": CORE | {"data"},
    "engine": CORE | {"blocks", "data", "engine"},
    "code": CORE | {"blocks", "data", "engine", "code"},
    "editing": CORE | {"blocks", "data", "engine", "editing"},
    "importing": CORE | {"blocks", "data", "engine", "code", "editing", "importing"},
    "explain": CORE | {"blocks", "data", "engine", "explain"},
    "render": CORE | {"blocks", "data", "engine", "render"},
    "notebook": CORE | {"engine", "explain", "render"},
    "workspace": CORE | {"engine", "explain", "render"},
    "commands": CORE
    | {"code", "commands", "data", "editing", "engine", "explain", "importing"}
    | {"render", "workspace"},
}
WITHIN = {
    "engine": [
        "doors",
        "record",
        "loop",
        "catalogues",
        "stops",
        "building",
        "edits",
        "session",
        "fitting",
        "opening",
    ],
    "render": [
        *("folds", "status", "scene", "layout", "graphviz", "draw", "levels"),
        *("arrange", "blocks", "columns", "search", "write", "pages", "web"),
        *("plots", "previews"),
    ],
}
"""The folders in a room, each with those before it in its sight; files beside them are seen by all,
and see all.
"""
NO_TORCH = {"spec", "trace", "render", "qt"}
NO_WIDGETS = {"qt"}


def imports(file: Path) -> Iterator[str]:
    """The modules that a file imports anywhere, but for types alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = sorted(ROOT.rglob("*.py"))


def test_there_are_files() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_go_one_way(file: Path) -> None:
    name = room(file)
    used = {module.split(".")[1] for module in imports(file) if module.startswith("gradviz.")}
    if name in MAY_IMPORT:
        assert used <= MAY_IMPORT[name], f"{name} may not import {used - MAY_IMPORT[name]}"
    elif name not in ("cli", "__main__", "__init__"):
        assert "cli" not in used


@pytest.mark.parametrize("name", WITHIN)
def test_imports_within_a_room_go_one_way(name: str) -> None:
    order = WITHIN[name]
    assert sorted(order) == sorted(each.parent.name for each in ROOT.glob(f"{name}/*/__init__.py"))
    for at, folder in enumerate(order):
        for file in ROOT.glob(f"{name}/{folder}/*.py"):
            used = {
                each.split(".")[2] for each in imports(file) if each.startswith(f"gradviz.{name}.")
            }
            assert not used & set(order[at + 1 :]), f"{file.relative_to(ROOT)} sees too far"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_torch_and_widgets_stay_in_their_rooms(file: Path) -> None:
    heads = {module.split(".")[0] for module in imports(file)}
    if room(file) in NO_TORCH:
        assert "torch" not in heads
    if room(file) not in NO_WIDGETS:
        assert not any("QtWidgets" in module for module in imports(file))
    if room(file) not in NO_WIDGETS | {"render"}:
        assert "PySide6" not in heads


@pytest.mark.parametrize(
    "code",
    [
        "import gradviz",
        "import gradviz; assert 'record' in dir(gradviz)",
        "import gradviz; gradviz.load",
        "from gradviz.cli import run; assert run(['--help']) == 0",
        "from gradviz.cli import run; assert run(['graph', '--help']) == 0",
        "from gradviz.cli import run; assert run(['data', 'list']) == 0",
        "from gradviz.cli import run; assert run(['data', 'get', 'nonsense']) == 2",
        "import gradviz.workspace, gradviz.commands",
        "import gradviz.data.previews.told, gradviz.render.previews.page",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    check = f"{code}\nimport sys\nassert not {{'torch', 'PySide6', 'numpy'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True)


def test_every_public_name_can_be_had() -> None:
    for name in gradviz.__all__:
        assert getattr(gradviz, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        gradviz.nonsense  # noqa: B018


def test_the_room_and_the_function_share_a_name() -> None:
    import gradviz.render.theme as theme

    assert callable(gradviz.render)
    assert theme.THEMES
