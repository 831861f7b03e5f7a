"""Weights as safetensors: the same bits again, and what does not fit is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file, save_file
from torch import nn

import gradviz
from gradviz.cli import run
from gradviz.errors import BuildError, OutputError, WrongValueError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Wire
from gradviz.spec.project import Project, Training

RESIDUAL = Composite(
    name="Residual",
    blocks=(
        Block("x", "Input"),
        Block("fc", "Linear", {"in_features": 4, "out_features": 4}),
        Block("norm", "BatchNorm1d", {"num_features": 4}),
        Block("y", "Output"),
    ),
    wires=(Wire("x", "fc"), Wire("fc", "norm"), Wire("norm", "y")),
)
MODEL = Model(
    (
        Block("point", "Input", {"shape": [2]}),
        Block("up", "Linear", {"in_features": 2, "out_features": 4}),
        Block("body", "Residual", repeat=2),
        Block("offset", "Parameter", {"shape": [4]}),
        Block("add", "Add"),
        Block("head", "Linear", {"in_features": 4, "out_features": 2}),
        Block("scores", "Output"),
    ),
    (
        Wire("point", "up"), Wire("up", "body"), Wire("body", "add.a"), Wire("offset", "add.b"),
        Wire("add", "head"), Wire("head", "scores"),
    ),
    (RESIDUAL,),
)  # fmt: skip


def project(**training: Any) -> Project:
    asked = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1}), **training)
    return Project(name="net", model=MODEL, data=Data(Choice("Moons")), training=asked)


def state(model: nn.Module) -> dict[str, torch.Tensor]:
    return dict(model.state_dict())


def same(mine: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    return list(mine) == list(theirs) and all(torch.equal(mine[n], theirs[n]) for n in mine)


def test_what_was_saved_is_loaded_to_the_bit(tmp_path: Path) -> None:
    session = gradviz.Session.from_project(project())
    session.step_iteration(3)
    file = tmp_path / "w.safetensors"
    gradviz.save_weights(session.model, file)
    again = gradviz.build(project(seed=5, weights=str(file)))
    assert same(state(again), state(session.model))
    assert same(load_file(file), {name: state(again)[name] for name in load_file(file)})
    assert [each.requires_grad for each in again.parameters()] == [
        each.requires_grad for each in session.model.parameters()
    ]


def test_a_model_of_pytorch_has_no_need_of_a_project(tmp_path: Path) -> None:
    mine, theirs = (nn.TransformerEncoderLayer(8, 2, 16) for _ in range(2))
    gradviz.save_weights(mine, tmp_path / "w.safetensors")
    gradviz.load_weights(theirs, tmp_path / "w.safetensors")
    assert same(state(mine), state(theirs))


def test_tied_and_odd_tensors_are_saved(tmp_path: Path) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = nn.Linear(3, 3), nn.Linear(3, 3)
            self.down.weight = self.up.weight
            self.register_buffer("wide", torch.arange(6.0).view(2, 3).t())
            self.register_buffer("view", self.get_buffer("wide")[1:])
            self.register_buffer("none", torch.empty(0, 3))
            self.register_buffer("brain", torch.rand(2).bfloat16())
            self.register_buffer("count", torch.tensor(7))

    mine, theirs = Tied(), Tied()
    gradviz.save_weights(mine, tmp_path / "w.safetensors")
    gradviz.load_weights(theirs, tmp_path / "w.safetensors")
    assert same(state(mine), state(theirs))
    assert theirs.down.weight is theirs.up.weight


def test_weights_are_those_at_the_cursor(tmp_path: Path) -> None:
    from gradviz import commands
    from gradviz.workspace import Workspace

    workspace = Workspace()
    workspace.open(project(), None)
    commands.start(workspace)
    commands.run(workspace, 2)
    end = state(workspace.require_session().model)
    commands.save_weights(workspace, tmp_path / "end.safetensors")
    commands.goto_event(workspace, -1)
    commands.save_weights(workspace, tmp_path / "start.safetensors")
    loaded = gradviz.build(project(weights=str(tmp_path / "end.safetensors")))
    assert same(state(loaded), end)
    loaded = gradviz.build(project(weights=str(tmp_path / "start.safetensors")))
    assert same(state(loaded), state(gradviz.build(project())))


def without(name: str) -> Any:
    return lambda tensors: tensors.pop(name)


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (without("head.bias"), "head.bias", "no tensor for “bias” of block “head”"),
        (without("offset"), "offset", "no tensor for “offset” of block “offset”"),
        (
            without("body.1.norm.running_mean"),
            "body.1.norm.running_mean",
            "no tensor for “running_mean” of block “body.1.norm”",
        ),
        (
            lambda t: t.update({"body.0.fc.weight": torch.zeros(4, 5)}),
            "body.0.fc.weight",
            "the file has (4, 5) for “weight” of block “body.0.fc”, which is (4, 4)",
        ),
        (
            lambda t: t.update({"up.bias": t["up.bias"].half()}),
            "up.bias",
            "the file has float16 for “bias” of block “up”, which is float32",
        ),
        (lambda t: t.update({"fc9.weight": torch.zeros(1)}), "fc9.weight", "has no block with"),
        (lambda t: t.clear(), "offset", "no tensor for “offset” of block “offset”"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    change: Any, where: str, said: str, tmp_path: Path
) -> None:
    model = gradviz.build(project())
    before = {name: tensor.clone() for name, tensor in state(model).items()}
    tensors = dict(before)
    change(tensors)
    file = tmp_path / "w.safetensors"
    save_file(tensors, file)
    with pytest.raises(BuildError) as raised:
        gradviz.load_weights(model, file)
    assert said in str(raised.value)
    assert raised.value.where == f"{file} {where}"
    assert same(state(model), before)


@pytest.mark.parametrize("content", [b"", b"no safetensors at all", b"\x80\x04pickle" * 9])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    with pytest.raises(BuildError, match="no such file of weights"):
        gradviz.build(project(weights=str(file)))
    file.write_bytes(content)
    with pytest.raises(BuildError, match="cannot be read as safetensors"):
        gradviz.build(project(weights=str(file)))


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    model = nn.Linear(2, 2)
    gradviz.save_weights(model, tmp_path / "w.safetensors")
    content = (tmp_path / "w.safetensors").read_bytes()
    model.register_buffer("holes", torch.eye(2).to_sparse())
    with pytest.raises(WrongValueError, match="plain tensors"):
        gradviz.save_weights(model, tmp_path / "w.safetensors")
    assert (tmp_path / "w.safetensors").read_bytes() == content
    with pytest.raises(OutputError):
        gradviz.save_weights(nn.Linear(2, 2), tmp_path / "none" / "w.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


def test_a_project_names_its_weights_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    file = folder / "w.safetensors"
    gradviz.save_weights(gradviz.build(project(seed=3)), file)
    gradviz.save(project(weights=str(file)), folder / "net.gradviz")
    assert '"weights": "w.safetensors"' in (folder / "net.gradviz").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    loaded = gradviz.load("here/net.gradviz")
    assert same(state(gradviz.build(loaded)), state(gradviz.build(project(seed=3))))


def test_the_code_loads_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "net.gradviz"
    gradviz.save(project(), source)
    trained, code = tmp_path / "trained.safetensors", tmp_path / "out" / "net.py"
    code.parent.mkdir()
    said = ["run", str(source), "--iterations", "2", "--save-weights", str(trained)]
    assert run(said) == 0
    assert run(["export", str(source), "-o", str(code), "--weights", str(trained)]) == 0
    assert sorted(each.name for each in code.parent.iterdir()) == ["net.py", "trained.safetensors"]
    text = code.read_text("utf-8").replace("    loss_fn =", "    return model\n    loss_fn =")
    made: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, str(code), "exec"), made)
    monkeypatch.chdir(code.parent)
    expected = gradviz.build(project(weights=str(trained)))
    assert same(state(made["main"]()), state(expected))
    capsys.readouterr()
    blocks = tuple(
        replace(each, repeat=3) if each.name == "body" else each for each in MODEL.blocks
    )
    wrong = project(weights=str(trained))
    gradviz.save(replace(wrong, model=replace(MODEL, blocks=blocks)), source)
    assert run(["export", str(source), "-o", str(tmp_path / "wrong.py")]) == 2
    assert "for “weight” of block “body.2.fc”" in capsys.readouterr().err
    assert run(["run", str(source), "--save-weights", str(source)]) == 2
    assert "this would overwrite the project" in capsys.readouterr().err
    assert not (tmp_path / "wrong.py").exists()
