"""A window whose batch pane is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradviz import commands
from gradviz.qt.loader.loaderview import LoaderView
from gradviz.qt.mainwindow import MainWindow
from gradviz.workspace import Workspace

OWN = '''
import torch
from torch.utils.data import Dataset


class Own(Dataset):
    """Dict samples, of which one may be bad."""

    classes = ("no", "yes")

    def __init__(self, bad: str = ""):
        self.bad = bad

    def __len__(self):
        return 12

    def __getitem__(self, index):
        length = 8
        if index == 7 and self.bad == "raises":
            raise ValueError("line 7 is torn")
        if index == 7 and self.bad == "none":
            return None
        if index == 7 and self.bad == "ragged":
            length = 5
        words = torch.arange(length) % 12
        return {"text": f"sentence {index}", "words": words, "label": index % 2}
'''


@pytest.fixture
def pane(window: MainWindow) -> LoaderView:
    """The pane of the moons project."""
    window.tabs.setCurrentWidget(window.batch)
    assert window.wait()
    return window.batch


@pytest.fixture
def own(tmp_path: Path, examples: Path) -> Callable[[str], Path]:
    """A project of texts whose dataset is in a file of the user's, which may be ``bad``."""
    import json

    def make(bad: str) -> Path:
        told = json.loads((examples / "text_classifier.gradviz").read_text())
        for block in told["model"]["blocks"]:
            if block["name"] == "words":
                block["settings"]["shape"] = [8]
        told["files"] = ["own.py"]
        told["data"] = {
            "dataset": {"kind": "Own", "settings": {"bad": bad}},
            "batch_size": 4,
            "shuffle": False,
            "inputs": ["words"],
            "target": "label",
        }
        (tmp_path / "own.py").write_text(OWN)
        path = tmp_path / "own.gradviz"
        path.write_text(json.dumps(told))
        return path

    return make


@pytest.fixture
def letters(make_window: Callable[[Workspace], MainWindow], examples: Path) -> MainWindow:
    """A window on the letters, at the loss, the pane seen."""
    workspace = Workspace()
    commands.open_project(workspace, examples / "letters_cnn.gradviz")
    commands.start(workspace)
    commands.goto(workspace, "loss:end")
    window = make_window(workspace)
    window.tabs.setCurrentWidget(window.batch)
    assert window.wait()
    return window
