"""The same bytes from run to run, in every format: two processes that hash differently."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
import torch
import gradviz

out = Path(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Linear(2, 3),
    *[torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh()) for _ in range(3)],
)
optimizer = torch.optim.Adam(model.parameters())
with gradviz.record(model, optimizer) as trace:
    optimizer.zero_grad()
    (model(torch.ones(1, 2)) + model(torch.zeros(1, 2))).sum().backward()
    optimizer.step()
for fold, lang in (("none", "en"), (0, "ko")):
    for suffix in ("svg", "png", "pdf", "html", "dot"):
        gradviz.render(
            trace, out / f"{fold}.{suffix}", at="backward:half", fold=fold, lang=lang
        )
for suffix in sys.argv[2].split():
    size = None if suffix == "html" else "480x360"
    gradviz.play(
        trace, out / f"film.{suffix}", first="backward:1", last="backward:3", size=size
    )
gradviz.render(trace, out / "sheet.svg", at=["forward:end", "end"], footer=True)
gradviz.play(trace, out / "steps-{}.svg", first="backward:1", last="backward:3")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders, each written by a process of its own; both run at the same time."""
    films = "gif apng webp html" + (" mp4" if find_spec("imageio_ffmpeg") else "")
    folders = tuple(tmp_path_factory.mktemp(name) for name in ("one", "two"))
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), films],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE,
        )
        for folder, seed in zip(folders, ("1", "4711"), strict=True)
    ]
    for run in runs:
        _, said = run.communicate()
        assert run.returncode == 0, said.decode()
    return folders[0], folders[1]


def test_every_format_has_the_same_bytes(written: tuple[Path, Path]) -> None:
    one, two = written
    names = sorted(file.name for file in one.iterdir())
    assert names == sorted(file.name for file in two.iterdir())
    assert {Path(name).suffix for name in names} >= {
        ".svg", ".png", ".pdf", ".html", ".dot", ".gif", ".apng", ".webp",
    }  # fmt: skip
    differing = [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()]
    assert differing == []


def test_the_pictures_are_not_all_the_same(written: tuple[Path, Path]) -> None:
    files = [file.read_bytes() for file in written[0].iterdir() if file.suffix != ".dot"]
    assert len(set(files)) == len(files)
