"""``gradviz preview``, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gradviz
from gradviz.cli import run
from gradviz.workspace import Workspace


def written(folder: Path, data: dict[str, Any], **more: Any) -> Path:
    """A project file with these data, and a model that they need not fit."""
    project = {
        "format": 1,
        "model": {
            "blocks": [{"name": "x", "kind": "Input"}, {"name": "y", "kind": "Output"}],
            "wires": [],
        },
        "data": data,
        "training": {
            "loss": {"kind": "CrossEntropyLoss"},
            "optimizer": {"kind": "SGD", "settings": {"lr": 0.1}},
        },
        **more,
    }
    file = folder / "project.gradviz"
    file.write_text(json.dumps(project), "utf-8")
    return file


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "html"])
def test_the_example_is_shown(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    output = tmp_path / f"page.{suffix}"
    assert run(["preview", str(examples / "letters_cnn.gradviz"), "-o", str(output)]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(output)
    assert said.err.count("gradviz: notMNIST") == 2
    assert output.stat().st_size > 10_000


def test_json_says_the_same_indices_as_a_run(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, output = examples / "letters_cnn.gradviz", tmp_path / "page.html"
    assert run(["preview", str(file), "--batches", "2", "-o", str(output), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["dataset"], len(told["batches"]), told["files"]) == ("Letters", 2, [str(output)])
    session = gradviz.Session.from_project(gradviz.load(file))
    session.step_iteration()
    steps = session.batch_steps()
    assert told["batches"][0]["indices"] == list(map(str, steps.indices))
    assert told["batches"][0]["previews"] == {"[0]": "ImageGrid"}


def test_the_model_is_never_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, {"dataset": {"kind": "Moons"}})
    output = tmp_path / "page.svg"
    assert run(["preview", str(file), "-o", str(output), "--lang", "ko"]) == 0
    assert "배치 0" in output.read_text("utf-8")


def test_dicts_of_a_trusted_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.py").write_text(
        "from torch.utils.data import Dataset\n"
        "class Notes(Dataset):\n"
        "    '''Sentences.'''\n"
        "    def __init__(self, count: int = 5) -> None:\n"
        "        self.count = count\n"
        "    def __len__(self):\n"
        "        return self.count\n"
        "    def __getitem__(self, index):\n"
        "        if index == 5:\n"
        "            raise ValueError('no such line')\n"
        "        return {'Text': f'sentence {index}', 'Class': 'Positive'}\n",
        "utf-8",
    )
    good = written(
        tmp_path, {"dataset": {"kind": "Notes"}, "batch_size": 2, "shuffle": False},
        files=["notes.py"],
    )  # fmt: skip
    output = tmp_path / "page.html"
    assert run(["preview", str(good), "-o", str(output)]) == 2
    assert "--trust" in capsys.readouterr().err
    assert not output.exists()
    assert run(["preview", str(good), "-o", str(output), "--trust"]) == 0
    page = output.read_text("utf-8")
    assert "sentence 1" in page
    assert "Positive" in page
    output.unlink()
    capsys.readouterr()
    bad = {"dataset": {"kind": "Notes", "settings": {"count": 9}}, "shuffle": False}
    file = written(tmp_path, bad, files=["notes.py"])
    assert run(["preview", str(file), "-o", str(output), "--trust"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no such line" in line
    assert not output.exists()


def test_parts_of_a_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = {"dataset": {"kind": "Moons"}, "split": {"validation": 0.2}}
    file, output = written(tmp_path, data), tmp_path / "page.html"
    assert run(["preview", str(file), "-o", str(output), "--part", "validation", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 40
    assert run(["preview", str(file), "-o", str(output), "--part", "test"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [["-o", "page.gif"], ["-o", "page"], ["-o", "page.png", "--batches", "0"], [],
     ["-o", "missing/page.png"]],
)  # fmt: skip
def test_what_makes_no_page_is_one_line(
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["preview", str(examples / "moons_mlp.gradviz"), *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_project_is_never_overwritten(tmp_path: Path) -> None:
    file = written(tmp_path, {"dataset": {"kind": "Moons"}}).rename(tmp_path / "project.svg")
    before = file.read_text("utf-8")
    assert run(["preview", str(file), "-o", str(file)]) == 2
    assert file.read_text("utf-8") == before


def test_a_workspace_needs_no_session(examples: Path, tmp_path: Path) -> None:
    from gradviz import commands

    workspace = Workspace()
    commands.open_project(workspace, examples / "gpt.gradviz")
    told = commands.write_preview(workspace, tmp_path / "page.png", batches=1)
    assert workspace.session is None
    assert len(told.batches) == 1


def test_transforms_of_a_project_are_shown(tmp_path: Path) -> None:
    transforms = [{"kind": "Normalize", "settings": {"mean": [0.5], "std": [0.25]}}]
    file = written(tmp_path, {"dataset": {"kind": "Letters"}, "transforms": transforms})
    output = tmp_path / "page.html"
    assert run(["preview", str(file), "-o", str(output)]) == 0
    page = output.read_text("utf-8")
    assert "Transforms, one by one" in page
    assert "▸ Normalize" in page
    assert "× 0.25 + 0.5" in page
