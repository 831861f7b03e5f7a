"""Blocks of a Python file that the project names: put down and changed as all others are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt

from gradviz import commands
from gradviz.qt.mainwindow import MainWindow

Open = Callable[[str | Path], MainWindow]
CODE = '''
from torch import Tensor


def blend(a: Tensor, b: Tensor, share: float = 0.5) -> Tensor:
    """A mixture."""
    return share * a + (1 - share) * b
'''


@pytest.fixture
def trusted(tmp_path: Path, examples: Path, open_blocks: Open) -> MainWindow:
    (tmp_path / "mine.py").write_text(CODE)
    project = json.loads((examples / "letters_cnn.gradviz").read_text())
    file = tmp_path / "own.gradviz"
    file.write_text(json.dumps({**project, "files": ["mine.py"]}))
    window = open_blocks(file)
    commands.trust(window._workspace)
    window.builder.refresh()
    assert window.wait()
    return window


def test_they_are_put_down_connected_and_grouped(trusted: MainWindow) -> None:
    builder = trusted.builder
    desk, canvas = builder.desk, builder.canvas
    assert "blend" in builder.palette.entries()
    canvas.drop_kind("blend", QPointF(600, 300), Qt.KeyboardModifier.NoModifier)
    assert trusted.wait()
    assert desk.chosen == ("blend1",)
    for source, target in (("conv1", "blend1.a"), ("relu1", "blend1.b")):
        canvas.connect_ports(source, target)
        assert trusted.wait()
    assert desk.sheet.conditions["blend1"].shapes == ("(N, 8, 28, 28)",)
    desk.pick(("blend1",))
    for deed in ("duplicate", "group", "ungroup", "delete"):
        builder.deeds.of[deed].trigger()
        assert trusted.wait()
        assert trusted.messages.text.text() == ""
    canvas.replace(("relu1",), "blend")
    assert trusted.wait()
    assert {block.kind for block in desk.diagram.blocks} >= {"blend"}  # type: ignore[union-attr]
    assert trusted.messages.text.text() == ""
    while desk.can_undo:
        builder.hands.undo()
        assert trusted.wait()
