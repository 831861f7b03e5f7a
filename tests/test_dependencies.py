"""Traps of the libraries below us."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_pyside_keeps_the_references_to_none() -> None:
    """PySide6 6.12 drops one at each call on Python 3.11, and aborts after some thousands."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 100
