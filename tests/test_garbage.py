"""Structures made while the garbage collector waits."""

from __future__ import annotations

import gc

import pytest

from gradviz.garbage import empty, set_aside, uncollected


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


def test_what_was_made_can_be_set_aside() -> None:
    made: list[list[object]] = []

    @uncollected
    def make() -> None:
        made.append([])

    def is_looked_at() -> bool:
        return any(each is made[-1] for each in gc.get_objects())

    make()
    assert is_looked_at()
    look_again = set_aside(make)
    try:
        make()
        assert not is_looked_at()
    finally:
        look_again()
        gc.unfreeze()
    make()
    assert is_looked_at()


def test_tables_are_emptied() -> None:
    one, other = {1: [2]}, dict.fromkeys(range(10))
    empty(one, other)
    assert not one
    assert not other
