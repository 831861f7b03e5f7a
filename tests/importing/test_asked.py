"""What a file makes, with the tensors that were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradviz
from gradviz import commands
from gradviz.errors import GradvizError
from gradviz.importing.fromfile import import_file
from gradviz.spec.example import example_of
from gradviz.workspace import Workspace

TOKENS = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(100, 4)

    def forward(self, tokens, scale):
        return self.embed(tokens) * scale
"""
HIDDEN = """
import time
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return x * time.perf_counter()
"""


def write(folder: Path, text: str) -> str:
    (folder / "net.py").write_text(text, encoding="utf-8")
    return f"{folder / 'net.py'}:Net"


def test_the_data_have_the_numbers_that_were_asked_for(tmp_path: Path) -> None:
    examples = [example_of("2,3<100"), example_of("2,3,1")]
    found = import_file(write(tmp_path, TOKENS), examples)
    assert found.project.data.dataset.settings["below"] == [100, 0]


def test_what_cannot_be_a_project_is_not_said_to_be_called_wrongly(tmp_path: Path) -> None:
    with pytest.raises(GradvizError, match="this module cannot be a project") as told:
        import_file(write(tmp_path, HIDDEN), [example_of("2,3")])
    assert "called with" not in str(told.value)


def test_other_weights_stay_as_they_are(tmp_path: Path) -> None:
    own = tmp_path / "it.safetensors"
    own.write_bytes(b"the user's own")
    target, shapes = write(tmp_path, TOKENS), ("2,3<100", "2,3,1")
    for _ in range(2):
        commands.import_module(Workspace(), target, shapes, output=tmp_path / "it.gradviz")
    assert own.read_bytes() == b"the user's own"
    assert sorted(each.name for each in tmp_path.glob("*.safetensors")) == [
        "it-2.safetensors",
        "it.safetensors",
    ]


def test_the_data_have_the_dtypes_that_were_asked_for(tmp_path: Path) -> None:
    text = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x, left_out):
        return self.fc(x.float().masked_fill(left_out, 0.0))
"""
    examples = [example_of("3,4:float64"), example_of("3,4:bool")]
    project = import_file(write(tmp_path, text), examples).project
    assert project.data.dataset.settings["dtypes"] == ["float64", "bool"]
    session = gradviz.Session.from_project(project, trust=True)
    assert session.run_iteration()
