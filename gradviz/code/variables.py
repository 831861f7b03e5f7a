"""The names of variables in a ``forward``: a chain is ``x = …; x = …``, what waits has a name."""

from __future__ import annotations

from collections.abc import Iterable

from gradviz.engine.building.plan import Plan, Step, Value

CHAIN = "x"
"""What is used by the very next line and never again."""
RESERVED = frozenset(
    {
        *("self", "torch", "nn", "F", "Tensor", "math"),
        *("range", "round", "int", "float", "min", "max"),
    }
)


def variables_of(plan: Plan, arguments: Iterable[str] = ()) -> dict[Value, str]:
    """The name of each value that comes out of a block, or goes in by an Input.

    ``arguments`` are names that are taken already, as those of a composite's parameters.
    """
    taken = RESERVED | frozenset(arguments)
    last = _last_uses(plan)
    steps = [step for step in plan.steps if step.block.kind not in ("Input", "Output")]
    named: dict[Value, str] = {}
    held_until = -1
    for name in plan.inputs:
        value = Value(name)
        named[value] = _free(name, taken)
        if named[value] == CHAIN:
            held_until = last.get(value, -1)
    for place, step in enumerate(steps):
        for value in _results(step, last):
            next_only = last.get(value, -1) == place + 1
            alone = step.block.name not in {use.block for use in last if use != value}
            if next_only and alone and held_until <= place and not _asks_again(step, named):
                named[value] = CHAIN
            else:
                named[value] = _free(_name(value, alone=alone), taken)
            if named[value] == CHAIN:
                held_until = last.get(value, -1)
    return named


def _asks_again(step: Step, named: dict[Value, str]) -> bool:
    """Whether a repeated block is fed with what the chain holds in each round."""
    every_round = step.sources[1:] if step.block.repeat != 1 else ()
    return any(named[value] == CHAIN for value in every_round)


def _name(value: Value, *, alone: bool) -> str:
    return value.block if alone or value.place == 0 else f"{value.block}_{value.place}"


def _results(step: Step, last: dict[Value, int]) -> list[Value]:
    """What is used of what comes out of a block; its first output if nothing is."""
    used = sorted((value for value in last if value.block == step.block.name), key=_place)
    return used or [Value(step.block.name)]


def _place(value: Value) -> int:
    return value.place


def _last_uses(plan: Plan) -> dict[Value, int]:
    """The number of the line that uses each value last; the ``return`` is behind all."""
    steps = [step for step in plan.steps if step.block.kind not in ("Input", "Output")]
    last = {value: place for place, step in enumerate(steps) for value in step.sources}
    return last | dict.fromkeys(plan.outputs, len(steps))


def _free(name: str, taken: frozenset[str]) -> str:
    return f"{name}_" if name in taken else name
