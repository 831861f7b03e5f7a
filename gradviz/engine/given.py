"""What a recording or a session is given to run: refused at once if it cannot be run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import NoneType
from typing import Any

from torch import nn, optim
from torch.optim.lr_scheduler import LRScheduler

from gradviz.arguments import check_callable, check_type, described
from gradviz.errors import WrongTypeError, WrongValueError
from gradviz.i18n import N_
from gradviz.spec.project import LOOP


def check_watched(model: object, optimizer: object) -> None:
    """What a recording watches: a module, an optimizer, or None for either."""
    check_type(model, (nn.Module, NoneType), where="model", mend=_model_mend(model))
    check_type(
        optimizer,
        (optim.Optimizer, NoneType),
        where="optimizer",
        mend=N_("give one optimizer of torch.optim; any others are seen as well"),
    )


def check_loop(
    model: object, loss_fn: object, optimizer: object, loader: object, *, scheduler: object
) -> None:
    """The parts of a training loop. Raises `UsageError` that names the first that does not fit."""
    check_type(model, nn.Module, where="model", mend=_model_mend(model))
    check_callable(
        loss_fn,
        where="loss_fn",
        instead=nn.Module,
        mend=N_("give a function of output and target, such as nn.MSELoss()"),
    )
    check_type(
        optimizer,
        optim.Optimizer,
        where="optimizer",
        mend=N_("make one of the model's parameters, such as torch.optim.SGD(…)"),
    )
    if isinstance(loader, type) or not hasattr(loader, "__getitem__"):  # by which one iterates, too
        check_type(
            loader,
            Iterable,
            where="loader",
            mend=N_("give a DataLoader, or a list of (input, target) pairs"),
        )
    check_type(scheduler, (LRScheduler, NoneType), where="scheduler")
    assert isinstance(model, nn.Module)
    assert isinstance(optimizer, optim.Optimizer)
    _check_held(model, loss_fn, optimizer)


def check_steps(order: object) -> None:
    """The steps of an iteration, known ones and at least one."""
    if isinstance(order, str) or not isinstance(order, Sequence):
        raise WrongTypeError(
            N_("got {got} instead of {wants}"),
            where="order",
            mend=N_("list the steps, some of: {known}"),
            got=described(order),
            wants="tuple",
            known=", ".join(LOOP),
        )
    for step in order:
        if step not in LOOP:
            raise WrongValueError(
                N_("there is no step {step}"),
                where="order",
                mend=N_("list the steps, some of: {known}"),
                step=described(step),
                known=", ".join(LOOP),
            )
    if not order:
        raise WrongValueError(
            N_("an iteration without any step does nothing"),
            where="order",
            mend=N_("list the steps, some of: {known}"),
            known=", ".join(LOOP),
        )


def _model_mend(model: object) -> str:
    if isinstance(model, optim.Optimizer):
        return N_("give the model first, then the optimizer")
    return N_("give the nn.Module itself, not what it holds or returns")


def _check_held(model: nn.Module, loss_fn: object, optimizer: optim.Optimizer) -> None:
    """An optimizer that trains nothing of this loop is a slip, and PyTorch says nothing of it."""
    trained: list[Any] = [*model.parameters()]
    if isinstance(loss_fn, nn.Module):
        trained += loss_fn.parameters()
    if not trained:
        raise WrongValueError(
            N_("the model has no parameters, so there is nothing to train"),
            where="model",
            mend=N_("add a layer with weights, such as Linear"),
        )
    known = {id(parameter) for parameter in trained}
    held = (parameter for group in optimizer.param_groups for parameter in group["params"])
    if not any(id(parameter) in known for parameter in held):
        raise WrongValueError(
            N_("the optimizer holds none of the model's parameters"),
            where="optimizer",
            mend=N_("make it of model.parameters(), once the model is complete"),
        )
