"""Blocks as modules: what runs a model of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from gradviz.blocks.modules import Source
from gradviz.engine.building.forms import MISFITS
from gradviz.engine.building.plan import Plan, Step, Value
from gradviz.engine.unfit import MisfitError
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Composite

Values: TypeAlias = dict[str, tuple[Any, ...]]
"""What came out of each block so far."""


class BlockModel(nn.Module):
    """A model of blocks, or a composite: each block is a submodule of the same name, or a Parameter
    or buffer if it is a source; one that is the same as another is a further call of that one's. A
    shared one is called as often as ``rounds`` says.

    ``forward`` takes one tensor for each Input block, in the project's order, and gives the value
    of the Output block (a tuple where there are several).
    """

    def __init__(
        self, plan: Plan, modules: Mapping[str, nn.Module], rounds: Mapping[str, int] | None = None
    ) -> None:
        super().__init__()
        self.plan = plan
        self.rounds = dict(rounds or {})
        self._problems: Mapping[str, BuildError] = {}
        self._recording_grad = not isinstance(plan.diagram, Composite) or plan.diagram.grad
        for name, module in modules.items():
            if not isinstance(module, Source):
                self.add_module(name, module)
            elif isinstance(module.value, nn.Parameter):
                self.register_parameter(name, module.value)
            else:
                self.register_buffer(name, module.value)

    def doubt(self, problems: Mapping[str, BuildError]) -> None:
        """Say which blocks, by name, are known not to fit. ``forward`` runs up to the first that it
        cannot run, and raises `MisfitError` there.
        """
        self._problems = problems

    def forward(self, *inputs: Tensor) -> Any:
        """The values of the Output blocks."""
        if self._recording_grad:
            return self._run(inputs)
        with torch.no_grad():
            return self._run(inputs)

    def _run(self, inputs: tuple[Tensor, ...]) -> Any:
        values: Values = dict(zip(self.plan.inputs, ((each,) for each in inputs), strict=True))
        for step in self.plan.steps:
            if step.problem is not None:
                raise MisfitError(step.problem)
            if step.block.kind not in ("Input", "Output"):
                values[step.block.name] = self._result(step, values)
        outputs = tuple(chosen(values, self.plan.outputs))
        if not outputs:
            raise MisfitError(BuildError(N_("the model has no {kind} block"), mend=N_("add one"),
                                         kind="Output"))  # fmt: skip
        return outputs[0] if len(outputs) == 1 else outputs

    def _result(self, step: Step, values: Values) -> tuple[Any, ...]:
        problem = self._problems.get(step.block.name) or self._problems.get(step.module)
        if problem is None:
            return self._called(step, values)
        if not hasattr(self, step.module):
            raise MisfitError(problem)
        try:
            return self._called(step, values)
        except MISFITS as error:
            raise MisfitError(problem, error) from error

    def _called(self, step: Step, values: Values) -> tuple[Any, ...]:
        name = step.module
        made = getattr(self, name)
        if not isinstance(made, nn.Module):
            return (made,)
        out: tuple[Any, ...] = tuple(chosen(values, step.sources))
        inputs = out
        for _ in range(self.rounds.get(name, 1)):
            out = tuple(flat(made(*inputs)))
            inputs = handed_on(out, inputs)
        return out


@cache
def model_class(name: str) -> type[BlockModel]:
    """The class of a composite, which has its name: that is what pictures and ``repr`` tell."""
    return type(name, (BlockModel,), {})


class Repeated(nn.Module):
    """A block several times in a row, each fed by the one before and with weights of its own. What
    the first is fed beyond that goes to all.
    """

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        super().__init__()
        for number, module in enumerate(modules):
            self.add_module(str(number), module)

    def forward(self, *inputs: Tensor) -> Any:
        """What comes out of the last."""
        out: Any = inputs
        for module in self.children():
            out = module(*inputs)
            inputs = handed_on(tuple(flat(out)), inputs)
        return out


@cache
def row_class(kind: str, count: int) -> type[Repeated]:
    """The class of so many blocks of a kind in a row, which says just that in pictures."""
    return type(f"{kind} × {count}", (Repeated,), {})


def handed_on(out: tuple[Any, ...], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs of the next repetition: its first ones are what came out of the one before."""
    results = out[: len(inputs)]
    return (*results, *inputs[len(results) :])


def chosen(values: Values, wanted: Iterable[Value]) -> list[Any]:
    """What came out of the blocks at these places."""
    return [values[value.block][value.place] for value in wanted]


def flat(out: Any) -> Iterable[Any]:
    """A result without its nesting: ``output, (h, c)`` is three."""
    if isinstance(out, tuple | list):
        for part in out:
            yield from flat(part)
    else:
        yield out
