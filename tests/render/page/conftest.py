"""One browser for all tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.render.page.chromium import Chromium, installed


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser; what needs it is skipped where there is none."""
    if installed() is None:
        pytest.skip("no Chromium is installed")
    with Chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
