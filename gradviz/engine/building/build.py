"""From a project to live torch objects: the module, the loss, the optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn, optim
from torch.optim.lr_scheduler import LRScheduler

from gradviz.engine.building.assembly import Assembler, LenientAssembler
from gradviz.engine.building.blockmodel import BlockModel
from gradviz.engine.building.device import device_of, moved
from gradviz.engine.building.memory import check_memory
from gradviz.engine.building.plan import Planner, check_ends
from gradviz.engine.building.shapes import infer
from gradviz.engine.building.weights import load_weights
from gradviz.engine.catalogues.catalogues import CATALOGUES, Catalogues, Trust, catalogues_of
from gradviz.engine.loop.seed import seeded
from gradviz.errors import BuildError, GradvizError
from gradviz.i18n import N_
from gradviz.spec.catalogue import Table
from gradviz.spec.codec import check_project
from gradviz.spec.model import Choice
from gradviz.spec.project import Project, Training


def build(project: Project, *, trust: Trust = False) -> BlockModel:
    """The project's model, initialised from its seed as torch's layers initialise themselves; if it
    names a file of weights, it then has those. It lies on the project's device.

    With ``trust`` the Python files that it names are run, for their blocks. Raises `BuildError`
    that names the block, `UsageError` for a file that is not trusted. The shapes are checked by
    `gradviz.engine.building.shapes`.
    """
    planner = checked(project, trust=trust)
    device = device_of(project.training)
    with seeded(project.training.seed):
        model = Assembler(planner).assembled()
    if project.training.weights:
        load_weights(model, project.training.weights)
    moved(model, device)
    return model


def build_as_far(project: Project, *, trust: Trust = False) -> BlockModel:
    """The model of a project that may not fit: what cannot be made is left out, and ``forward``
    runs up to the block that fails, where it raises `MisfitError`.

    Raises `ProjectError` for wires that go round in a circle, and what `build` raises of files.
    """
    check_project(project)
    blocks = catalogues_of(project, trust).blocks
    planner = Planner(project.model, blocks)
    shapes = infer(project.model, blocks)
    check_memory(shapes)
    device = device_of(project.training)
    with seeded(project.training.seed):
        model = LenientAssembler(planner, shapes.problems).assembled()
    if project.training.weights and not shapes.problems:
        load_weights(model, project.training.weights)
    moved(model, device)
    return model


def checked(project: Project, *, trust: Trust = False) -> Planner:
    """The plans of a project whose model can be built. Raises `BuildError`, `ProjectError` or
    `UsageError`.
    """
    check_project(project)
    blocks = catalogues_of(project, trust).blocks
    planner = Planner(project.model, blocks)
    shapes = infer(project.model, blocks)
    if shapes.problems:
        raise shapes.problems[0]
    check_ends(planner)
    check_memory(shapes)
    return planner


def build_loss(training: Training, catalogues: Catalogues = CATALOGUES) -> nn.Module:
    """The loss module, on the training's device. Raises `BuildError`."""
    choice, where = training.loss, "$.training.loss"
    with _refusing(choice, where, catalogues.losses):
        loss = catalogues.losses.made(choice.kind, choice.settings, where=where)
    return loss.to(device_of(training))


def build_optimizer(
    training: Training, model: nn.Module, catalogues: Catalogues = CATALOGUES
) -> optim.Optimizer:
    """The optimizer over all parameters of the model. Raises `BuildError`."""
    choice = training.optimizer
    where = "$.training.optimizer"
    parameters = list(model.parameters())
    if not parameters:
        raise BuildError(
            N_("the model has no parameters, so there is nothing to train"),
            where=where,
            mend=N_("add a layer with weights, such as Linear"),
        )
    table = catalogues.optimizers
    with _refusing(choice, where, table):
        return table.made(choice.kind, choice.settings, where=where, params=parameters)


def build_scheduler(
    training: Training, optimizer: optim.Optimizer, catalogues: Catalogues = CATALOGUES
) -> LRScheduler | None:
    """The scheduler of the optimizer; None if there is none. Raises `BuildError`."""
    choice, where = training.scheduler, "$.training.scheduler"
    if choice is None:
        return None
    table = catalogues.schedulers
    with _refusing(choice, where, table):
        return table.made(choice.kind, choice.settings, where=where, optimizer=optimizer)


@contextmanager
def _refusing(choice: Choice, where: str, table: Table[Any]) -> Iterator[None]:
    """Turn what torch, or code of the user's, says of settings into `BuildError`."""
    kind = table.kind(choice.kind, where=where)
    try:
        yield
    except GradvizError:
        raise
    except kind.raised(ValueError, KeyError) as error:
        raise BuildError(
            N_("{kind} does not accept these settings: {reason}"),
            where=where,
            mend=N_("change them in the project"),
            kind=choice.kind,
            reason=error,
        ) from error
