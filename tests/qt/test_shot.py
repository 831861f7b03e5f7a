from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gradviz import commands
from gradviz.errors import OutputError
from gradviz.pictureverbs import PANES
from gradviz.qt.shot import shot
from gradviz.workspace import Workspace


@pytest.mark.parametrize(
    ("size", "scale", "pixels"),
    [
        ((1280, 720), 1.0, (1280, 720)),
        ((1000, 640), 2.0, (2000, 1280)),
        ((320, 240), 1.0, (320, 240)),
    ],
)
def test_a_picture_has_the_size_that_was_asked_for(
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
    size: tuple[int, int],
    scale: float,
    pixels: tuple[int, int],
) -> None:
    commands.goto(workspace, "backward:3")
    file = tmp_path / "window.png"
    shot(workspace, file, size=size, scale=scale)
    image = QImage(str(file))
    assert (image.width(), image.height()) == pixels
    colours = {image.pixel(x, y) for x in range(0, pixels[0], 7) for y in range(0, pixels[1], 7)}
    assert len(colours) > 20


def test_the_same_moment_gives_the_same_picture(
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    commands.goto(workspace, "backward:5")
    files = [tmp_path / "one.png", tmp_path / "two.png", tmp_path / "dark.png"]
    for file, theme in zip(files, ("light", "light", "dark"), strict=True):
        shot(workspace, file, theme=theme)
    one, two, dark = (file.read_bytes() for file in files)
    assert one == two != dark


def test_a_folder_that_is_missing_is_told(
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    with pytest.raises(OutputError):
        shot(workspace, tmp_path / "nowhere" / "window.png")


def test_each_pane_below_the_graph_has_a_picture(
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    commands.goto(workspace, "loss:end")
    seen = set()
    for pane in PANES:
        file = tmp_path / f"{pane}.png"
        shot(workspace, file, size=(800, 500), pane=pane)
        seen.add(file.read_bytes())
    assert len(seen) == len(PANES)
