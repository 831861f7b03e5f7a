"""When workers would make the batches, and how long the loop waits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.data.pipeline.schedule import schedule, waiting


def test_without_workers_the_loop_makes_each_batch_itself() -> None:
    slots = schedule(3, workers=0, making=2)
    assert [slot.worker for slot in slots] == [None] * 3
    assert [(slot.begins, slot.given, slot.left) for slot in slots] == [
        (0.0, 2.0, 3.0),
        (3.0, 5.0, 6.0),
        (6.0, 8.0, 9.0),
    ]
    assert waiting(slots) == pytest.approx(2 / 3)


def test_enough_workers_keep_the_loop_busy() -> None:
    slots = schedule(100, workers=2, making=2)
    assert slots[-1].left == 2 + 100
    assert waiting(slots) < 0.02
    assert waiting(schedule(100, workers=1, making=2)) > 0.45
    assert waiting(()) == 0.0


numbers = st.integers(1, 5)


@given(st.integers(0, 40), numbers, numbers, numbers)
def test_order_lanes_and_prefetch_are_those_of_torch(
    batches: int, workers: int, prefetch: int, making: int
) -> None:
    slots = schedule(batches, workers=workers, prefetch_factor=prefetch, making=making)
    assert [slot.batch for slot in slots] == list(range(batches))
    for slot in slots:
        assert slot.worker == slot.batch % workers
        assert slot.ends - slot.begins == making
        assert slot.given >= slot.ends
        assert slot.left == slot.given + 1
    for one, next_one in itertools.pairwise(slots):
        assert next_one.given >= one.left
    for one, later in zip(slots, slots[workers:], strict=False):
        assert later.begins >= one.ends
    for one, later in zip(slots, slots[workers * prefetch :], strict=False):
        assert later.begins >= one.given
