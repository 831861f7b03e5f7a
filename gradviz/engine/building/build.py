"""From a project to live torch objects: the module, the loss, the optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn, optim
from torch.optim.lr_scheduler import LRScheduler

from gradviz.arguments import check_type
from gradviz.blocks.catalogue import LOSSES, OPTIMIZERS, SCHEDULERS
from gradviz.engine.building.assembly import Assembler
from gradviz.engine.building.blockmodel import BlockModel
from gradviz.engine.building.memory import check_memory
from gradviz.engine.building.plan import Planner, check_ends
from gradviz.engine.building.shapes import infer
from gradviz.engine.building.weights import load_weights
from gradviz.engine.loop.seed import seeded
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.check import check_model
from gradviz.spec.model import Choice
from gradviz.spec.project import Project, Training


def build(project: Project) -> BlockModel:
    """The project's model, initialised from its seed as torch's layers initialise themselves; if it
    names a file of weights, it then has those.

    Raises `BuildError` that names the block. The shapes are checked by
    `gradviz.engine.building.shapes`.
    """
    planner = checked(project)
    with seeded(project.training.seed):
        model = Assembler(planner).assembled()
    if project.training.weights:
        load_weights(model, project.training.weights)
    return model


def checked(project: Project) -> Planner:
    """The plans of a project whose model can be built. Raises `BuildError` or `ProjectError`."""
    check_type(project, Project, where="project", mend=N_("read it first: gradviz.load(path)"))
    check_model(project.model)
    planner = Planner(project.model)
    shapes = infer(project.model)
    if shapes.problems:
        raise shapes.problems[0]
    check_ends(planner)
    check_memory(shapes)
    return planner


def build_loss(training: Training) -> nn.Module:
    """The loss module. Raises `BuildError`."""
    loss = training.loss
    return LOSSES.made(loss.kind, loss.settings, where="$.training.loss")


def build_optimizer(training: Training, model: nn.Module) -> optim.Optimizer:
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
    with _refusing(choice, where):
        return OPTIMIZERS.made(choice.kind, choice.settings, where=where, params=parameters)


def build_scheduler(training: Training, optimizer: optim.Optimizer) -> LRScheduler | None:
    """The scheduler of the optimizer; None if there is none. Raises `BuildError`."""
    choice, where = training.scheduler, "$.training.scheduler"
    if choice is None:
        return None
    with _refusing(choice, where):
        return SCHEDULERS.made(choice.kind, choice.settings, where=where, optimizer=optimizer)


@contextmanager
def _refusing(choice: Choice, where: str) -> Iterator[None]:
    """Turn what torch says of settings into `BuildError`."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise BuildError(
            N_("{kind} does not accept these settings: {reason}"),
            where=where,
            mend=N_("change them in the project"),
            kind=choice.kind,
            reason=error,
        ) from error
