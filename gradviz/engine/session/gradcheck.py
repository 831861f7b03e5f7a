"""A gradient held against the slope of the loss: finite differences in double precision."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Literal, TypeAlias

import torch
from msgspec import Struct
from torch import Tensor, nn

from gradviz.arguments import check_type, whole
from gradviz.engine.loop.batch import mapped
from gradviz.engine.loop.loop import Batch
from gradviz.engine.loop.seed import RandomState, RandomStream
from gradviz.engine.session.session import Session
from gradviz.errors import UsageError
from gradviz.i18n import N_

STEP = 1e-5
"""How far an element is moved, both ways."""
LIMIT, KINK_LIMIT = 1e-4, 1e-2
"""The relative errors that are allowed: where the loss is smooth, and at its kinks."""

Verdict: TypeAlias = Literal["agrees", "kink", "zero", "differs"]


class Checked(Struct, frozen=True):
    """One element: its gradient by backward, and the slope of the loss there.

    ``error`` is |a − n| / (|a| + |n|), None where both are 0. At a ``kink`` the slopes to the left
    and to the right differ, and any between them is a right answer.
    """

    at: tuple[int, ...]
    analytic: float
    numeric: float
    error: float | None
    verdict: Verdict


class GradientCheck(Struct, frozen=True):
    """What was found for a parameter in an iteration, element by element."""

    name: str
    iteration: int
    elements: tuple[Checked, ...]

    @property
    def agrees(self) -> bool:
        """Whether backward is right, as far as was tried."""
        return all(each.verdict != "differs" for each in self.elements)


def check_gradient(
    session: Session, name: str, *, elements: int = 6, seed: int = 0
) -> GradientCheck:
    """Check the gradient of a parameter numerically, in the iteration under the cursor.

    A copy of model, loss and batch in float64 starts from the state and the random numbers of the
    iteration, without its edits; the session stays as it is. Tried are the elements with the
    largest gradients, and as many that ``seed`` draws. Raises `UsageError` for what cannot be
    checked.
    """
    check_type(session, Session, where="session", mend=N_("give a gradviz.Session"))
    count = whole(elements, where="elements", least=1)
    iteration = session.event.iteration if session.event else 0
    with session.recorded.before(iteration) as (batch, random):
        probe = _Probe(session, batch, random, name)
        gradient = probe.gradient()
        found = tuple(
            _checked(probe, at, float(gradient[at])) for at in _chosen(gradient, count, seed)
        )
    return GradientCheck(name, iteration, found)


class _Probe:
    """The loss of an iteration as a function of one parameter, in double precision."""

    def __init__(self, session: Session, batch: Batch, random: RandomState, name: str) -> None:
        self._loop, self._random, self._name = session.loop, random, name
        _require(session.model, name)
        try:
            self._parts = deepcopy((session.model, session.loop.loss_fn))
        except Exception as error:
            raise _impossible(error) from error
        for part in self._parts:
            if isinstance(part, nn.Module):
                part.double()
        self._batch = Batch(
            *(mapped(part, Tensor, _doubled) for part in (batch.inputs, batch.target))
        )
        with torch.no_grad():
            if self.loss() != self.loss():
                raise UsageError(
                    N_("the loss is not the same number twice, so its slope cannot be measured"),
                    where=name,
                    mend=N_("look for what the seed does not rule: time, threads, generators"),
                )

    def gradient(self) -> Tensor:
        """What backward gives; zeros where no path leads to the parameter."""
        with torch.enable_grad():
            loss, parameter = self._computed(None)
            found: tuple[Tensor | None, ...] = (None,)
            if loss.requires_grad:
                found = torch.autograd.grad(loss, [parameter], allow_unused=True)
        (grad,) = found
        return torch.zeros_like(parameter) if grad is None else grad.to_dense()

    def loss(self, at: tuple[int, ...] | None = None, by: float = 0.0) -> float:
        """The loss with one element moved."""
        with torch.no_grad():
            return float(self._computed(at, by)[0])

    def _computed(self, at: tuple[int, ...] | None, by: float = 0.0) -> tuple[Tensor, Tensor]:
        # What a forward leaves behind (a hidden state, a running mean) must not reach the next.
        model, loss_fn = deepcopy(self._parts)
        parameter = dict(model.named_parameters(remove_duplicate=False))[self._name]
        if at is not None:
            with torch.no_grad():
                parameter[at] += by
        batch = deepcopy(self._batch.inputs), deepcopy(self._batch.target)
        try:
            with _drawing(self._random), _in_doubles():
                loss = loss_fn(self._loop.judged(model(*batch[0])), batch[1])
        except Exception as error:
            raise _impossible(error) from error
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            raise UsageError(
                N_("the loss is not one number, so it has no slope"),
                where=self._name,
                mend=N_("give a loss that is reduced to a mean or a sum"),
            )
        return loss.reshape(()), parameter


def _checked(probe: _Probe, at: tuple[int, ...], analytic: float) -> Checked:
    here, above, below = probe.loss(), probe.loss(at, STEP), probe.loss(at, -STEP)
    numeric = (above - below) / (2 * STEP)
    sizes = abs(analytic) + abs(numeric)
    if sizes == 0:
        return Checked(at, analytic, numeric, None, "zero")
    error = abs(analytic - numeric) / sizes
    noise = 16 * torch.finfo(torch.float64).eps * max(1.0, abs(here)) / STEP
    if error <= LIMIT or abs(analytic - numeric) <= noise:
        return Checked(at, analytic, numeric, error, "agrees")
    left, right = (here - below) / STEP, (above - here) / STEP
    low, high = min(left, right), max(left, right)
    bent = high - low > KINK_LIMIT * (abs(left) + abs(right))
    between = low - LIMIT * sizes <= analytic <= high + LIMIT * sizes
    fits = bent and (error <= KINK_LIMIT or between)
    return Checked(at, analytic, numeric, error, "kink" if fits else "differs")


def _chosen(gradient: Tensor, count: int, seed: int) -> list[tuple[int, ...]]:
    """The places of the largest elements, then of drawn ones; all of a small parameter."""
    flat = gradient.abs().flatten()
    most = min(math.ceil(count / 2), flat.numel())
    places = flat.topk(most).indices.tolist()
    source = torch.Generator().manual_seed(seed)
    drawn = torch.randperm(flat.numel(), generator=source)[:count].tolist()
    wanted = list(dict.fromkeys([*places, *drawn]))[:count]
    shape = gradient.shape
    return [
        tuple(int(each) for each in torch.unravel_index(torch.tensor(place), shape))
        for place in wanted
    ]


def _require(model: nn.Module, name: str) -> None:
    known = dict(model.named_parameters(remove_duplicate=False))
    if name not in known:
        raise UsageError(
            N_("the model has no parameter “{name}”"),
            where="name",
            mend=N_("take one of: {known}"),
            name=name,
            known=", ".join(known),
        )
    parameter = known[name]
    if not parameter.requires_grad:
        raise UsageError(
            N_("{name} is frozen: backward gives it no gradient to check"),
            where="name",
            mend=N_("take a parameter with requires_grad=True"),
            name=name,
        )
    if not parameter.is_floating_point() or not parameter.numel():
        raise UsageError(
            N_("{name} has no real numbers to move"),
            where="name",
            mend=N_("take a parameter of float numbers"),
            name=name,
        )


def _doubled(tensor: Tensor) -> Tensor:
    tensor = tensor.detach()
    return tensor.double() if tensor.is_floating_point() else tensor


@contextmanager
def _drawing(random: RandomState) -> Iterator[None]:
    """The block draws the random numbers of the iteration, from its first."""
    stream = RandomStream(0)
    stream.state = random
    with stream.running():
        yield


@contextmanager
def _in_doubles() -> Iterator[None]:
    """Tensors that the block makes of itself are as exact as the others."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _impossible(error: Exception) -> UsageError:
    return UsageError(
        N_("the model cannot be run on a copy in float64: {why}"),
        where="session",
        mend=N_("let it take its dtype from its inputs and parameters"),
        why=f"{type(error).__name__}: {error}".splitlines()[0],
    )
