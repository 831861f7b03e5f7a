"""Blocks as modules: what runs a model of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from gradviz.engine.plan import Plan, Step, Value
from gradviz.spec.model import Composite

Values: TypeAlias = dict[str, tuple[Any, ...]]
"""What came out of each block so far."""


class BlockModel(nn.Module):
    """A model of blocks, or a composite: each block is a submodule of the same name.

    ``forward`` takes one tensor for each Input block, in the project's order, and gives the value
    of the Output block (a tuple where there are several).
    """

    def __init__(self, plan: Plan, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.plan = plan
        self._recording_grad = not isinstance(plan.diagram, Composite) or plan.diagram.grad
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *inputs: Tensor) -> Any:
        """The values of the Output blocks."""
        if self._recording_grad:
            return self._run(inputs)
        with torch.no_grad():
            return self._run(inputs)

    def _run(self, inputs: tuple[Tensor, ...]) -> Any:
        values: Values = dict(zip(self.plan.inputs, ((each,) for each in inputs), strict=True))
        for step in self.plan.steps:
            if step.block.kind not in ("Input", "Output"):
                values[step.block.name] = result(self, step, values)
        outputs = tuple(chosen(values, self.plan.outputs))
        return outputs[0] if len(outputs) == 1 else outputs


class Repeated(nn.Module):
    """A block several times in a row, each fed by the one before; a ``shared`` one is one module
    that is called again and again. What the first is fed beyond that goes to all.
    """

    def __init__(self, modules: Iterable[nn.Module], *, count: int) -> None:
        super().__init__()
        self.count = count
        for number, module in enumerate(modules):
            self.add_module(str(number), module)

    def rounds(self) -> list[nn.Module]:
        """The module of each repetition."""
        modules = list(self.children())
        return modules * self.count if len(modules) == 1 else modules

    def forward(self, *inputs: Tensor) -> Any:
        """What comes out of the last."""
        out: Any = inputs
        for module in self.rounds():
            out = module(*inputs)
            inputs = handed_on(out, inputs)
        return out


def handed_on(out: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs of the next repetition: its first ones are what came out of the one before."""
    results = tuple(flat(out))[: len(inputs)]
    return (*results, *inputs[len(results) :])


def result(model: BlockModel, step: Step, values: Values) -> tuple[Any, ...]:
    """What comes out of a block, one of each of its outputs."""
    return tuple(flat(model.get_submodule(step.block.name)(*chosen(values, step.sources))))


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
