"""The shape on every wire, found on torch's meta device: exact, and nothing is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from typing import Any, TypeAlias

import torch
from msgspec import Struct
from torch import nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import BlockKind, Blocks
from gradviz.engine.building.assembly import Assembler, check_name
from gradviz.engine.building.blockmodel import handed_on
from gradviz.engine.building.forms import BATCH, Form
from gradviz.engine.building.outcomes import outcome
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.settled import count_of, fillings_of, parameters_of, settings_of
from gradviz.engine.building.ties import parts_of, tie
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import ties_of

Shape: TypeAlias = "tuple[int | str, ...]"
Forms: TypeAlias = "tuple[Form, ...]"


class Shapes(Struct, frozen=True):
    """What is known of a model before it runs, by the paths of its blocks (``layer1.0.conv1``).

    ``outputs`` are the shapes that leave each block, ``parameters`` how many numbers it learns, and
    ``problems`` what does not fit, the first in the order of execution first. Of a block with a
    problem, and of those behind it, there are no outputs.
    """

    outputs: Mapping[str, tuple[Shape, ...]]
    parameters: Mapping[str, int]
    problems: tuple[BuildError, ...]


def infer(model: Model, blocks: Blocks = BLOCKS) -> Shapes:
    """The shapes of a model of these blocks, as far as they can be known. Raises `ProjectError` for
    wires that go round in a circle.
    """
    inference = _Inference(Planner(model, blocks))
    inference.diagram(model, {}, None, path="", dtype="")
    return Shapes(inference.outputs, inference.parameters, tuple(inference.problems))


def infer_shapes(model: Model, blocks: Blocks = BLOCKS) -> dict[str, Shape]:
    """What leaves each block through its first output, with the batch dimension as ``"N"``.

    Raises `BuildError` that names the first block that does not fit, what it got and what it wants.
    """
    shapes = infer(model, blocks)
    if shapes.problems:
        raise shapes.problems[0]
    return {name: found[0] for name, found in shapes.outputs.items() if found}


def named(form: Form) -> Shape:
    """The shape of a tensor; a dimension that is the batch is called N, twice the batch 2·N."""
    return tuple(_named(size) for size in form.shape)


def text(shape: Shape) -> str:
    """A shape as it is written: ``(N, 8, 24, 24)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _named(size: int) -> int | str:
    if size == 0 or size % BATCH:
        return size
    return "N" if size == BATCH else f"{size // BATCH}·N"


class _Inference:
    """Goes through a model block by block, and on where it can."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.outputs: dict[str, tuple[Shape, ...]] = {}
        self.parameters: dict[str, int] = {}
        self.problems: list[BuildError] = []

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
                self.problems.append(error)
                continue
            if found is not None:
                values[block.name] = found
                self.outputs[inner] = tuple(named(form) for form in found)
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
        inside = [each for each in self.parameters if each.startswith(f"{path}.")]
        self.parameters |= dict.fromkeys([path, *inside], 0)

    def _tie(
        self, diagram: Diagram, block: Block, known: Mapping[str, Setting], *, path: str
    ) -> None:
        """Count parameters once that are another block's, or keep why they cannot be."""
        inner = f"{path}.{block.name}" if path else block.name
        ties = ties_of(block)
        wanted = {block.name, *(each.target for each in ties)}
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
            tie(block, modules, path=inner)
        except BuildError as error:
            self.problems.append(_inside(error, inner))
            return
        for each in ties:
            for place, part in parts_of(modules[block.name], inner):
                names = each.parameter.split(".")[:-1]
                owners = {inner, *(".".join([place, *names[:n]]) for n in range(len(names) + 1))}
                for owner in owners & {*self.parameters}:
                    self.parameters[owner] -= part.get_parameter(each.parameter).numel()

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
        self.parameters[path] = 0
        out: Forms | None = inputs
        fed = inputs
        for index in range(count):
            names = {**known, "index": index if apart else 0}
            place = f"{path}.{index}" if apart else path
            out = self._single(block, names, fed, path=place, dtype=dtype)
            if apart:
                self.parameters[path] += self.parameters.get(place, 0)
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
        kind = self.planner.kind(block, where=path)
        settings = settings_of(block, known, path)
        if isinstance(kind, Composite):
            return self._composite(block, kind, settings, known, inputs, path=path, dtype=dtype)
        fillings = fillings_of(block, known, path)
        found = outcome(block, kind, settings, fillings, dtype, inputs, path)
        self.parameters[path] = found.parameters
        if found.reason:
            raise _misfit(kind, settings, inputs, path, found.reason)
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
        if block.init and out is not None:  # only the whole knows the names of its parameters
            with torch.device("meta"):
                Assembler(self.planner).block(block, known, path=path)
        return out


def _misfit(
    kind: BlockKind, settings: Mapping[str, Setting], inputs: Forms, path: str, reason: str
) -> BuildError:
    """What a block got, and what it wants."""
    reason = re.sub(rf"\b{BATCH}\b", "N", reason)
    got = " , ".join(text(named(form)) for form in inputs)
    if kind.wants:
        return BuildError(
            N_("{kind} got shape {got} but wants {wants}"),
            block=path,
            mend=N_("change its settings or the block before it ({reason})"),
            kind=kind.name,
            got=got,
            wants=kind.wants.format(**kind.checked(settings, where=path)),
            reason=reason,
        )
    return BuildError(
        N_("{kind} cannot take shape {got}: {reason}"),
        block=path,
        mend=N_("change its settings or the block before it"),
        kind=kind.name,
        got=got,
        reason=reason,
    )


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
    form = Form((BATCH, *shape), getattr(torch, settings["dtype"]))
    try:
        torch.empty(form.shape, dtype=form.dtype, device="meta")
    except RuntimeError as error:
        raise BuildError(
            N_("a tensor of shape {shape} is too large for torch"),
            block=block.name,
            mend=N_("make its sizes smaller"),
            shape=shape,
        ) from error
    return (form,)


def _inside(problem: BuildError, path: str) -> BuildError:
    """The problem of a block by its path in the whole model."""
    if not problem.block:
        return problem
    inside = copy(problem)
    inside.block = inside.where = path
    return inside
