"""Project files: what is refused and in which words, and that saving loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import gradviz
from gradviz import i18n
from gradviz.errors import OutputError, ProjectError
from gradviz.spec import codec
from gradviz.spec.model import Choice


def valid() -> dict[str, Any]:
    return {
        "format": 1,
        "model": {
            "blocks": [
                {"name": "x", "kind": "Input", "settings": {"shape": [2]}},
                {"name": "fc", "kind": "Linear", "settings": {"in_features": 2, "out_features": 2}},
                {"name": "y", "kind": "Output"},
            ],
            "wires": [{"from": "x", "to": "fc"}, {"from": "fc", "to": "y"}],
        },
        "data": {"dataset": {"kind": "Moons"}},
        "training": {"loss": {"kind": "CrossEntropyLoss"}, "optimizer": {"kind": "SGD"}},
    }


def test_examples_load_and_round_trip(examples: Path, tmp_path: Path) -> None:
    files = sorted(examples.glob("*.gradviz"))
    assert len(files) >= 2
    for file in files:
        project = gradviz.load(file)
        gradviz.save(project, tmp_path / file.name)
        assert gradviz.load(tmp_path / file.name) == project


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (lambda p: p.pop("format"), "p", "“format” is missing"),
        (lambda p: p.update(format=99), "$.format", "format 99"),
        (lambda p: p.update(format=0), "$.format", "format 0"),
        (lambda p: p.update(format="1"), "$.format", "expected int, got str"),
        (lambda p: p.update(color="red"), "p", "no field “color”"),
        (lambda p: p["data"].update(batch_size=0), "$.data.batch_size", ">= 1"),
        (lambda p: p["data"].update(shuffle="yes"), "$.data.shuffle", "expected bool, got str"),
        (lambda p: p["training"].update(seed=-1), "$.training.seed", ">= 0"),
        (lambda p: p["model"]["blocks"][1].pop("kind"), "$.model.blocks[1]", "“kind” is missing"),
        (
            lambda p: p["model"]["blocks"][1].update(name="a b"),
            "$.model.blocks[1].name",
            "“a b” cannot name a block",
        ),
        (
            lambda p: p["model"]["blocks"][1].update(name="class"),
            "$.model.blocks[1].name",
            "“class” cannot name a block",
        ),
        (
            lambda p: p["model"]["blocks"][1].update(name="x"),
            "$.model.blocks[1].name",
            "two blocks are called “x”",
        ),
        (
            lambda p: p["model"]["wires"].append({"from": "ghost", "to": "y"}),
            "$.model.wires[2].from",
            "no block “ghost”",
        ),
        (
            lambda p: p["model"]["wires"].append({"from": "x", "to": "y"}),
            "$.model.wires[2].to",
            "already has a wire",
        ),
        (
            lambda p: p["model"]["wires"].__setitem__(0, {"from": "fc", "to": "fc"}),
            "$.model.wires",
            "circle: fc → fc",
        ),
    ],
)
def test_a_wrong_file_says_what_and_where(
    change: Any, where: str, said: str, tmp_path: Path
) -> None:
    data = valid()
    change(data)
    file = tmp_path / "p.gradviz"
    file.write_text(json.dumps(data))
    with pytest.raises(ProjectError) as caught:
        gradviz.load(file)
    line = str(caught.value)
    assert where in line
    assert said in line
    assert "→" in line
    assert "\n" not in line


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "\x00\xff", "null", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.gradviz"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ProjectError, match=r"bad\.gradviz"):
        gradviz.load(file)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such file"):
        gradviz.load(tmp_path / "none.gradviz")
    with pytest.raises(ProjectError, match="cannot be read"):
        gradviz.load(tmp_path)


def test_a_dataset_path_is_relative_to_the_file(tmp_path: Path) -> None:
    data = valid()
    data["data"]["dataset"] = {"kind": "Letters", "settings": {"path": "letters"}}
    file = tmp_path / "p.gradviz"
    file.write_text(json.dumps(data))
    project = gradviz.load(file)
    assert project.data.dataset.settings["path"] == str(tmp_path / "letters")
    gradviz.save(project, file)
    assert json.loads(file.read_text())["data"]["dataset"]["settings"]["path"] == "letters"


def test_saving_into_nowhere_leaves_nothing(tmp_path: Path) -> None:
    project = codec.decode(json.dumps(valid()))
    with pytest.raises(OutputError):
        gradviz.save(project, tmp_path / "no" / "p.gradviz")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_keeps_the_old_file(tmp_path: Path) -> None:
    project = codec.decode(json.dumps(valid()))
    file = tmp_path / "p.gradviz"
    gradviz.save(project, file)
    before = file.read_bytes()
    broken = msgspec.structs.replace(
        project, data=msgspec.structs.replace(project.data, dataset=Choice("x", {"a": object()}))
    )
    with pytest.raises(TypeError):
        gradviz.save(broken, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_errors_follow_the_language(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        gradviz.load(tmp_path / "none.gradviz")
    english = str(caught.value)
    i18n.use("ko")
    assert str(caught.value) != english


def test_a_mark_of_windows_in_front_is_no_trouble(tmp_path: Path) -> None:
    file = tmp_path / "p.gradviz"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(valid()).encode())
    assert gradviz.load(file).format == 1
