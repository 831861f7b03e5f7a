"""Datasets of the user's that fail, one after another in one window: it says so and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace
from tests.qt.conftest import PATIENCE

FILE = """
import torch
from torch.utils.data import Dataset


def dataset(wrong, length=24):
    class Mine(Dataset):
        def __len__(self):
            return length

        def __getitem__(self, index):
            return wrong(index) if index == 7 else (torch.ones(2), index % 2)

    return Mine()


def Good() -> Dataset:
    return dataset(lambda index: (torch.zeros(2), 0))


def Raises() -> Dataset:
    return dataset(lambda index: {}["seven"])


def Leaves() -> Dataset:
    return dataset(lambda index: exit(3))


def Left() -> Dataset:
    raise SystemExit(4)


def Nothing() -> Dataset:
    return dataset(lambda index: None)


def Sparse() -> Dataset:
    return dataset(lambda index: (torch.ones(2).to_sparse(), 0))


def Negative() -> Dataset:
    return dataset(None, length=-1)


def Empty() -> Dataset:
    return dataset(None, length=0)


def Label() -> Dataset:
    return dataset(lambda index: (torch.ones(2), 2))
"""
CASES = {
    "Raises": "sample 7 (place 3 of batch 1) cannot be had: KeyError: 'seven'",
    "Leaves": "cannot be had: SystemExit: 3",
    "Left": "Left cannot be made: 4",
    "Nothing": "has None in sample",
    "Sparse": "sparse",
    "Negative": "the __len__ of Negative fails",
    "Empty": "Empty has no sample",
    "Label": "Target 2 is out of bounds",
}


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a project with a dataset of the file's."""
    (tmp_path / "mine.py").write_text(FILE)

    def write(kind: str) -> Path:
        blocks = [
            {"name": "x", "kind": "Input", "settings": {"shape": [2]}},
            {"name": "fc", "kind": "Linear", "settings": {"in_features": 2, "out_features": 2}},
            {"name": "y", "kind": "Output"},
        ]
        wires = [{"from": "x", "to": "fc"}, {"from": "fc", "to": "y"}]
        told = {
            "format": 1,
            "files": ["mine.py"],
            "model": {"blocks": blocks, "wires": wires},
            "data": {"dataset": {"kind": kind}, "batch_size": 4, "shuffle": False},
            "training": {
                "loss": {"kind": "CrossEntropyLoss"},
                "optimizer": {"kind": "SGD", "settings": {"lr": 0.1}},
            },
        }
        path = tmp_path / f"{kind}.gradviz"
        path.write_text(json.dumps(told))
        return path

    return write


def begin(workspace: Workspace, path: Path) -> None:
    commands.open_project(workspace, path)
    commands.trust(workspace)
    commands.start(workspace)


def test_the_window_says_what_is_wrong_and_goes_on(
    qtbot: QtBot,
    make_window: Callable[[Workspace], MainWindow],
    project: Callable[[str], Path],
) -> None:
    workspace = Workspace()
    begin(workspace, project("Good"))
    window = make_window(workspace)

    def said() -> str:
        qtbot.waitUntil(lambda: window.idle, timeout=PATIENCE)
        return "" if window.messages.isHidden() else window.messages.text.text()

    for kind, words in CASES.items():
        window.runner.do(begin, project(kind))
        if not said():
            window.runner.do(commands.run, 3)
        assert words in said()
        window.messages.clear()
        window.runner.do(begin, project("Good"))
        window.runner.do(commands.run)
        assert not said(), kind
        assert workspace.require_session().iterations
