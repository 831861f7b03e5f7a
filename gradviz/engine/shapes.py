"""The shape on every wire, found on torch's meta device: exact, and nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, TypeAlias

import torch
from msgspec import Struct
from torch import Tensor, nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.engine.assembly import Assembler
from gradviz.engine.blockmodel import BlockModel, Repeated, chosen, flat, handed_on
from gradviz.engine.plan import Planner
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Model

Shape: TypeAlias = "tuple[int | str, ...]"
BATCH = 997
"""The size of a batch on the meta device: a prime, so that its multiples are known again."""


class Shapes(Struct, frozen=True):
    """What is known of a model before it runs, by the paths of its blocks (``layer1.0.conv1``).

    ``outputs`` are the shapes that leave each block, ``parameters`` how many numbers it learns, and
    ``problems`` what does not fit, the first in the order of execution first. Of a block with a
    problem, and of those behind it, there are no outputs.
    """

    outputs: Mapping[str, tuple[Shape, ...]]
    parameters: Mapping[str, int]
    problems: tuple[BuildError, ...]


def infer(model: Model) -> Shapes:
    """The shapes of a model, as far as they can be known. Raises `ProjectError` for wires that go
    round in a circle.
    """
    problems: list[BuildError] = []
    with torch.device("meta"), torch.no_grad():
        assembler = Assembler(Planner(model), problems)
        inference = _Inference(assembler, problems)
        inference.run(assembler.assembled(), None, path="")
    parameters = inference.parameters
    return Shapes(inference.outputs, parameters, tuple(problems))


def infer_shapes(model: Model) -> dict[str, Shape]:
    """What leaves each block through its first output, with the batch dimension as ``"N"``.

    Raises `BuildError` that names the first block that does not fit, what it got and what it wants.
    """
    shapes = infer(model)
    if shapes.problems:
        raise shapes.problems[0]
    return {name: found[0] for name, found in shapes.outputs.items() if found}


def named(value: Tensor) -> Shape:
    """The tensor's shape; a dimension that is the batch is called N, twice the batch 2·N."""
    return tuple(_named(size) for size in value.shape)


def text(shape: Shape) -> str:
    """A shape as it is written: ``(N, 8, 24, 24)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _named(size: int) -> int | str:
    if size == 0 or size % BATCH:
        return size
    return "N" if size == BATCH else f"{size // BATCH}·N"


class _Inference:
    """Runs a model of meta tensors block by block, and goes on where it can."""

    def __init__(self, assembler: Assembler, problems: list[BuildError]) -> None:
        self.assembler = assembler
        self.problems = problems
        self.outputs: dict[str, tuple[Shape, ...]] = {}
        self.parameters: dict[str, int] = {}

    def run(
        self, model: BlockModel, inputs: tuple[Any, ...] | None, *, path: str
    ) -> tuple[Any, ...] | None:
        """What comes out of a model or composite; None if that is not known. Of the outermost the
        inputs are what its Input blocks say.
        """
        waiting = iter(inputs or ())
        values: dict[str, tuple[Any, ...]] = {}
        for step in sorted(model.plan.steps, key=lambda step: step.block.kind != "Input"):
            name = step.block.name
            inner = f"{path}.{name}" if path else name
            if step.problem is not None:
                self.problems.append(_inside(step.problem, inner))
                continue
            if step.block.kind == "Input":
                found = self._input(step.block) if inputs is None else (next(waiting),)
            elif any(value.block not in values for value in step.sources):
                continue
            else:
                found = self._block(model, step.block, chosen(values, step.sources), inner)
            if found is not None:
                values[name] = found
                self._note(inner, found)
        ends = model.plan.outputs
        if any(value.block not in values for value in ends):
            return None
        return tuple(chosen(values, ends))

    def _note(self, path: str, found: tuple[Any, ...]) -> None:
        self.outputs[path] = tuple(named(value) for value in found if isinstance(value, Tensor))

    def _input(self, block: Block) -> tuple[Any, ...] | None:
        try:
            return (_sample(block),)
        except BuildError as error:
            self.problems.append(error)
            return None

    def _block(
        self, model: BlockModel, block: Block, inputs: list[Any], path: str
    ) -> tuple[Any, ...] | None:
        if block.kind == "Output":
            return tuple(inputs)
        module = getattr(model, block.name, None)
        if not isinstance(module, nn.Module | Tensor):  # it could not be made
            return None
        if isinstance(module, Tensor):
            self.parameters[path] = module.numel() if isinstance(module, nn.Parameter) else 0
            return (module,)
        self.parameters[path] = sum(each.numel() for each in module.parameters())
        if isinstance(module, Repeated):
            rounds = [(each, f"{path}.{name}") for name, each in module.named_children()]
        else:
            rounds = [(module, path)] * model.rounds.get(block.name, 1)
        out: tuple[Any, ...] | None = tuple(inputs)
        fed = tuple(inputs)
        for each, place in rounds:
            out = self._single(each, block, fed, place)
            if out is None:
                return None
            fed = handed_on(out, fed)
        return out

    def _single(
        self, module: nn.Module, block: Block, inputs: tuple[Any, ...], path: str
    ) -> tuple[Any, ...] | None:
        if isinstance(module, BlockModel):
            return self.run(module, inputs, path=path)
        try:
            return tuple(flat(module(*inputs)))
        except (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError) as error:
            self.problems.append(self._misfit(block, inputs, path, error))
        except AssertionError as error:  # some of torch's modules check like this
            self.problems.append(self._misfit(block, inputs, path, error))
        return None

    def _misfit(
        self, block: Block, inputs: tuple[Any, ...], path: str, error: Exception
    ) -> BuildError:
        kind = BLOCKS[block.kind]
        got = " , ".join(text(named(value)) for value in inputs if isinstance(value, Tensor))
        if kind.wants:
            return BuildError(
                N_("{kind} got shape {got} but wants {wants}"),
                block=path,
                mend=N_("change its settings or the block before it ({reason})"),
                kind=block.kind,
                got=got,
                wants=kind.wants.format(**self.assembler.settings[path]),
                reason=_first_line(error),
            )
        return BuildError(
            N_("{kind} cannot take shape {got}: {reason}"),
            block=path,
            mend=N_("change its settings or the block before it"),
            kind=block.kind,
            got=got,
            reason=_first_line(error),
        )


def _sample(block: Block) -> Tensor:
    """A batch as an Input block says. Raises `BuildError`."""
    settings: Any = BLOCKS[block.kind].checked(block.settings, where=block.name)
    shape = settings["shape"]
    if shape is None:
        raise BuildError(
            N_("nothing says which shape comes in here"),
            block=block.name,
            mend=N_("set its shape: that of one sample, without the batch"),
        )
    try:
        return torch.empty(BATCH, *shape, dtype=getattr(torch, settings["dtype"]))
    except RuntimeError as error:
        raise BuildError(
            N_("a tensor of shape {shape} is too large for torch"),
            block=block.name,
            mend=N_("make its sizes smaller"),
            shape=shape,
        ) from error


def _inside(problem: BuildError, path: str) -> BuildError:
    """The problem of a block by its path in the whole model."""
    if not problem.block:
        return problem
    inside = copy(problem)
    inside.block = inside.where = path
    return inside


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
