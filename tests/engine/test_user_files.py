"""Blocks, losses, optimizers and datasets of a Python file of the user's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.cli import run
from gradviz.engine.building.shapes import infer
from gradviz.engine.catalogues.catalogues import catalogues_of
from gradviz.errors import BuildError, UsageError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training

FILE = '''
"""Blocks of mine."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from msgspec import Meta
from torch import Tensor, nn, optim
from torch.utils.data import Dataset, TensorDataset

pathlib.Path(__file__).with_suffix(".ran").touch()


@dataclass
class Config:
    width: int = 3


class Both(NamedTuple):
    low: Tensor
    high: Tensor


class Swish(nn.Module):
    """x times its own sigmoid.

    y = x · σ(beta · x)
    """

    def __init__(self, beta: float = 1.0, powers: list[int] = [1]) -> None:
        super().__init__()
        assert isinstance(powers, list)
        self.beta = nn.Parameter(torch.tensor(beta))

    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 1e9:  # looks at its numbers
            return x
        return x * torch.sigmoid(self.beta * x)


class Halves(nn.Module):
    def forward(self, x: Tensor, scale=1.0) -> Both:
        return Both(*x.chunk(2, dim=1))


def blend(a: Tensor, b: Tensor, share: Annotated[float, Meta(ge=0, le=1)] = 0.5) -> Tensor:
    """A mixture.

    y = share · a + (1 - share) · b
    """
    return _mix(a, b, share)


def _mix(a: Tensor, b: Tensor, share: float) -> Tensor:
    return share * a + (1 - share) * b


def Wide(width: int, deep: bool = True) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.Tanh())


def noise(width: int = 4) -> nn.Parameter:
    return nn.Parameter(torch.randn(width))


def helper(x):
    return x


def my_loss(output: Tensor, target: Tensor, power: float = 2.0) -> Tensor:
    one_hot = nn.functional.one_hot(target, output.shape[1])
    return (one_hot - output).abs().pow(power).mean()


class MyLoss(nn.Module):
    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return my_loss(output, target)


class MySGD(optim.Optimizer):
    def __init__(self, params, lr: float = 0.1) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter -= group["lr"] * parameter.grad


class MySteps(optim.lr_scheduler.LRScheduler):
    def __init__(self, optimizer, by: float = 0.5) -> None:
        self.by = by
        super().__init__(optimizer)

    def get_lr(self):
        return [lr * self.by ** self.last_epoch for lr in self.base_lrs]


def Ring(count: int = 32) -> Dataset:
    x = torch.randn(count, 4)
    return TensorDataset(x, (x.norm(dim=1) > 1.8).long())
