"""The user's library: composites kept for other projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import gradviz
from gradviz import i18n
from gradviz.cli import run
from gradviz.engine.building.shapes import infer
from gradviz.errors import ProjectError, UsageError
from gradviz.spec.library import VARIABLE, Library, default_folder, needed
from gradviz.spec.model import Block, Composite, Model, Wire


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def unet(examples: Path) -> Model:
    return gradviz.load(examples / "unet.gradviz").model


EMPTY = Model((Block("image", "Input", {"shape": [1, 28, 28]}),))


def test_a_composite_brings_those_that_it_needs(unet: Model, place: Path) -> None:
    assert [each.name for each in needed(unet, "Up")] == ["DoubleConv", "Up"]
    file = Library().keep(unet, "Up")
    assert file == place / "Up.json"
    assert [each.name for each in Library().put(EMPTY, "Up").composites] == ["DoubleConv", "Up"]
    assert Library().load("Up").composite == unet.composites[1]


def test_it_works_in_another_project_as_it_did(unet: Model) -> None:
    library = Library()
    library.keep(unet, "DoubleConv")
    there = library.put(EMPTY, "DoubleConv")
    convs = Block("convs", "DoubleConv", {"inputs": 1, "channels": 3})
    there = replace(
        there, blocks=(*there.blocks, convs, Block("y", "Output")),
        wires=(Wire("image", "convs"), Wire("convs", "y")),
    )  # fmt: skip
    assert infer(there).outputs["y"] == (("N", 3, 28, 28),)


def test_the_same_is_taken_once_and_another_one_is_refused(unet: Model, place: Path) -> None:
    library = Library()
    library.keep(unet, "Up")
    moved = replace(
        unet,
        composites=tuple(
            replace(each, blocks=tuple(replace(b, position=(1.0, 2.0)) for b in each.blocks))
            for each in unet.composites
        ),
    )
    assert library.put(unet, "Up") == unet
    assert library.put(moved, "Up") == moved
    library.keep(moved, "Up")
    double, up = unet.composites
    other = replace(unet, composites=(replace(double, note="mine"), up))
    with pytest.raises(UsageError, match="the model has another composite “DoubleConv”"):
        library.put(other, "Up")
    before = (place / "Up.json").read_bytes()
    with pytest.raises(UsageError, match="the library has another composite “Up”"):
        library.keep(other, "Up")
    assert (place / "Up.json").read_bytes() == before
    library.keep(other, "Up", over=True)
    assert library.load("Up").composites[0].note == "mine"


def test_names_that_differ_in_case_alone_do_not_share_a_file(unet: Model) -> None:
    library = Library()
    library.keep(unet, "Up")
    renamed = replace(unet, composites=(unet.composites[0], replace(unet.composites[1], name="up")))
    renamed = replace(renamed, blocks=(), wires=())
    with pytest.raises(UsageError, match="another composite “up”"):
        library.keep(renamed, "up")


def test_names_that_are_not_there(unet: Model) -> None:
    library = Library()
    assert library.names == ()
    with pytest.raises(UsageError, match="the model has no composite “Down” → it has: DoubleConv"):
        library.keep(unet, "Down")
    with pytest.raises(UsageError, match=r"no composite “\.\./\.\./secret”"):
        library.load("../../secret")
    library.keep(unet, "Up")
    library.remove("Up")
    with pytest.raises(UsageError, match="the library has no composite “Up”"):
        library.remove("Up")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "expected object, got array"),
        ('{"format": 1}', "“composites” is missing"),
        ('{"format": 1, "composites": []}', "is no composite “Bad” of this version"),
        ('{"format": 9, "composites": []}', "is no composite “Bad” of this version"),
        (
            '{"format": 1, "composites": [{"name": "Bad", '
            '"blocks": [{"name": "a", "kind": "Bad"}]}]}',
            "a composite contains itself",
        ),
    ],
)
def test_damaged_files_are_told(
    content: str, said: str, place: Path, unet: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Library()
    library.keep(unet, "Up")
    (place / "Bad.json").write_text(content, "utf-8")
    with pytest.raises(ProjectError, match=said) as raised:
        library.load("Bad")
    assert str(place / "Bad.json") in raised.value.where
    assert run(["blocks"]) == 0
    told = capsys.readouterr().out
    assert said in told
    assert "composite · your library\n  Bad" in told


def test_the_command_line_keeps_and_lists_them(
    examples: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unet = str(examples / "unet.gradviz")
    assert run(["blocks", "--keep", unet, "Up", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["settings"] == "channels=8"
    assert told["inputs"] == ["x", "skip"]
    assert run(["blocks", "--lang", "ko"]) == 0
    assert "composite · 내 라이브러리\n  Up" in capsys.readouterr().out
    i18n.use("en")
    assert run(["blocks", "--keep", unet, "Sideways"]) == 2
    assert "no composite “Sideways”" in capsys.readouterr().err
    assert [file.name for file in place.iterdir()] == ["Up.json"]


def test_no_code_comes_into_the_library(tmp_path: Path, place: Path) -> None:
    from gradviz import commands
    from gradviz.spec.data import Data
    from gradviz.spec.model import Choice
    from gradviz.spec.project import Project, Training
    from gradviz.workspace import Workspace

    mine = Composite(name="Mine", blocks=(Block("spike", "Spike"),))
    project = Project(
        model=Model((), (), (mine,)), data=Data(Choice("Moons")), files=("mine.py",),
        training=Training(Choice("MSELoss"), Choice("SGD")),
    )  # fmt: skip
    workspace = Workspace()
    workspace.open(project, None)
    with pytest.raises(UsageError, match=r"Mine\.spike: “Spike” is no block of gradviz"):
        commands.keep_composite(workspace, "Mine")
    assert not place.exists()


def test_the_platform_says_where_it_is(monkeypatch: pytest.MonkeyPatch, place: Any) -> None:
    assert default_folder() == place
    monkeypatch.delenv(VARIABLE)
    assert default_folder().name == "composites"
    assert "gradviz" in default_folder().parts
