"""A diagram as it is drawn: its cards, which port each wire leads to, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from gradviz.i18n import gettext
from gradviz.render.blocks.blockcard import BlockCard, block_card
from gradviz.render.blocks.drawblock import Condition
from gradviz.render.blocks.kindcards import KindCard, Kinds, unknown
from gradviz.spec.check import block_of
from gradviz.spec.model import Block, Diagram, Wire
from gradviz.spec.sharing import resolved

if TYPE_CHECKING:
    from gradviz.engine.building.shapes import Shape, Shapes
    from gradviz.errors import BuildError, GradvizError

End: TypeAlias = "tuple[str, int]"
"""A port: the block's name, and the place among its inputs or outputs."""


class Thread(Struct, frozen=True):
    """A wire between two ports that there are. What it carries does not fit if it is ``bad``."""

    wire: Wire
    source: End
    target: End
    bad: bool = False


class Sheet(Struct, frozen=True):
    """Cards by the blocks' names in the order of the file, and the wires between them."""

    cards: Mapping[str, BlockCard]
    conditions: Mapping[str, Condition]
    threads: tuple[Thread, ...]
    problems: Mapping[str, BuildError]


EMPTY = Sheet({}, {}, (), {})


def sheet_of(diagram: Diagram, kinds: Kinds, shapes: Shapes | None, path: str) -> Sheet:
    """The sheet of a model or composite that stands at a path: ``layer1.0``. Without ``shapes``
    nothing is known but what the diagram says.
    """
    known = {block.name: kinds.get(block.kind) or unknown(block.kind) for block in diagram.blocks}
    taken: dict[str, list[str]] = {}
    for wire in diagram.wires:
        target = block_of(wire.target)
        if target in known and known[target].variadic:
            taken.setdefault(target, []).append(wire.target.partition(".")[2] or "a")
    counts = {} if shapes is None else shapes.parameters
    cards = {
        block.name: block_card(
            resolved(diagram, block),
            known[block.name],
            taken=taken.get(block.name, ()),
            count=counts.get(inner(path, block.name)),
        )
        for block in diagram.blocks
    }
    problems = {} if shapes is None else problems_in(shapes, path)
    threads = []
    for wire in diagram.wires:
        source = source_end(wire.source, cards)
        target_end = input_end(wire.target, cards)
        if source is not None and target_end is not None:
            bad = target_end[0] in problems
            threads.append(Thread(wire, source, target_end, bad))
    conditions = _conditions(diagram, cards, threads, shapes, problems, path)
    return Sheet(cards, conditions, tuple(threads), problems)


def inner(path: str, name: str) -> str:
    """The path of a block in what stands at a path."""
    return f"{path}.{name}" if path else name


def problems_in(shapes: Shapes, path: str) -> dict[str, BuildError]:
    """What is wrong, by the names of the blocks in what stands at a path; the first of each."""
    start = f"{path}." if path else ""
    found: dict[str, BuildError] = {}
    for problem in shapes.problems:
        if problem.block and f"{problem.block}.".startswith(start):
            name = problem.block.removeprefix(start).partition(".")[0]
            found.setdefault(name, problem)
    return found


def source_end(port: str, cards: Mapping[str, BlockCard]) -> End | None:
    """The output that a wire names; None if there is no such one."""
    name, _, output = port.partition(".")
    if name not in cards or not cards[name].outputs:
        return None
    outputs = cards[name].outputs
    if output and output not in outputs:
        return None
    return name, outputs.index(output) if output else 0


def input_end(port: str, cards: Mapping[str, BlockCard]) -> End | None:
    """The input that a wire names; None if there is no such one."""
    name, _, wanted = port.partition(".")
    if name not in cards or not cards[name].inputs:
        return None
    inputs = cards[name].inputs
    if wanted and wanted not in inputs:
        return None
    return name, inputs.index(wanted) if wanted else 0


def source_name(card: BlockCard, place: int) -> str:
    """An output as a wire names it; of the only one just the block."""
    return card.name if len(card.outputs) == 1 else f"{card.name}.{card.outputs[place]}"


def input_name(card: BlockCard, place: int) -> str:
    """An input as a wire names it."""
    only = len(card.inputs) == 1 and not card.variadic
    return card.name if only else f"{card.name}.{card.inputs[place]}"


def shape_text(shape: Shape) -> str:
    """A shape as it is written: ``(N, 8, 24, 24)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def missing_inputs(card: BlockCard, condition: Condition) -> tuple[int, ...]:
    """The inputs that need a wire and have none; of a variadic block only the first needs one."""
    needed = range(len(card.inputs) - 1 if len(card.inputs) > 1 and card.variadic
                   else len(card.inputs))  # fmt: skip
    return tuple(place for place in needed if place not in condition.wired_in)


def words_of(problem: GradvizError) -> str:
    """What is wrong, in the language in use, without the place: that is beside it."""
    what = gettext(problem.what)
    return what.format(**problem.fields) if problem.fields else what


def words_at(problem: BuildError, path: str) -> str:
    """The same at a block: if the problem is of one in it, that is named."""
    start = f"{path}."
    rest = problem.block.removeprefix(start) if problem.block.startswith(start) else ""
    first, _, after = rest.partition(".")
    if first.isdecimal():  # one of several in a row
        rest = after
    return f"{rest}: {words_of(problem)}" if rest else words_of(problem)


def mending_of(problem: GradvizError) -> str:
    """How to mend it."""
    mend = gettext(problem.mend)
    return mend.format(**problem.fields) if problem.fields else mend


def _conditions(
    diagram: Diagram,
    cards: Mapping[str, BlockCard],
    threads: list[Thread],
    shapes: Shapes | None,
    problems: Mapping[str, BuildError],
    path: str,
) -> dict[str, Condition]:
    wired_in: dict[str, set[int]] = {}
    wired_out: dict[str, set[int]] = {}
    for thread in threads:
        wired_out.setdefault(thread.source[0], set()).add(thread.source[1])
        wired_in.setdefault(thread.target[0], set()).add(thread.target[1])
    outputs = {} if shapes is None else shapes.outputs
    found = {}
    for block in diagram.blocks:
        name, card = block.name, cards[block.name]
        told = outputs.get(inner(path, name), ()) if card.outputs else ()
        condition = Condition(
            wired_in=tuple(sorted(wired_in.get(name, ()))),
            wired_out=tuple(sorted(wired_out.get(name, ()))),
            shapes=tuple(shape_text(shape) for shape in told),
        )
        if name in problems and not missing_inputs(card, condition):
            condition = Condition(
                wired_in=condition.wired_in,
                wired_out=condition.wired_out,
                problem=True,
                words=words_at(problems[name], inner(path, name)),
            )
        found[name] = condition
    return found


def block_named(diagram: Diagram, name: str) -> Block | None:
    """The block of that name."""
    return next((block for block in diagram.blocks if block.name == name), None)


def kind_of(block: Block, kinds: Kinds) -> KindCard:
    """What is shown of the block's kind."""
    return kinds.get(block.kind) or unknown(block.kind)
