"""Files that a dataset names: relative in the project file, absolute once it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradviz
from gradviz.spec.anchors import anchored, relative
from gradviz.spec.data import Data
from gradviz.spec.model import Choice, Model
from gradviz.spec.project import Project, Training

TRAINING = Training(Choice("MSELoss"), Choice("SGD"))


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("Table", ("path",)),
        ("ImageFolder", ("path",)),
        ("IDX", ("images", "labels")),
        ("Arrays", ("path", "target_path")),
    ],
)
def test_files_beside_a_project_move_with_it(
    tmp_path: Path, kind: str, names: tuple[str, ...]
) -> None:
    settings = {name: f"data/{name}" for name in names}
    project = Project(model=Model(()), data=Data(Choice(kind, settings)), training=TRAINING)
    there = anchored(project, tmp_path)
    assert there.data.dataset.settings == {name: str(tmp_path / "data" / name) for name in names}
    assert relative(there, tmp_path) == project
    assert relative(there, tmp_path / "elsewhere") == there


def test_a_project_file_names_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n")
    data = Data(Choice("Table", {"path": str(tmp_path / "numbers.csv")}))
    gradviz.save(Project(model=Model(()), data=data, training=TRAINING), tmp_path / "p.gradviz")
    assert '"numbers.csv"' in (tmp_path / "p.gradviz").read_text()
    (tmp_path / "moved").mkdir()
    for name in ("p.gradviz", "numbers.csv"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    found = gradviz.load(tmp_path / "moved" / "p.gradviz").data.dataset.settings
    assert found == {"path": str(tmp_path / "moved" / "numbers.csv")}
