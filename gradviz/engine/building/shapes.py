"""The shape on every wire, found on torch's meta device: exact, and nothing is computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from typing import Any, TypeAlias

import torch
from msgspec import Struct
from torch import nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import Blocks
from gradviz.engine.building.assembly import Assembler, check_name, check_repeat
from gradviz.engine.building.blockmodel import handed_on
from gradviz.engine.building.forms import BATCH, Form
from gradviz.engine.building.misfits import misfit, named, text
from gradviz.engine.building.outcomes import outcome
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.settled import count_of, fillings_of, parameters_of, settings_of
from gradviz.engine.building.ties import tie
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import targets_of

Shape: TypeAlias = "tuple[int | str, ...]"
Forms: TypeAlias = "tuple[Form, ...]"


MOST = 20_000
"""Blocks of a model, those of repetitions too."""


class Shapes(Struct, frozen=True):
    """What is known of a model before it runs, by the paths of its blocks (``layer1.0.conv1``).

    ``outputs`` are the shapes that leave each block, ``parameters`` how many numbers it learns, and
    ``problems`` what does not fit, the first in the order of execution first. Of a block with a
    problem, and of those behind it, there are no outputs. ``taken`` are the bytes of a block's
    parameters with their gradients and of its buffers, ``largest`` those of a single sample in the
    largest tensor that leaves it.
    """

    outputs: Mapping[str, tuple[Shape, ...]]
    parameters: Mapping[str, int]
    problems: tuple[BuildError, ...]
    taken: Mapping[str, int] = {}
    largest: Mapping[str, int] = {}


def infer(model: Model, blocks: Blocks = BLOCKS) -> Shapes:
    """The shapes of a model of these blocks, as far as they can be known. Raises `ProjectError` for
    wires that go round in a circle.
    """
    inference = _Inference(Planner(model, blocks))
    try:
        inference.diagram(model, {}, None, path="", dtype="")
    except _TooManyError as error:
        inference.problems.insert(0, error.problem)
    return Shapes(
        inference.outputs,
        inference.parameters,
        tuple(inference.problems),
        inference.taken,
        inference.largest,
    )


def infer_shapes(model: Model, blocks: Blocks = BLOCKS) -> dict[str, Shape]:
    """What leaves each block through its first output, with the batch dimension as ``"N"``.

    Raises `BuildError` that names the first block that does not fit, what it got and what it wants.
    """
    shapes = infer(model, blocks)
    if shapes.problems:
        raise shapes.problems[0]
    return {name: found[0] for name, found in shapes.outputs.items() if found}


def _of_a_sample(form: Form) -> int:
    """Bytes of a tensor, or of a sample if it has the batch in its shape."""
    numbers = math.prod(form.shape)
    batched = any(size and size % BATCH == 0 for size in form.shape)
    return (numbers // BATCH if batched else numbers) * form.dtype.itemsize


class _TooManyError(Exception):
    """Ends the look at a model that would never end."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.problem = BuildError(
            N_("with all repetitions the model has more than {most} blocks"),
            block=path.partition(".")[0],
            mend=N_("repeat its composites less often"),
            most=f"{MOST:,}",
        )


