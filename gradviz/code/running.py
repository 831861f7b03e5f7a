"""The lines of ``forward``: what runs, in the order in which it does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from gradviz.blocks.kinds import BlockKind
from gradviz.code.formulas import INDEX, as_attributes
from gradviz.code.lines import Line, indented
from gradviz.code.making import is_chain, is_row
from gradviz.code.variables import variables_of, written_steps
from gradviz.code.wrapped import called, taken
from gradviz.code.written import as_written, text_of, written
from gradviz.engine.building.plan import Plan, Planner, Step, Value
from gradviz.engine.catalogues.pythonkind import PythonKind
from gradviz.parsing import parsed
from gradviz.spec.formula import Renaming, names_used
from gradviz.spec.model import Block, Composite


def running(
    plan: Plan, planner: Planner, needs: dict[str, str], *, keeping: Mapping[str, str]
) -> list[Line]:
    """The whole method. ``keeping`` are the parameters that are attributes, and ``needs`` collects
    definitions of ours that it uses.
    """
    named = variables_of(plan, planner)
    inputs = [f"{named[Value(name)]}: Tensor" for name in plan.inputs]
    outputs = [named[value] for value in plan.outputs]
    gives = "Tensor" if len(outputs) == 1 else f"tuple[{', '.join(['Tensor'] * len(outputs))}]"
    head = [Line(f"def forward({', '.join(['self', *inputs])}) -> {gives}:")]
    if isinstance(plan.diagram, Composite) and not plan.diagram.grad:
        head.insert(0, Line("@torch.no_grad()"))
    body: list[Line] = []
    for step in written_steps(plan, planner):
        kind = planner.kind(step.block, where=step.block.name)
        targets = _targets(step, kind, planner, named)
        sources = [named[value] for value in step.sources]
        call = _call(step.block, kind, planner, needs, keeping)
        lines = _lines(step, kind, planner, targets, sources, call, keeping)
        body += (Line(line.text, step.block.name) for line in lines)
    body.append(Line(f"return {', '.join(outputs)}"))
    return [*head, *indented(body)]


Call = Callable[[str, Sequence[str]], str]
"""A block called: by the name of the module, with the names of what it is fed."""


def _call(
    block: Block,
    kind: BlockKind | Composite,
    planner: Planner,
    needs: dict[str, str],
    keeping: Mapping[str, str],
) -> Call:
    if isinstance(kind, PythonKind):
        return partial(called, kind)
    if not isinstance(kind, BlockKind) or kind.sort == "layer":
        return lambda module, fed: f"{module}({', '.join(fed)})"
    if kind.sort == "source":
        return lambda module, fed: module
    operation = kind
    settings = {name: as_attributes(each, keeping) for name, each in block.settings.items()}

    def call(module: str, fed: Sequence[str]) -> str:
        if operation.code:
            return as_written(operation, settings, fed)
        given: Mapping[str, str | Sequence[str]] = (
            {operation.inputs[0]: fed}
            if operation.variadic
            else dict(zip(operation.inputs, fed, strict=True))
        )
        found = written(operation, settings, given)
        needs.update(found.needs)
        return found.text

    return call


def _lines(
    step: Step,
    kind: BlockKind | Composite,
    planner: Planner,
    targets: tuple[str, ...],
    sources: list[str],
    call: Call,
    keeping: Mapping[str, str],
) -> Iterator[Line]:
    block, module = step.block, f"self.{step.module}"
    made = not isinstance(kind, BlockKind) or kind.sort == "layer"
    in_one = made and is_row(block) and is_chain(kind, planner)
    if block.repeat == 1 or in_one:
        yield from _assigned(kind, targets, call(module, sources))
        return
    handed = list(targets[: len(sources)])
    if handed != sources[: len(handed)]:
        yield Line(f"{', '.join(handed)} = {', '.join(sources[: len(handed)])}")
    fed = [*handed, *sources[len(handed) :]]
    if made and is_row(block):
        yield Line(f"for part in {module}:")
        yield from indented(_assigned(kind, targets, call("part", fed)))
        return
    number = INDEX if INDEX in names_used(*block.settings.values()) else "_"
    yield Line(f"for {number} in range({text_of(as_attributes(block.repeat, keeping))}):")
    yield from indented(_assigned(kind, targets, call(module, fed)))


def _targets(
    step: Step, kind: BlockKind | Composite, planner: Planner, named: Mapping[Value, str]
) -> tuple[str, ...]:
    """What the results are called; one that is used nowhere has no name."""
    places = range(len(planner.ports(kind).outputs))
    return tuple(named.get(Value(step.block.name, place), "_") for place in places)


def _assigned(kind: BlockKind | Composite, targets: tuple[str, ...], expression: str) -> list[Line]:
    """The lines that give results their names."""
    if isinstance(kind, PythonKind):
        return [Line(line) for line in taken(kind, targets, expression)]
    return [Line(f"{_taken_apart(kind, targets)} = {expression}")]


def _taken_apart(kind: BlockKind | Composite, names: tuple[str, ...]) -> str:
    """The names, nested as the results are: ``output, (h, c)``."""
    if not isinstance(kind, BlockKind) or len(names) == 1:
        return "_" if set(names) == {"_"} else ", ".join(names)
    pattern = parsed(kind.taken_apart, "eval").body
    renamed = Renaming(dict(zip(kind.outputs, names, strict=True))).visit(pattern)
    return ast.unparse(_without_unused(renamed)).removeprefix("(").removesuffix(")")


def _without_unused(pattern: ast.expr) -> ast.expr:
    """The pattern with one ``_`` for several results that belong together and are used nowhere."""
    if not isinstance(pattern, ast.Tuple):
        return pattern
    parts = [_without_unused(part) for part in pattern.elts]
    unused = all(isinstance(part, ast.Name) and part.id == "_" for part in parts)
    return parts[0] if unused else ast.Tuple(parts, ast.Load())
