"""A user who does anything finds no exception and no warning of Qt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_user_finds_no_error(seed: int) -> None:
    """For longer, and without patience: ``python -m tests.qt.randomuser --actions 20000``; it tells
    freezes, too.
    """
    module = [sys.executable, "-m", "tests.qt.randomuser", "--patient"]
    command = [*module, "--actions", "300", "--seed", str(seed)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout, done.stderr
    met = json.loads(done.stdout)
    assert met["errors"] == []
    assert met["actions"] == 300
    assert done.returncode == 0, done.stderr