class _Inference:
    """Goes through a model block by block, and on where it can."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.outputs: dict[str, tuple[Shape, ...]] = {}
        self.parameters: dict[str, int] = {}
        self.taken: dict[str, int] = {}
        self.largest: dict[str, int] = {}
        self.problems: list[BuildError] = []
        self.count = 0

    def diagram(
        self,
        diagram: Diagram,
        known: Mapping[str, Setting],
        inputs: Forms | None,
        *,
        path: str,
        dtype: str,
    ) -> Forms | None:
        """What comes out of a model or composite; None if that is not known. Of the outermost the
        inputs are what its Input blocks say. A ``dtype`` is what the block around it is set to.
        """
        plan = self.planner.plan(diagram)
        waiting = iter(inputs or ())
        values: dict[str, Forms] = {}
        for step in sorted(plan.steps, key=lambda step: step.block.kind != "Input"):
            block = step.block
            inner = f"{path}.{block.name}" if path else block.name
            if step.problem is not None:
                self.problems.append(_inside(step.problem, inner))
                continue
            if any(value.block not in values for value in step.sources):
                continue
            fed = tuple(values[value.block][value.place] for value in step.sources)
            try:
                if block.kind == "Input":
                    found: Forms | None = _sample(block) if inputs is None else (next(waiting),)
                elif block.kind == "Output":
                    found = fed
                else:
                    found = self._block(block, known, fed, path=inner, dtype=dtype)
                if block.same:
                    self._count_none(inner)
            except BuildError as error:
                self.problems.append(error if error.block else _inside(error, inner))
                continue
            if found is not None:
                values[block.name] = found
                self.outputs[inner] = tuple(named(form) for form in found)
                self.largest[inner] = max(map(_of_a_sample, found), default=0)
        for block in diagram.blocks:
            if block.tied:
                self._tie(diagram, block, known, path=path)
        ends = plan.outputs
        unfed = sum(block.kind == "Output" for block in diagram.blocks) - len(ends)
        if unfed or any(value.block not in values for value in ends):
            return None
        return tuple(values[value.block][value.place] for value in ends)

    def _count_none(self, path: str) -> None:
        """Its parameters are another block's, where they are counted."""
        for counts in (self.parameters, self.taken):
            inside = [each for each in counts if each.startswith(f"{path}.")]
            counts |= dict.fromkeys([path, *inside], 0)

    def _tie(
        self, diagram: Diagram, block: Block, known: Mapping[str, Setting], *, path: str
    ) -> None:
        """Count parameters once that are another block's, or keep why they cannot be."""
        inner = f"{path}.{block.name}" if path else block.name
        wanted = {block.name, *targets_of(block)}
        assembler = Assembler(self.planner)
        modules: dict[str, nn.Module] = {}
        try:
            with torch.device("meta"):
                for other in diagram.blocks:
                    if other.name in wanted:
                        modules[other.name], _ = assembler.block(other, known, path=inner)
        except BuildError:
            return  # what a block cannot be made for is its own problem
        try:
            gone = tie(block, modules, path=inner)
        except BuildError as error:
            error.block = inner
            self.problems.append(error)
            return
        for each in gone:
            count, size = each.parameter.numel(), each.parameter.element_size()
            for owner in each.owners & {*self.parameters}:
                self.parameters[owner] -= count
                self.taken[owner] -= 2 * count * size

    def _block(
        self,
        block: Block,
        known: Mapping[str, Setting],
        inputs: Forms,
        *,
        path: str,
        dtype: str,
    ) -> Forms | None:
        """What comes out of a block, with its repetitions. Raises `BuildError`."""
        check_name(block, path)
        count = count_of(block, known, path)
        apart = block.repeat != 1 and not block.shared
        dtype = dtype or block.dtype
        self.parameters[path] = self.taken[path] = 0
        out: Forms | None = inputs
        fed = inputs
        for index in range(count):
            names = {**known, "index": index if apart else 0}
            place = f"{path}.{index}" if apart else path
            out = self._single(block, names, fed, path=place, dtype=dtype)
            if apart:
                self.parameters[path] += self.parameters.get(place, 0)
                self.taken[path] += self.taken.get(place, 0)
            if out is None:
                return None
            fed = handed_on(out, fed)
        return out

    def _single(
        self,
        block: Block,
        known: Mapping[str, Setting],
        inputs: Forms,
        *,
        path: str,
        dtype: str,
    ) -> Forms | None:
        self.count += 1
        if self.count > MOST:
            raise _TooManyError(path)
        kind = self.planner.kind(block, where=path)
        settings = settings_of(block, known, path)
        check_repeat(block, kind, path)
        if isinstance(kind, Composite):
            return self._composite(block, kind, settings, known, inputs, path=path, dtype=dtype)
        fillings = fillings_of(block, known, path)
        found = outcome(block, kind, settings, fillings, dtype, inputs, path)
        self.parameters[path], self.taken[path] = found.parameters, found.taken
        if found.reason:
            raise misfit(kind, kind.checked(settings, where=path), inputs, path, found.reason)
        return found.outputs

    def _composite(
        self,
        block: Block,
        kind: Composite,
        settings: Mapping[str, Setting],
        known: Mapping[str, Setting],
        inputs: Forms,
        *,
        path: str,
        dtype: str,
    ) -> Forms | None:
        parameters = parameters_of(kind, settings, path)
        out = self.diagram(kind, parameters, inputs, path=path, dtype=dtype)
        inner = [f"{path}.{each.name}" for each in kind.blocks]
        self.parameters[path] = sum(self.parameters.get(name, 0) for name in inner)
        self.taken[path] = sum(self.taken.get(name, 0) for name in inner)
        if block.init and out is not None:  # only the whole knows the names of its parameters
            with torch.device("meta"):
                Assembler(self.planner).block(block, known, path=path)
        return out


def _sample(block: Block) -> Forms:
    """A batch as an Input block says. Raises `BuildError`."""
    settings: Any = BLOCKS[block.kind].checked(block.settings, where=block.name)
    shape = settings["shape"]
    if shape is None:
        raise BuildError(
            N_("nothing says which shape comes in here"),
            block=block.name,
            mend=N_("set its shape: that of one sample, without the batch"),
        )
    form = Form((settings["samples"] or BATCH, *shape), getattr(torch, settings["dtype"]))
    try:
        torch.empty(form.shape, dtype=form.dtype, device="meta")
    except RuntimeError as error:
        raise BuildError(
            N_("a tensor of shape {shape} is too large for torch"),
            block=block.name,
            mend=N_("make its sizes smaller"),
            shape=text(tuple(shape)),
        ) from error
    return (form,)


def _inside(problem: BuildError, path: str) -> BuildError:
    """The problem of a block by its path in the whole model."""
    inside = copy(problem)
    if problem.block or not problem.where:
        inside.where = path
    inside.block = path
    return inside
