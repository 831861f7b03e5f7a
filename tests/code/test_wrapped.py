"""The code of modules of the user's as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import gradviz
from gradviz.code.files import write_python
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.spec.pythonmodule import PythonModule

PARTS = """
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Output:
    low: torch.Tensor
    high: torch.Tensor


class Attention(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.fc = nn.Linear(size, size)

    def forward(self, x, scale=1.0, *, mask=None):
        y = self.fc(x) * scale
        return y if mask is None else y + mask


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.attn = Attention(size)

    def forward(self, x):
        y = self.attn(x)
        return {"first part": y, "rest": (Output(y * 2, y * 3), None), "loss": None}
"""
FILE = """
from torch import nn
from parts.layers import Attention, Block


class Net(nn.Module):
    def __init__(self, size, *args, depth=1, names=()):
        super().__init__()
        self.blocks = nn.ModuleList([Block(size) for _ in range(depth)])
        self.head = nn.Sequential(nn.Linear(size, size), nn.Tanh())

    def forward(self, x):
        return self.head(x)


net = Net(2)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "layers.py").write_text(PARTS, encoding="utf-8")
    path = tmp_path / "nets.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def project(file: Path, *more: PythonModule, **changed: Any) -> Project:
    make = "Net(2, depth=2, names=['a'])"
    modules = (
        PythonModule(
            "Attn", str(file), make, "blocks.1.attn", ("x", "mask"), arguments={"scale": 2.0}
        ),
        PythonModule(
            "Block", str(file), make, "blocks.0",
            outputs="{'first part': y, 'rest': (Output(low=low, high=high), _)}",
        ),
        PythonModule("Head", str(file), "net", "head"),
        PythonModule("Bend", "torch.nn", "Tanh()", inputs=("input",)),
        *more,
    )  # fmt: skip
    model = Model(
        (
            Block("x", "Input", {"shape": [2]}), Block("attn", "Attn"), Block("block", "Block"),
            Block("head", "Head", repeat=2), Block("tanh", "Bend"), Block("more", "Attn", repeat=2),
            Block("add", "Add"), Block("out", "Output"),
        ),
        (
            Wire("x", "attn.x"), Wire("x", "attn.mask"), Wire("attn", "block"),
            Wire("block.high", "head"), Wire("block.y", "tanh"), Wire("head", "more.x"),
            Wire("tanh", "more.mask"), Wire("more", "add.a"), Wire("block.low", "add.b"),
            Wire("add", "out"),
        ),
    )  # fmt: skip
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.05}), seed=5)
    return Project(
        name="wrapped",
        **{"model": model, "data": Data(Choice("Moons")), "training": training,
           "modules": modules, **changed},
    )  # fmt: skip


def test_it_is_written_as_a_teacher_would(file: Path) -> None:
    text = gradviz.to_python(project(file), trust=True)
    for line in (
        "torch.manual_seed(0)  # for what this draws as it is imported\nfrom nets import Net, net",
        "        self.attn = Net(2, depth=2, names=['a']).blocks[1].attn",
        "        self.block = Net(2, depth=2, names=['a']).blocks[0]",
        "        self.head = nn.Sequential(*(deepcopy(net).head for _ in range(2)))",
        "        self.tanh = nn.Tanh()",
        "        x = self.attn(x, mask=x, scale=2.0)",
        "        results = self.block(x)",
        "        block_low, block_high = results2.low, results2.high",
        "            out = part(out, mask=x, scale=2.0)",
    ):
        assert line.replace("'", '"') in text.replace("'", '"'), text


def test_it_runs_alone_with_the_same_bits(file: Path, tmp_path: Path) -> None:
    asked = project(file)
    out = tmp_path / "out"
    out.mkdir()
    code = write_python(asked, out / "train.py", trust=True)
    assert [each.relative_to(out).as_posix() for each in code] == [
        "train.py", "nets.py", "parts/layers.py"
    ]  # fmt: skip
    text = code[0].read_text("utf-8").replace("        print(", "        yield model\n        (")
    text += "\n*_, model = main(2)\ntorch.save(model.state_dict(), 'weights.pt')\n"
    code[0].write_text(text.replace('if __name__ == "__main__":\n    main()', ""), "utf-8")
    hidden = {**os.environ, "PYTHONPATH": ""}
    subprocess.run([sys.executable, "train.py"], cwd=out, check=True, env=hidden)
    session = gradviz.Session.from_project(asked, trust=True)
    session.step_iteration(2 * len(session.loader))  # type: ignore[arg-type]
    mine = session.model.state_dict()
    theirs = torch.load(out / "weights.pt", weights_only=True)
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_names_that_two_files_have_are_told_apart(file: Path) -> None:
    other = file.with_name("others.py")
    other.write_text(FILE, encoding="utf-8")
    text = gradviz.to_python(project(file, PythonModule("Other", str(other), "Net(2)")), trust=True)
    assert "nets.Net(2, depth=2" in text
    assert "import nets\n" in text
    assert "others" not in text
