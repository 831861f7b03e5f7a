"""Structures made while the garbage collector waits."""

from __future__ import annotations

import gc

import pytest

from gradviz.garbage import uncollected


@uncollected
def collecting(fail: bool = False) -> bool:
    if fail:
        raise ValueError("failed")
    return gc.isenabled()


def test_the_collector_waits_and_goes_on() -> None:
    assert gc.isenabled()
    assert not collecting()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="failed"):
        collecting(fail=True)
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        assert not collecting()
        assert not gc.isenabled()
    finally:
        gc.enable()
