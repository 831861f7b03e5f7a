"""Modules of Python files, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import gradviz
from gradviz.cli import run
from gradviz.engine.building.weights import write_weights
from gradviz.errors import BuildError, UsageError
from gradviz.importing.fromfile import import_file, tensor_of
from gradviz.spec.example import Example, example_of

LAYERS = """
import torch
from torch import nn


class Gate(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, dim)

    def forward(self, x):
        if x.abs().mean() > 100:
            return x
        return x * torch.sigmoid(self.fc(x))
"""
NET = """
import torch
from torch import nn
from layers import Gate

torch.manual_seed(4)


class Net(nn.Module):
    def __init__(self, width=4, depth=1):
        super().__init__()
        self.body = nn.Sequential(*(nn.Linear(width, width) for _ in range(depth)))
        self.gate = Gate(width)
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        return self.head(self.gate(self.body(x)))


if __name__ == "__main__":
    raise SystemExit("this must not run")
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "layers.py").write_text(LAYERS, encoding="utf-8")
    made = tmp_path / "net.py"
    made.write_text(NET, encoding="utf-8")
    return made


def test_a_file_becomes_a_project_with_its_weights(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep.gradviz"
    target = f"{file}:Net(depth=3)"
    assert run(["import", target, "--input", "1,4", "-o", str(out), "--json", "--lang", "en"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["project"] == str(out)
    assert list(told["python"]) == ["gate"]
    assert "numbers in a tensor" in told["python"]["gate"]
    project = gradviz.load(out)
    assert [each.repeat for each in project.model.blocks if each.name == "body"] == [3]
    assert project.modules[0].path == "gate"
    with pytest.raises(UsageError, match="not been trusted"):
        gradviz.build(project)
    found = import_file(target, [Example((1, 4))])
    x = torch.randn(5, 4)
    built = gradviz.build(project, trust=True)
    assert [each.shape for each in built.state_dict().values()] == [
        each.shape for each in found.state.values()
    ]
    assert built(x).shape == (5, 3)
    assert run(["run", str(out), "--trust", "--lang", "en"]) == 0
    assert run(["export", str(out), "-o", str(tmp_path / "model.py"), "--trust"]) == 0


def test_weights_can_be_given_first(file: Path, tmp_path: Path) -> None:
    shapes = {"body.0": (4, 4), "gate.fc": (4, 4), "head": (3, 4)}
    ones = {f"{name}.weight": torch.ones(shape) for name, shape in shapes.items()}
    ones |= {f"{name}.bias": torch.ones(shape[0]) for name, shape in shapes.items()}
    write_weights(ones, tmp_path / "w.safetensors")
    found = import_file(f"{file}:Net", [Example((1, 4))], weights=tmp_path / "w.safetensors")
    assert sorted(found.state) == ["body.bias", "body.weight", "gate.fc.bias", "gate.fc.weight",
                                   "head.bias", "head.weight"]  # fmt: skip
    assert all(bool((each == 1).all()) for each in found.state.values())


@pytest.mark.parametrize(
    ("target", "shape", "said"),
    [
        ("net.py", "1,4", "net.py:Net"),
        ("net.py:", "1,4", "net.py:Net"),
        ("none.py:Net", "1,4", "no such file"),
        ("net.py:Nothing", "1,4", "Gate, Net"),
        ("net.py:torch", "1,4", "no module of it"),
        ("net.py:Net(depth=x)", "1,4", "plain values"),
        ("net.py:Net(depth='a')", "1,4", "depth='a'"),
        ("net.py:Net", "1,5", "cannot be called with"),
        ("net.py:Net", "1,4,x", "--input"),
        ("net.py:Net", "1,4:complex7", "--input"),
        ("broken.py:Net", "1,4", "does not run"),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_line(
    file: Path,
    target: str,
    shape: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(file.parent)
    file.with_name("broken.py").write_text("import nothing_like_this\n", encoding="utf-8")
    assert run(["import", target, "--input", shape, "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 1
    assert said in told
    assert not list(file.parent.glob("*.gradviz"))


def test_inputs_are_read() -> None:
    assert example_of("1,3,8,8") == Example((1, 3, 8, 8))
    assert example_of("2, 16 : int64 < 1000") == Example((2, 16), "int64", 1000)
    assert tensor_of(example_of("2,16<9")).max() < 9
    assert tensor_of(example_of("4:bool")).dtype == torch.bool


def test_a_module_that_cannot_take_its_input_is_told_with_the_shapes(file: Path) -> None:
    with pytest.raises(BuildError, match=r"\(2, 9\)"):
        import_file(f"{file}:Net", [Example((2, 9))])


PEOPLE = Path(__file__).parent / "people"


@pytest.mark.parametrize(
    ("target", "shape"),
    [
        ("signals.py:TemporalBlock(3, 4, 2, stride=1, dilation=2, padding=2)", (2, 3, 10)),
        ("signals.py:TCN(2, [4, 4, 4])", (2, 2, 12)),
        ("formulas.py:MyBatchNorm(4)", (3, 4)),
        ("habits.py:pruned()", (3, 6)),
        ("odd.py:IfMean()", (3, 4)),
    ],
)
def test_what_no_blocks_can_say_opens_from_its_file(target: str, shape: tuple[int, ...]) -> None:
    """Also where its class does not tell how it was made."""
    found = import_file(f"{PEOPLE / target}", [Example(shape)])
    built = gradviz.build(found.project, trust=True)
    built.load_state_dict(dict(found.state), strict=False)
    assert found.remarks
    assert built(torch.randn(shape)).isfinite().all()