'''

MODEL = Model(
    (
        Block("x", "Input", {"shape": [4]}),
        Block("body", "Wide", {"width": 4}, repeat=2),
        Block("act", "Swish", {"beta": 1.5, "powers": [1, 2]}),
        Block("offset", "noise"),
        Block("add", "Add"),
        Block("halves", "Halves"),
        Block("mix", "blend", {"share": 0.25}, repeat=2),
        Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
        Block("y", "Output"),
    ),
    (
        Wire("x", "body"), Wire("body", "act"), Wire("act", "add.a"), Wire("offset", "add.b"),
        Wire("add", "halves"), Wire("halves.high", "mix.a"), Wire("halves.low", "mix.b"),
        Wire("mix", "fc"), Wire("fc", "y"),
    ),
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my_blocks.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def project(file: Path, model: Model = MODEL, **more: Any) -> Project:
    training = Training(
        **{
            "loss": Choice("my_loss", {"power": 1.5}),
            "optimizer": Choice("MySGD", {"lr": 0.05}),
            "scheduler": Choice("MySteps"),
            **more,
        }
    )
    data = Data(Choice("Ring"), batch_size=8)
    return Project(name="mine", model=model, data=data, training=training, files=(str(file),))


def test_nothing_runs_without_consent(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = project(file)
    gradviz.save(asked, file.with_name("p.gradviz"))
    loaded = gradviz.load(file.with_name("p.gradviz"))
    assert '"my_blocks.py"' in file.with_name("p.gradviz").read_text("utf-8")
    for attempt in (gradviz.build, gradviz.to_python, gradviz.Session.from_project):
        with pytest.raises(UsageError, match="has not been trusted"):
            attempt(loaded)
    assert run(["run", str(file.with_name("p.gradviz"))]) == 2
    assert "my_blocks.py: this file has not been trusted" in capsys.readouterr().err
    assert run(["blocks", "--file", str(file)]) == 2
    assert not file.with_suffix(".ran").exists()
    assert run(["run", str(file.with_name("p.gradviz")), "--trust"]) == 0
    assert file.with_suffix(".ran").exists()


def test_a_file_that_changed_is_a_stranger_again(file: Path) -> None:
    from gradviz.engine.catalogues.trusted import Trusted

    trusted = Trusted()
    trusted.add(file)
    gradviz.build(project(file), trust=trusted)
    file.write_text(FILE + "\n# changed\n", encoding="utf-8")
    with pytest.raises(UsageError, match="changed since it was trusted"):
        gradviz.build(project(file), trust=trusted)


def test_what_is_in_a_file_becomes_what_it_is(file: Path) -> None:
    found = catalogues_of(project(file), True)
    assert found.homes == dict.fromkeys(
        ("Swish", "Halves", "blend", "Wide", "noise", "my_loss", "MyLoss", "MySGD", "MySteps",
         "Ring"), "my_blocks"
    )  # fmt: skip
    assert found.blocks["Swish"].signature() == "beta=1.0, powers=[1]"
    assert found.blocks["Swish"].forward == ("y = x · σ(beta · x)",)
    assert found.blocks["Swish"].summary == "x times its own sigmoid."
    assert found.blocks["Halves"].inputs == ("x",)
    assert found.blocks["Halves"].outputs == ("low", "high")
    assert found.blocks["blend"].inputs == ("a", "b")
    assert found.blocks["noise"].learns
    assert "my_loss" in found.losses
    assert "Swish" not in catalogues_of(project(file).__class__(
        model=MODEL, data=Data(Choice("Moons")), training=project(file).training
    )).blocks  # fmt: skip


def test_shapes_go_through_code_that_looks_at_its_numbers(file: Path) -> None:
    blocks = catalogues_of(project(file), True).blocks
    torch.manual_seed(4)
    before = torch.get_rng_state()
    shapes = infer(MODEL, blocks)
    assert torch.equal(torch.get_rng_state(), before)
    assert shapes.problems == ()
    assert shapes.outputs["act"] == (("N", 4),)
    assert shapes.outputs["halves"] == (("N", 2), ("N", 2))
    assert shapes.parameters["body"] == 40


def test_the_code_gives_the_same_bits(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradviz.code.files import write_python

    asked = project(file)
    out = file.with_name("out")
    out.mkdir()
    code = write_python(asked, out / "train.py", trust=True)
    assert [each.name for each in code] == ["train.py", "my_blocks.py"]
    session = gradviz.Session.from_project(asked, trust=True)
    session.step_iteration(8)
    text = code[0].read_text("utf-8").replace("        print(", "        yield model\n        (")
    made: dict[str, Any] = {"__name__": "exported"}
    monkeypatch.syspath_prepend(str(out))
    monkeypatch.delitem(sys.modules, "my_blocks", raising=False)
    exec(compile(text, "train.py", "exec"), made)
    monkeypatch.delitem(sys.modules, "my_blocks")
    *_, model = made["main"](2)
    mine, theirs = session.model.state_dict(), model.state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_the_command_line_lists_them(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["blocks", "--file", str(file), "--trust"]) == 0
    assert "block · my_blocks\n  Swish" in capsys.readouterr().out
    assert run(["blocks", "blend", "--file", str(file), "--trust", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["group"] == "my_blocks"
    assert told["inputs"] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_that_name", "does not run: ModuleNotFoundError"),
        ("def f(:", "does not run: SyntaxError"),
        ("raise SystemExit(3)", "does not run: SystemExit"),
        ("1 / 0", "does not run: ZeroDivisionError"),
        (
            "from torch import Tensor\ndef add(x: Tensor, y) -> Tensor:\n    return x",
            "add: this cannot be set from a project: “y” has no type",
        ),
        (
            "from torch import nn, Tensor\nclass A(nn.Module):\n"
            "    def __init__(self, act: nn.Module): ...\n    def forward(self, x): ...",
            "A: this cannot be set from a project",
        ),
        ("from torch import Tensor\ndef Linear(x: Tensor) -> Tensor: ...", "a block “Linear” alre"),
        ("def f(x: Nope) -> Nope: ...", "f: this cannot be set from a project: name 'Nope'"),
    ],
)
def test_files_that_are_no_use_are_refused(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text, encoding="utf-8")
    assert run(["blocks", "--file", str(file), "--trust"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "mine.py" in line


@pytest.mark.parametrize("name", ["my-blocks.py", "torch.py", "json.py", "class.py", "blocks.txt"])
def test_files_that_code_could_not_import_are_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot import a file of this name"):
        catalogues_of(project(file), True)


def of(text: str, tmp_path: Path, **settings: Any) -> Project:
    file = tmp_path / "mine.py"
    head = "import torch\nfrom torch import Tensor, nn\n"
    file.write_text(head + text, encoding="utf-8")
    model = Model(
        (Block("x", "Input", {"shape": [4]}), Block("tested", "A", settings), Block("y", "Output")),
        (Wire("x", "tested"), Wire("tested", "y")),
    )
    return Project(
        model=model, data=Data(Choice("Moons")), files=(str(file),),
        training=Training(Choice("MSELoss"), Choice("SGD")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def A(x: Tensor) -> Tensor:\n    return {}['k']", "(N, 4): KeyError: 'k'"),
        ("def A(x: Tensor) -> Tensor:\n    return 3", "it gives int, and its annotation says 1"),
        ("def A(x: Tensor) -> Tensor:\n    return x, x", "it gives Tensor, Tensor"),
        ("def A(x: Tensor) -> Tensor:\n    return x @ torch.ones(5, 1)", "mat1 and mat2"),
        ("def A(width: int = 2) -> nn.Module:\n    return {}[width]", "A cannot be made: 2"),
    ],
)
def test_blocks_that_fail_are_told_by_their_names(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as raised:
        gradviz.build(of(text, tmp_path), trust=True)
    assert raised.value.block == "tested"
    assert said in str(raised.value)


def test_settings_keep_their_ranges(file: Path) -> None:
    blocks = tuple(
        Block(each.name, each.kind, {"share": 2.0}) if each.name == "mix" else each
        for each in MODEL.blocks
    )
    with pytest.raises(BuildError, match=r"blend\.share must be 1\.?0? or less"):
        gradviz.build(project(file, Model(blocks, MODEL.wires)), trust=True)


def test_a_size_that_grows_with_the_batch_is_known(tmp_path: Path) -> None:
    text = (
        "def A(x: Tensor) -> Tensor:\n"
        "    x = x * (x.sum().item() > 0)\n"
        "    return torch.cat([x, x, x[:1].repeat(3, 1)])[: 2 * len(x)]"
    )
    asked = of(text, tmp_path)
    shapes = infer(asked.model, catalogues_of(asked, True).blocks)
    assert shapes.outputs["tested"] == (("2·N", 4),)


def test_the_code_does_not_overwrite_what_it_imports(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gradviz.save(project(file), file.with_name("p.gradviz"))
    said = ["export", str(file.with_name("p.gradviz")), "-o", str(file), "--trust"]
    assert run(said) == 2
    assert "needs another file of this name" in capsys.readouterr().err
    assert file.read_text("utf-8") == FILE
