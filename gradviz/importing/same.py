"""Whether a project does what the module does from which it was made: outputs and gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.engine.building.build import build
from gradviz.engine.loop.seed import seeded
from gradviz.errors import GradvizError
from gradviz.importing.runs import as_it_was, in_mode
from gradviz.importing.structure import values_in
from gradviz.importing.words import UNLIKE
from gradviz.spec.project import Project


def difference(
    module: nn.Module, project: Project, state: Mapping[str, Tensor], inputs: tuple[Any, ...]
) -> str:
    """What the project does otherwise than the module; nothing if both give the same bits, in
    training and in evaluation, forward and backward, also for other numbers than the example's.
    """
    try:
        built = with_state(project, state)
    except GradvizError as error:
        return str(error)
    others = tuple(_other(each) for each in inputs)
    for given, training in ((inputs, False), (others, False), (others, True)):
        wanted, got = (_run(each, given, training) for each in (module, built))
        if not _equal(wanted[0], got[0]):
            return UNLIKE
        names = _names(module, built, state)
        for name, grad in wanted[1].items():
            if name in names and not _equal([grad], [got[1].get(names[name])]):
                return UNLIKE
    return ""


def with_state(project: Project, state: Mapping[str, Tensor]) -> nn.Module:
    """The project's model with these weights."""
    built = build(project, trust=True)
    own = built.state_dict(keep_vars=True)
    with torch.no_grad():
        for name, tensor in state.items():
            own[name].copy_(tensor)
    return built


def _names(module: nn.Module, built: nn.Module, state: Mapping[str, Tensor]) -> dict[str, str]:
    """The names of the built model's parameters by those of the module's."""
    places = {state[name].data_ptr(): name for name, _ in built.named_parameters() if name in state}
    return {
        name: places[each.data_ptr()]
        for name, each in module.named_parameters()
        if each.data_ptr() in places
    }


def _run(
    module: nn.Module, inputs: tuple[Any, ...], training: bool
) -> tuple[list[Any], dict[str, Tensor | None]]:
    """Outputs, and the gradients of parameters, which are then as before."""
    before = [(each, each.grad) for each in module.parameters()]
    try:
        with as_it_was(module), in_mode(module, training=training), seeded(1), torch.enable_grad():
            for each, _ in before:
                each.grad = None
            try:
                out = [each for each in values_in(module(*inputs)) if isinstance(each, Tensor)]
            except Exception as error:  # noqa: BLE001 - both may refuse the same
                return [type(error).__name__], {}
            kept = [each.detach().clone() for each in out]
            ways = [each for each in out if each.requires_grad and each.is_floating_point()]
            if ways:
                torch.autograd.backward(ways, [torch.rand_like(each) for each in ways])
            return kept, {name: each.grad for name, each in module.named_parameters()}
    finally:
        for each, grad in before:
            each.grad = grad


def _equal(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))


def _same(a: Any, b: Any) -> bool:
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return a is b or a == b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return bool(((a == b) | ((a != a) & (b != b))).all())


def _other(tensor: Any) -> Any:
    """Another example of the same kind."""
    if not tensor.is_floating_point():
        return tensor.flip(0)
    with seeded(2):
        return tensor.flip(0) + torch.randn_like(tensor) * 0.5
