"""The names of variables in a ``forward``: a chain is ``x = …; x = …``, what waits has a name."""

from __future__ import annotations

from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.plan import Plan, Planner, Step, Value
from gradviz.spec.model import Block

CHAINS = ("x", "out")
"""What is used by the very next line and never again; the second one while the first waits, as
around a residual block.
"""
RESERVED = frozenset(
    {"self", "torch", "nn", "F", "Tensor", "math", "range", "round", "int", "float", "min", "max"}
    | {"part", "index", "_", "diagonal"}
)
"""What the lines of a ``forward`` say themselves."""


def variables_of(plan: Plan, planner: Planner) -> dict[Value, str]:
    """The name of each value that comes out of a block, or goes in by an Input. No two values have
    one name at the same time.
    """
    last = _last_uses(plan, planner)
    named: dict[Value, str] = {
        Value(step.block.name): f"self.{step.module}"
        for step in plan.steps
        if is_read(step.block, planner)
    }
    taken = set(RESERVED)
    waits = dict.fromkeys(CHAINS, -1)

    def name(value: Value, wanted: str) -> None:
        named[value] = wanted
        if wanted in waits:
            waits[wanted] = last.get(value, -1)

    for each in plan.inputs:
        name(Value(each), _free(each, taken))
    for place, step in enumerate(written_steps(plan, planner)):
        outputs = planner.ports(planner.kind(step.block, where=step.block.name)).outputs
        kept = {named[value] for value in step.sources[len(outputs) :]}
        chains = [each for each in CHAINS if waits[each] <= place]
        if step.block.repeat != 1:  # what is no result of a round goes into the next one, too
            chains = [each for each in chains if each not in kept]
        results = _results(step, last, len(outputs))
        for value in results:
            if len(results) == 1 and last.get(value) == place + 1 and chains:
                name(value, chains[0])
            else:
                port = "" if len(results) == 1 else f"_{outputs[value.place]}"
                name(value, _free(f"{value.block}{port}", taken))
    return named


def written_steps(plan: Plan, planner: Planner) -> list[Step]:
    """The steps that have lines of their own."""
    return [
        step
        for step in plan.steps
        if step.block.kind not in ("Input", "Output") and not is_read(step.block, planner)
    ]


def is_read(block: Block, planner: Planner) -> bool:
    """Whether the block is a tensor of the model's, which stands where it is used."""
    kind = planner.kind(block, where=block.name)
    return isinstance(kind, BlockKind) and kind.sort == "source" and block.repeat == 1


def _results(step: Step, last: dict[Value, int], outputs: int) -> list[Value]:
    """What is used of what comes out of a block; all of it if rounds hand it on."""
    every = [Value(step.block.name, place) for place in range(outputs)]
    return every if step.block.repeat != 1 else [value for value in every if value in last]


def _last_uses(plan: Plan, planner: Planner) -> dict[Value, int]:
    """The number of the line that uses each value last; the ``return`` is behind all."""
    steps = written_steps(plan, planner)
    last = {value: place for place, step in enumerate(steps) for value in step.sources}
    return last | dict.fromkeys(plan.outputs, len(steps))


def _free(name: str, taken: set[str]) -> str:
    """The name, with as many signs behind it as make it one of its own."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
