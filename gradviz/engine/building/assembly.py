"""Modules made of blocks: with settings worked out, weights initialised, and what is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import nn

from gradviz.blocks.catalogue import INITS
from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.blockmodel import BlockModel, model_class, row_class
from gradviz.engine.building.plan import Plan, Planner
from gradviz.engine.building.settled import (
    Filling,
    count_of,
    fillings_of,
    parameters_of,
    settings_of,
)
from gradviz.engine.building.ties import tie
from gradviz.errors import BuildError, GradvizError
from gradviz.i18n import N_
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting
from gradviz.spec.sharing import ENDS, targets_of

TAKEN = frozenset(dir(BlockModel(Plan(Model(()), ()), {})))
"""Names that a module has already."""
REFUSALS = (RuntimeError, MemoryError, ValueError, AssertionError, TypeError)
"""What torch's modules raise for settings that they cannot take; code of the user's may raise more.
"""


class Assembler:
    """Makes modules of the blocks of one model, in the order of the file."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    def assembled(self) -> BlockModel:
        """The whole model. Raises `BuildError`."""
        return self.diagram(self.planner.model, {}, path="")

    def diagram(self, diagram: Diagram, known: Mapping[str, Setting], *, path: str) -> BlockModel:
        """All blocks of a model or composite; ``known`` are the names that formulas may use.

        Raises `BuildError`.
        """
        plan = self.planner.plan(diagram)
        for step in plan.steps:
            if step.problem is not None:
                self.meet(step.problem)
        modules: dict[str, nn.Module] = {}
        rounds: dict[str, int] = {}
        problems: dict[str, BuildError] = {}
        for block in diagram.blocks:
            if block.kind not in ENDS:
                inner = f"{path}.{block.name}" if path else block.name
                try:
                    if block.same:
                        check_name(block, inner)
                        continue
                    modules[block.name], rounds[block.name] = self.block(block, known, path=inner)
                except BuildError as error:
                    self.meet(error)
                    problems[block.name] = error
        for block in diagram.blocks:
            if modules.keys() >= {block.name, *targets_of(block)}:
                try:
                    tie(block, modules, path=f"{path}.{block.name}" if path else block.name)
                except BuildError as error:
                    self.meet(error)
                    problems[block.name] = error
                    del modules[block.name]  # with weights of its own it would be another model
        made = model_class(diagram.name) if isinstance(diagram, Composite) else BlockModel
        model = made(plan, modules, rounds)
        model.doubt({**self.known(path), **problems})
        return model

    def meet(self, problem: BuildError) -> None:
        """There is something that cannot be made: it is raised."""
        raise problem

    def known(self, path: str) -> Mapping[str, BuildError]:
        """What is known not to fit in the diagram at a path, by its blocks' names: nothing."""
        return {}

    def block(
        self, block: Block, known: Mapping[str, Setting], *, path: str
    ) -> tuple[nn.Module, int]:
        """One block with its repetitions, and how often it is to be called. Raises `BuildError`."""
        check_name(block, path)
        count = count_of(block, known, path)
        apart = block.repeat != 1 and not block.shared
        numbered = [{**known, "index": index} for index in range(count if apart else 1)]
        made = [
            self._single(block, names, f"{path}.{names['index']}" if apart else path)
            for names in numbered
        ]
        for module, names in zip(made, numbered, strict=True):  # as one would write it: after all
            initialise(module, block, fillings_of(block, names, path), path)
            if block.dtype:
                module.to(getattr(torch, block.dtype))
            if block.frozen:
                module.requires_grad_(False)
        return (row_class(block.kind, count)(made), 1) if apart else (made[0], count)

    def _single(self, block: Block, known: Mapping[str, Setting], path: str) -> nn.Module:
        kind = self.planner.kind(block, where=path)
        settings = settings_of(block, known, path)
        check_repeat(block, kind, path)
        if isinstance(kind, BlockKind):
            return made_of(kind, settings, path)
        return self.diagram(kind, parameters_of(kind, settings, path), path=path)


class LenientAssembler(Assembler):
    """Leaves out what cannot be made; ``problems`` are known already."""

    def __init__(self, planner: Planner, problems: Iterable[BuildError]) -> None:
        super().__init__(planner)
        self._problems = {_without_number(each.block): each for each in problems}

    def meet(self, problem: BuildError) -> None:
        """It is left out."""

    def known(self, path: str) -> Mapping[str, BuildError]:
        """What does not fit there."""
        start = f"{path}." if path else ""
        return {
            place.removeprefix(start): each
            for place, each in self._problems.items()
            if place.startswith(start) and "." not in place.removeprefix(start)
        }


def _without_number(path: str) -> str:
    """The path of a block, of which this may be one of several in a row."""
    name, _, last = path.rpartition(".")
    return name if last.isdecimal() else path


def check_name(block: Block, path: str) -> None:
    """Raise `BuildError` for a name that a module has already."""
    if block.name in TAKEN:
        raise BuildError(
            N_("“{name}” is a name that every nn.Module uses itself"),
            block=path,
            mend=N_("give the block another name"),
            name=block.name,
        )


def check_repeat(block: Block, kind: BlockKind | Composite, path: str) -> None:
    """Raise `BuildError` for a repeated block that has nothing to hand on."""
    if block.repeat != 1 and isinstance(kind, BlockKind) and kind.sort == "source":
        raise BuildError(
            N_("{kind} is a tensor, which takes nothing in that could be repeated"),
            block=path,
            mend=N_("repeat it once, and make its shape larger if there shall be more"),
            kind=kind.name,
        )


def made_of(kind: BlockKind, settings: Mapping[str, Setting], path: str) -> nn.Module:
    """The module of a block of the catalogue. Raises `BuildError`."""
    try:
        return kind.module(settings, where=path)
    except GradvizError:
        raise
    except kind.raised(*REFUSALS) as error:
        raise BuildError(
            N_("{kind} cannot be made: {reason}"),
            block=path,
            mend=N_("change its settings"),
            kind=kind.name,
            reason=str(error).partition("\n")[0] or type(error).__name__,
        ) from error


def initialise(module: nn.Module, block: Block, fillings: Iterable[Filling], path: str) -> None:
    """Fill parameters of a block anew, by functions of `torch.nn.init`. Raises `BuildError`."""
    parameters = dict(module.named_parameters())
    for filling in fillings:
        name = filling.parameter
        where = f"{path}.init.{name}"
        if name not in parameters:
            raise BuildError(
                N_("{kind} has no parameter “{name}”"),
                block=where,
                mend=N_("it has: {known}"),
                kind=block.kind,
                name=name,
                known=", ".join(parameters) or "-",
            )
        try:
            INITS.made(filling.kind, filling.settings, where=where, tensor=parameters[name])
        except (ValueError, RuntimeError, ArithmeticError) as error:
            raise BuildError(
                N_("{kind} cannot fill a tensor of shape {shape}: {reason}"),
                block=where,
                mend=N_("take another one"),
                kind=filling.kind,
                shape=tuple(parameters[name].shape),
                reason=error,
            ) from error
