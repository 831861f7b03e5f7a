from __future__ import annotations

from gradviz.render.memory import Memory


def test_what_was_not_asked_for_longest_goes_first() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.keep("a", 1)
    memory.keep("b", 2)
    assert memory.get("a") == 1
    memory.keep("c", 3)
    assert [memory.get(key) for key in "abc"] == [1, None, 3]


def test_weight_bounds_it() -> None:
    memory: Memory[str, str] = Memory(10, weigh=lambda key, value: len(key) + len(value))
    memory.keep("a", "x" * 5)
    memory.keep("b", "y" * 3)
    assert memory.weight == 10
    memory.keep("b", "y")
    assert memory.weight == 8
    memory.keep("c", "z" * 20)
    assert (memory.get("c"), memory.weight, len(memory)) == (None, 8, 2)
    memory.keep("d", "z" * 9)
    assert (memory.weight, len(memory)) == (10, 1)
    memory.clear()
    assert (memory.weight, len(memory)) == (0, 0)
