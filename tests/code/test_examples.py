"""The examples that come with gradviz: they build, run, and are written as code."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

import gradviz
from gradviz import commands
from gradviz.code.files import write_python
from gradviz.engine.building.shapes import infer
from gradviz.engine.catalogues.catalogues import catalogues_of
from gradviz.resources import assets
from gradviz.workspace import Workspace

EXAMPLES = sorted((assets() / "examples").glob("*.gradviz"))
LARGE = {"resnet34", "resnet50", "vgg11"}
LEARNING = (
    *("moons_mlp", "xw_plus_b", "my_linear", "xor", "logistic_by_hand", "text_classifier"),
    *("autoencoder", "gan_discriminator", "gan_generator", "siamese"),
    *("digits_mlp", "names_rnn", "spirals_mlp", "tones_cnn"),
)
ITERATIONS = 48


@pytest.fixture(params=EXAMPLES, ids=lambda file: file.stem)
def example(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


def test_every_example_fits_together(example: Path) -> None:
    project = gradviz.load(example)
    assert project.name
    assert project.note.endswith(".")
    assert infer(project.model, catalogues_of(project, True).blocks).problems == ()


def test_every_example_runs_and_its_code_gives_the_same_bits(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = gradviz.load(example)
    text = gradviz.to_python(project, trust=True)
    if example.stem in LARGE:  # these are set beside plain ones elsewhere
        return
    session = gradviz.Session.from_project(project, trust=True)
    assert session.run_iteration()
    made: dict[str, Any] = {"__name__": "exported"}
    monkeypatch.syspath_prepend(str(example.parent))
    exec(compile(text, "exported.py", "exec"), made)
    name = text.partition("model = ")[2].partition("(")[0]
    torch.manual_seed(project.training.seed)
    written = made[name]()
    if project.training.weights:
        written.load_state_dict(load_file(project.training.weights))
    built = gradviz.build(project, trust=True)
    assert list(written.state_dict()) == list(built.state_dict())
    batch = [each[:2] for each in next(iter(session.loader))[:-1]]
    torch.manual_seed(1)
    out = built(*batch)
    torch.manual_seed(1)
    assert torch.equal(written(*batch), out)


@pytest.mark.parametrize("name", LEARNING)
def test_the_small_examples_learn(name: str, examples: Path) -> None:
    workspace = Workspace()
    workspace.open(gradviz.load(examples / f"{name}.gradviz"), None)
    commands.trust(workspace)
    commands.start(workspace)
    commands.run(workspace, ITERATIONS)
    losses = commands.losses(workspace)
    assert len(losses) == ITERATIONS
    part = ITERATIONS // 3
    assert sum(losses[-part:]) < 0.8 * sum(losses[:part])


@pytest.mark.parametrize(
    "name", ["logistic_by_hand", "gan_generator", "autoencoder", "digits_mlp", "names_rnn"]
)
def test_what_stands_beside_an_example_goes_with_its_code(
    name: str,
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it trains as the session does, from another folder."""
    project = gradviz.load(examples / f"{name}.gradviz")
    write_python(project, tmp_path / "train.py", trust=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    runpy.run_path("train.py", run_name="__main__")
    said = capsys.readouterr().out
    workspace = Workspace()
    workspace.open(project, None)
    commands.trust(workspace)
    commands.start(workspace)
    commands.run(workspace, len(workspace.require_session().loader))  # type: ignore[arg-type]
    assert said == f"epoch 1: loss {commands.losses(workspace)[-1]:.4f}\n"


def test_the_linear_layer_finds_the_line(examples: Path) -> None:
    session = gradviz.Session.from_project(gradviz.load(examples / "my_linear.gradviz"))
    session.step_iteration(80)
    assert session.state.params["line.weights"].item() == pytest.approx(3, abs=0.1)
    assert session.state.params["line.bias"].item() == pytest.approx(1, abs=0.05)


def test_what_is_derived_by_hand_is_what_autograd_finds(examples: Path) -> None:
    project = gradviz.load(examples / "logistic_by_hand.gradviz")
    session = gradviz.Session.from_project(project, trust=True)
    assert isinstance(session.model, nn.Module)
    w, b = (each.double().requires_grad_() for each in (torch.randn(2, 1), torch.randn(1)))
    x, y = torch.randn(6, 2).double().requires_grad_(), torch.tensor([0, 1, 1, 0, 1, 0])
    session.model.double()

    def by_hand(x: Tensor, w: Tensor, b: Tensor) -> Any:
        z = torch.func.functional_call(session.model, {"line.w": w, "line.b": b}, (x,))
        return session.loop.loss_fn(z, y)

    torch.autograd.gradcheck(by_hand, (x, w, b))
    plain = nn.BCEWithLogitsLoss()((x @ w + b)[:, 0], y.double())
    assert by_hand(x, w, b).item() == pytest.approx(plain.item())
