"""A server on loopback, with no proxy before it and a cache of the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradviz.data.getting.cache import VARIABLE
from tests.data.getting.server import Site, site


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the proxies nor the cache of whoever runs the tests."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def server() -> Iterator[Site]:
    """A site that is up."""
    with site() as up:
        yield up
