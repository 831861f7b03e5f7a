"""The wheel as a stranger gets it: built, installed into a fresh environment, run elsewhere.

Takes a few minutes, because torch is installed anew; continuous integration calls it by its path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    hidden = ("PYTHONPATH", "DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "VIRTUAL_ENV")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (file,) = folder.glob("gradviz-*.whl")
    return file


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", wheel, cwd=folder)
    return scripts / "gradviz"


def test_the_wheel_carries_its_assets(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "gradviz/py.typed" in names
    for asset in (
        "examples/letters_cnn.gradviz",
        "digits/digits.npz",
        "letters/notMNIST_sample.tar.gz",
        "texts/names.tsv",
        "texts/sentences.tsv",
        "fonts/GradvizSans-Regular.ttf",
        "translations/ko/LC_MESSAGES/gradviz.mo",
        "templates/report.html",
    ):
        assert f"gradviz/assets/{asset}" in names
    assert not any(name.startswith(("tests/", "assets/")) for name in names)


def test_the_demo_runs_from_another_folder(program: Path, tmp_path: Path) -> None:
    said = run(program, "demo", "--headless", "--out", "shown", cwd=tmp_path)
    assert "AddmmBackward0" in said
    lines = (tmp_path / "shown" / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = {json.loads(line)["event"] for line in lines}
    assert {"BatchFetched", "GradZeroed", "OpRan", "LossComputed", "NodeRan"} <= kinds
    assert {"GradAccumulated", "ParamUpdated"} <= kinds
    for picture in ("graph.svg", "graph.png", "graph-mid-backward.svg", "batch.png", "index.html"):
        assert (tmp_path / "shown" / picture).stat().st_size > 1000


def test_the_window_can_be_pictured(program: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.gradviz"
    example = ROOT / "assets" / "examples" / "moons_mlp.gradviz"
    project.write_bytes(example.read_bytes())
    run(program, "shot", project, "--at", "backward:3", "-o", "w.png", cwd=tmp_path)
    assert (tmp_path / "w.png").read_bytes().startswith(b"\x89PNG")
