"""A model that is given text fails with words that help, after the batch could be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.cli import run
from gradviz.spec.codec import encode
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.trace.events import BatchFetched, Failed


def project() -> Project:
    model = Model(
        (
            Block("x", "Input", {"shape": [5], "dtype": "int64"}),
            Block("words", "Embedding", {"num_embeddings": 10, "embedding_dim": 4}),
            Block("y", "Output"),
        ),
        (Wire("x", "words"), Wire("words", "y")),
    )
    data = Data(Choice("FiveWords"), batch_size=2, inputs=("Text",), target="Class")
    return Project(
        model=model, data=data, training=Training(Choice("CrossEntropyLoss"), Choice("SGD"))
    )


def test_text_is_told_of_and_the_batch_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = gradviz.Session.from_project(project())
    assert not session.run_iteration()
    events = session.trace.events
    assert isinstance(events[0], BatchFetched)
    assert isinstance(events[-1], Failed)
    assert "takes numbers" in str(session.error)
    assert "must be Tensor" in str(session.error)
    file = tmp_path / "words.gradviz"
    file.write_bytes(encode(project()))
    assert run(["run", str(file)]) == 1
    assert "Tokenize" in capsys.readouterr().err


def test_what_fails_without_text_stays_as_it_is() -> None:
    class Wrong(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x: Tensor) -> Tensor:
            raise TypeError("mine")

    model = Wrong()
    optimizer = torch.optim.SGD(model.parameters())
    batch = (torch.ones(1), torch.ones(1))
    session = gradviz.Session(model, nn.MSELoss(), optimizer, [batch])
    session.run_iteration()
    assert type(session.error) is TypeError
