"""Modules made of blocks: with settings worked out, weights initialised, and what is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from gradviz.blocks.catalogue import INITS
from gradviz.blocks.kinds import BlockKind
from gradviz.engine.blockmodel import BlockModel, Repeated
from gradviz.engine.plan import Plan, Planner
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.formula import calculated
from gradviz.spec.model import Block, Composite, Diagram, Model, Setting

MOST = 10_000
"""Repetitions of a block."""
_TAKEN = frozenset(dir(BlockModel(Plan(Model(()), ()), {})))
"""Names that a module has already."""


class Assembler:
    """Makes modules of the blocks of one model, in the order of the file.

    ``settings`` are those of each block of the catalogue that was made, checked, by its path. With
    ``problems`` what cannot be made is left out, and noted there instead of raised.
    """

    def __init__(self, planner: Planner, problems: list[BuildError] | None = None) -> None:
        self.planner = planner
        self.problems = problems
        self.settings: dict[str, dict[str, object]] = {}

    def assembled(self) -> BlockModel:
        """The whole model. Raises `BuildError`."""
        return self.diagram(self.planner.model, {}, path="")

    def diagram(self, diagram: Diagram, known: Mapping[str, Setting], *, path: str) -> BlockModel:
        """All blocks of a model or composite; ``known`` are the names that formulas may use."""
        plan = self.planner.plan(diagram)
        modules: dict[str, nn.Module] = {}
        rounds: dict[str, int] = {}
        failing = {step.block.name for step in plan.steps if step.problem is not None}
        for block in diagram.blocks:
            if block.kind in ("Input", "Output") or block.name in failing:
                continue
            inner = f"{path}.{block.name}" if path else block.name
            try:
                modules[block.name], rounds[block.name] = self.block(block, known, path=inner)
            except BuildError as error:
                if self.problems is None:
                    raise
                self.problems.append(error)
        return BlockModel(plan, modules, rounds)

    def block(
        self, block: Block, known: Mapping[str, Setting], *, path: str
    ) -> tuple[nn.Module, int]:
        """One block with its repetitions, and how often it is to be called. Raises `BuildError`."""
        if block.name in _TAKEN:
            raise BuildError(
                N_("“{name}” is a name that every nn.Module uses itself"),
                block=path,
                mend=N_("give the block another name"),
                name=block.name,
            )
        count = _count(block, known, path)
        apart = block.repeat != 1 and not block.shared
        made = [
            self._single(block, {**known, "index": index}, f"{path}.{index}" if apart else path)
            for index in range(count if apart else 1)
        ]
        for module in made:  # after all are made, as one would write it
            _initialise(module, block, known, path)
            if block.dtype:
                module.to(getattr(torch, block.dtype))
            if block.frozen:
                module.requires_grad_(False)
        return (Repeated(made), 1) if apart else (made[0], count)

    def _single(self, block: Block, known: Mapping[str, Setting], path: str) -> nn.Module:
        kind = self.planner.kind(block, where=path)
        settings: Any = calculated(block.settings, known, where=path)
        if isinstance(kind, BlockKind):
            self.settings[path] = kind.checked(settings, where=path)
            return _made(kind, settings, path)
        return self.diagram(kind, _parameters_of(kind, settings, path), path=path)


def _count(block: Block, known: Mapping[str, Setting], path: str) -> int:
    count = calculated(block.repeat, known, where=path)
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST:
        return count
    raise BuildError(
        N_("a block cannot be repeated {count} times"),
        block=path,
        mend=N_("repeat it 1 to {most} times"),
        count=count,
        most=MOST,
    )


def _parameters_of(
    composite: Composite, settings: Mapping[str, Setting], path: str
) -> dict[str, Setting]:
    """The parameters of a composite as a block sets them; those that it does not set have their
    defaults, which may be formulas over those before.
    """
    for name in settings:
        if name not in composite.parameters:
            raise BuildError(
                N_("{kind} has no setting “{name}”"),
                block=path,
                mend=N_("it has: {known}"),
                kind=composite.name,
                name=name,
                known=", ".join(composite.parameters) or "-",
            )
    known: dict[str, Setting] = {}
    for name, default in composite.parameters.items():
        known[name] = settings[name] if name in settings else calculated(default, known, where=path)
    return known


def _made(kind: BlockKind, settings: Mapping[str, Setting], path: str) -> nn.Module:
    try:
        return kind.module(settings, where=path)
    except (RuntimeError, MemoryError, ValueError, AssertionError, TypeError) as error:
        raise BuildError(
            N_("{kind} cannot be made: {reason}"),
            block=path,
            mend=N_("change its settings"),
            kind=kind.name,
            reason=str(error).partition("\n")[0] or type(error).__name__,
        ) from error


def _initialise(module: nn.Module, block: Block, known: Mapping[str, Setting], path: str) -> None:
    """Fill parameters anew as the block says, by functions of `torch.nn.init`."""
    parameters = dict(module.named_parameters())
    for name, choice in block.init.items():
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
        settings: Any = calculated(choice.settings, known, where=where)
        try:
            INITS.made(choice.kind, settings, where=where, tensor=parameters[name])
        except (ValueError, RuntimeError) as error:
            raise BuildError(
                N_("{kind} cannot fill a tensor of shape {shape}: {reason}"),
                block=where,
                mend=N_("take another one"),
                kind=choice.kind,
                shape=tuple(parameters[name].shape),
                reason=error,
            ) from error
