"""Modules of the user's in a project's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gradviz
from gradviz.errors import GradvizError, ProjectError
from gradviz.spec.codec import decode
from gradviz.spec.pythonfiles import beside
from gradviz.spec.pythonmodule import Making, making_of
from tests.spec.test_codec import valid


@pytest.mark.parametrize(
    ("text", "making"),
    [
        ("Net", Making(("Net",))),
        ("models.Net.small()", Making(("models", "Net", "small"), True)),
        (
            "Net(3, -1.5, depth=2, names=['a', None])",
            Making(("Net",), True, (3, -1.5), (("depth", 2), ("names", ["a", None]))),
        ),
    ],
)
def test_what_makes_it_is_read(text: str, making: Making) -> None:
    assert making_of(text) == making


@pytest.mark.parametrize(
    "text",
    ["", "3", "Net(x)", "Net(*[1])", "Net(**{})", "Net()()", "Net[0]", "lambda: 0", "Net(f())",
     "(x for x in y)", "Net(" * 300, "a; b", "Net(1 if 2 else 3)"],
)  # fmt: skip
def test_it_is_a_name_with_literals_alone(text: str) -> None:
    with pytest.raises(ProjectError, match="does not say what makes the module"):
        making_of(text)


def test_what_a_file_imports_is_found_once_also_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import a, torch, json\nfrom a import net\n", "utf-8")
    (tmp_path / "a.py").write_text("def f():\n    import b\n", "utf-8")
    (tmp_path / "b.py").write_text("import a, net, nothing_there\n", "utf-8")
    (tmp_path / "json.py").touch()
    found = beside(tmp_path / "net.py")
    assert {name: path.name for name, path in found.items()} == {"a": "a.py", "b": "b.py"}


def test_files_are_relative_to_the_project_and_library_modules_are_not(tmp_path: Path) -> None:
    modules = [
        {"name": "Mine", "file": "net.py", "make": "Net(3)", "outputs": "{y}"},
        {"name": "Theirs", "file": "torch.nn", "make": "Tanh()", "inputs": ["input"]},
    ]
    file = tmp_path / "p.gradviz"
    file.write_text(json.dumps({**valid(), "modules": modules}), encoding="utf-8")
    project = gradviz.load(file)
    assert [each.file for each in project.modules] == [str(tmp_path / "net.py"), "torch.nn"]
    assert project.code == (str(tmp_path / "net.py"),)
    gradviz.save(project, file)
    assert json.loads(file.read_text("utf-8"))["modules"] == modules
    assert gradviz.load(file) == project


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ({"name": "a b"}, "$.modules[0].name: “a b” cannot name a block"),
        ({"make": "Net("}, "$.modules[0].make: “Net(” does not say what makes the module"),
        ({"outputs": "1"}, "$.modules[0].outputs: “1” does not say how results are taken apart"),
        ({"inputs": []}, "$.modules[0].inputs: “” cannot name an input or output"),
        ({"file": "net.txt.x-y"}, "$.modules[0].file: “net.txt.x-y” is neither a Python file"),
        ({"nothing": 1}, "there is no field “nothing”"),
    ],
)
def test_files_say_where_they_are_wrong(module: dict[str, Any], said: str) -> None:
    right = {"name": "Mine", "file": "net.py", "make": "Net"}
    with pytest.raises(GradvizError) as raised:
        decode(json.dumps({**valid(), "modules": [{**right, **module}]}))
    assert said in str(raised.value)
