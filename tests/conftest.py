"""Every test runs without a screen, in English, on one thread."""

from __future__ import annotations

import os
import signal

os.environ["QT_QPA_PLATFORM"] = os.environ.get("GRADVIZ_TEST_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QApplication

from gradviz import i18n
from gradviz.resources import assets

torch.set_num_threads(1)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background ignores Ctrl+C, and so would every program that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test begins and ends in English."""
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture(autouse=True, scope="session")
def application(qapp: QApplication) -> QApplication:
    """One application for all, made before anything draws: fonts would make a smaller one."""
    return qapp


@pytest.fixture
def examples() -> Path:
    """The folder of example projects."""
    return assets() / "examples"
