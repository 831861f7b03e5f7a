"""Every optimizer of torch: recorded steps give the bits of plain ones; their ledger adds up."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler

import gradviz
from gradviz.engine.record.record import recording
from gradviz.engine.record.recorder import Recorder
from gradviz.trace.events import (
    GradAccumulated,
    GradZeroed,
    LossComputed,
    OpRan,
    ParamUpdated,
    ValueRef,
)
from tests.engine.compare import marks, same, unlike_now, unreadable

STEPS = 3

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"momentum": 0.9, "dampening": 0.5, "maximize": True}, {"fused": True, "momentum": 0.9},
    ],
    "Adam": [
        {}, {"amsgrad": True}, {"weight_decay": 0.1, "betas": (0.8, 0.9)}, {"fused": True},
        {"fused": True, "amsgrad": True, "maximize": True}, {"lr": torch.tensor(0.01)},
        {"decoupled_weight_decay": True, "weight_decay": 0.1},
    ],
    "AdamW": [{}, {"amsgrad": True, "maximize": True}, {"fused": True}],
    "Adamax": [{}, {"weight_decay": 0.1, "maximize": True}],
    "NAdam": [{}, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "RAdam": [{}, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "Adagrad": [{}, {"lr_decay": 0.1, "initial_accumulator_value": 0.5}, {"fused": True}],
    "Adadelta": [{}, {"rho": 0.5, "weight_decay": 0.1, "maximize": True}],
    "RMSprop": [{}, {"centered": True}, {"momentum": 0.9, "weight_decay": 0.1}],
    "Rprop": [{}, {"etas": (0.4, 1.3)}],
    "ASGD": [{}, {"t0": 1.0, "weight_decay": 0.1}],
    "Adafactor": [{}, {"weight_decay": 0.1, "maximize": True}],
    "Muon": [{}, {"nesterov": False, "weight_decay": 0.1}],
    "LBFGS": [
        {"max_iter": 4}, {"max_iter": 4, "history_size": 2, "line_search_fn": "strong_wolfe"},
    ],
    "SparseAdam": [{}, {"maximize": True}],
}  # fmt: skip
"""``foreach`` is tried with and without where an optimizer has it."""


def cases() -> list[Any]:
    found = []
    for name, settings in SETTINGS.items():
        make = getattr(optim, name, None)
        if make is None:
            continue
        known = inspect.signature(make).parameters
        for each in settings:
            ways: list[dict[str, Any]] = [each]
            if "foreach" in known and not {"fused", "lr"} & set(each):
                ways = [{**each, "foreach": False}, {**each, "foreach": True}]
            for way in ways:
                told = ",".join(f"{key}={value}" for key, value in way.items())
                unknown = pytest.mark.skipif(not way.keys() <= known.keys(), reason="not in torch")
                found.append(pytest.param(make, way, id=f"{name}({told})", marks=unknown))
    return found


class Net(nn.Module):
    """Two layers, one of which is used twice, and a parameter that never has a gradient."""

    def __init__(self, *, bias: bool, sparse: bool) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 3, sparse=sparse)
        self.fc = nn.Linear(3, 3, bias=bias)
        self.unused = nn.Parameter(torch.ones(2, 2))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.fc(torch.tanh(self.fc(self.embed(tokens))))


def parts(make: Callable[..., optim.Optimizer], settings: dict[str, Any]) -> tuple[Net, Any]:
    sparse = make is optim.SparseAdam
    net = Net(bias=make is not getattr(optim, "Muon", None), sparse=sparse)
    parameters = [net.embed.weight] if sparse else list(net.parameters())
    if make is optim.LBFGS:
        parameters.sort(key=lambda parameter: parameter is net.unused)  # the first has the state
    return net, make(parameters, **settings)


def train(net: nn.Module, optimizer: optim.Optimizer, *, closure: bool) -> list[Tensor]:
    losses = []
    for _ in range(STEPS):
        tokens = torch.randint(0, 5, (4,))

        def run(tokens: Tensor = tokens) -> Tensor:
            optimizer.zero_grad()
            loss = (net(tokens) ** 2).sum()
            loss.backward()
            return loss

        if closure:
            losses.append(optimizer.step(run))
        else:
            losses.append(run())
            optimizer.step()
    return losses


def live(net: nn.Module, optimizer: optim.Optimizer) -> dict[str, Any]:
    return {
        "parameters": dict(net.named_parameters()),
        "gradients": {name: parameter.grad for name, parameter in net.named_parameters()},
        "state": optimizer.state_dict()["state"],
    }


def both(
    make: Callable[..., optim.Optimizer], settings: dict[str, Any], *, closure: bool
) -> tuple[Net, optim.Optimizer, Recorder]:
    """Train plain and recorded from the same seed; everything is equal afterwards."""
    torch.manual_seed(0)
    net, optimizer = parts(make, settings)
    torch.manual_seed(1)
    losses = train(net, optimizer, closure=closure)
    plain = {"losses": losses, **live(net, optimizer)}

    torch.manual_seed(0)
    net, optimizer = parts(make, settings)
    torch.manual_seed(1)
    before = marks()
    with recording(gradviz.Trace(), model=net, optimizer=optimizer, iteration=0) as recorder:
        losses = train(net, optimizer, closure=closure)
    assert marks() == before
    recorded = {"losses": losses, **live(net, optimizer)}
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    return net, optimizer, recorder


def told(trace: gradviz.Trace, state: dict[str, Any] | None) -> dict[str, Any]:
    """A state with its values."""
    return {
        key: trace.value(value) if isinstance(value, ValueRef) else value
        for key, value in (state or {}).items()
    }


def flat(state: dict[str, Any]) -> dict[str, Any]:
    """A live state as an event tells it: lists by their items, what is no number left out."""
    found: dict[str, Any] = {}
    for key, value in state.items():
        items = value if isinstance(value, list) else None
        if items is not None:
            found |= {f"{key}[{i}]": item for i, item in enumerate(items) if item is not None}
        elif value is None or isinstance(value, Tensor | int | float):
            found[key] = value
    return found


def check_ledger(net: Net, optimizer: optim.Optimizer, recorder: Recorder) -> list[ParamUpdated]:
    """Each update begins where the last one ended, and the last one ends at what is live."""
    trace = recorder.trace
    updates = [event for event in trace.events if isinstance(event, ParamUpdated)]
    parameters = dict(net.named_parameters())
    values: dict[str, Tensor] = dict(trace.at(-1).params)
    states: dict[str, dict[str, Any]] = dict(trace.at(-1).optimizer)
    for event in updates:
        assert same(trace.value(event.before), values[event.param])
        assert same(told(trace, event.state_before), states.get(event.param, {}))
        moved = not same(trace.value(event.before), trace.value(event.after))
        assert moved or not same(states.get(event.param, {}), told(trace, event.state_after))
        values[event.param] = trace.value(event.after)
        states[event.param] = told(trace, event.state_after)
    end = trace.at(len(trace.events) - 1)
    for name, state in states.items():
        assert same(values[name], parameters[name].detach())
        assert same(state, flat(optimizer.state[parameters[name]]))
        assert same(dict(end.optimizer[name]), state)
    assert unlike_now(recorder) == []
    assert unreadable(trace) == []
    assert not any(event.param == "unused" for event in updates)
    return updates


@pytest.mark.parametrize(("make", "settings"), cases())
def test_recorded_steps_are_the_plain_ones(
    make: Callable[..., optim.Optimizer], settings: dict[str, Any]
) -> None:
    closure = make is optim.LBFGS
    net, optimizer, recorder = both(make, settings, closure=closure)
    updates = check_ledger(net, optimizer, recorder)
    names = {"embed.weight"} if make is optim.SparseAdam else set(dict(net.named_parameters()))
    assert {event.param for event in updates} == names - {"unused"}
    if closure:  # it moves between the evaluations of one step, too
        assert len(updates) > STEPS * len(names - {"unused"})
    else:
        assert len(updates) == STEPS * len(names - {"unused"})
    assert {event.optimizer for event in updates} == {make.__name__}


@pytest.mark.parametrize(
    ("make", "settings"),
    [case for case in cases() if case.values[0] not in (optim.LBFGS, optim.SparseAdam)][::3],
)
def test_a_closure_is_forward_and_backward(
    make: Callable[..., optim.Optimizer], settings: dict[str, Any]
) -> None:
    net, optimizer, recorder = both(make, settings, closure=True)
    updates = check_ledger(net, optimizer, recorder)
    trace = recorder.trace
    phases = {type(event): event.phase for event in trace.events}
    assert phases[OpRan] in ("forward", "loss")
    assert phases[GradAccumulated] == "backward"
    assert phases[GradZeroed] == "zero_grad"
    for event in updates:
        grad = trace.at(event.index).grads[event.param]
        assert event.grad is not None
        assert same(trace.value(event.grad), grad)


def test_lbfgs_tells_each_evaluation() -> None:
    _net, _optimizer, recorder = both(optim.LBFGS, {"max_iter": 4}, closure=True)
    trace = recorder.trace
    losses = [event for event in trace.events if isinstance(event, LossComputed)]
    updates = [event for event in trace.events if isinstance(event, ParamUpdated)]
    assert len(losses) > STEPS
    assert any("old_dirs[0]" in (event.state_after or {}) for event in updates)


def test_lbfgs_tells_of_the_parameters_that_each_evaluation_computes_with() -> None:
    weight, seen = nn.Parameter(torch.tensor([3.0, -2.0])), []
    optimizer = optim.LBFGS([weight], max_iter=4)

    def closure() -> Tensor:
        optimizer.zero_grad()
        seen.append(weight.detach().clone())
        loss = ((weight - 1) ** 4).sum()
        loss.backward()
        return loss

    with gradviz.record(optimizer=optimizer) as trace:
        optimizer.step(closure)
    losses = [event for event in trace.events if isinstance(event, LossComputed)]
    told = [trace.at(event.index).params["leaf#1"] for event in losses]
    assert len(told) == len(seen) > 2
    assert all(same(a, b) for a, b in zip(told, seen, strict=True))
    assert same(trace.at(len(trace.events) - 1).params["leaf#1"], weight)


@pytest.mark.parametrize("way", ["by hand", "compiled"])
def test_a_state_that_unseen_code_changed_is_told(way: str) -> None:
    weight = nn.Parameter(torch.ones(3))
    optimizer = optim.Adam([weight])
    weight.grad = torch.ones(3)
    optimizer.step()
    with gradviz.record(optimizer=optimizer) as trace:
        if way == "by hand":
            optimizer.state[weight]["exp_avg"].fill_(2)
        else:
            torch.compile(lambda: optimizer.state[weight]["exp_avg"].fill_(2), backend="eager")()
    assert trace.at(-1).optimizer["leaf#1"]["exp_avg"].tolist() != [2, 2, 2]
    state = trace.at(len(trace.events) - 1).optimizer["leaf#1"]
    assert same(dict(state), flat(optimizer.state[weight]))
    change = next(event for event in trace.events if isinstance(event, ParamUpdated))
    assert change.optimizer == ""
    assert change.before == change.after


def test_the_state_is_told_also_of_a_parameter_that_stays() -> None:
    idle, moved = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    optimizer = optim.LBFGS([idle, moved], max_iter=2)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (moved**2).sum()
        loss.backward()
        return loss

    with gradviz.record(optimizer=optimizer) as trace:
        optimizer.step(closure)
    state = trace.at(len(trace.events) - 1).optimizer["leaf#1"]
    assert same(dict(state), flat(optimizer.state[idle]))


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.RMSprop, optim.Adagrad])
def test_a_differentiable_step_is_no_closure(make: Callable[..., optim.Optimizer]) -> None:
    def run() -> tuple[Tensor | None, Tensor]:
        start = torch.ones(3, requires_grad=True)
        moved = start.clone()
        rate = torch.tensor(0.1, requires_grad=True)
        optimizer = make([moved], lr=0.1, differentiable=True)
        moved.grad = start * 2 * rate
        optimizer.step()
        moved.sum().backward()
        return start.grad, moved

    plain = run()
    with gradviz.record() as trace:
        recorded = run()
    assert same(plain, recorded)
    (update,) = [event for event in trace.events if isinstance(event, ParamUpdated)]
    assert same(trace.value(update.after), recorded[1].detach())
    assert not any(isinstance(e, OpRan) and e.phase == "step" for e in trace.events)
    assert unreadable(trace) == []


SCHEDULERS: dict[str, Callable[[optim.Optimizer], Any]] = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 1, 0.5),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 4),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=9),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=2),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda step: 1 / (step + 1)),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.ConstantLR(o), lr_scheduler.ExponentialLR(o, 0.5)], [2]
    ),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_each_update_tells_the_rate_of_its_step(name: str) -> None:
    def run() -> tuple[list[float], Tensor]:
        torch.manual_seed(0)
        net = nn.Linear(2, 1)
        optimizer = optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
        schedule = SCHEDULERS[name](optimizer)
        rates = []
        for _ in range(4):
            optimizer.zero_grad()
            net(torch.ones(1, 2)).sum().backward()
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        return rates, net.weight

    plain = run()
    with gradviz.record() as trace:
        recorded = run()
    assert same(plain, recorded)
    updates = [event for event in trace.events if isinstance(event, ParamUpdated)]
    assert [event.settings["lr"] for event in updates if event.param == "leaf#1"] == plain[0]


def test_groups_have_their_own_settings() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    groups = [
        {"params": list(net[0].parameters())},
        {"params": list(net[1].parameters()), "lr": 0.5},
    ]
    optimizer = optim.SGD(groups, lr=0.1)
    with gradviz.record(net, optimizer) as trace:
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    rates = {e.param: e.settings["lr"] for e in trace.events if isinstance(e, ParamUpdated)}
    assert rates == {"0.weight": 0.1, "0.bias": 0.1, "1.weight": 0.5, "1.bias": 0.5}


def test_a_step_that_raises_is_told_as_far_as_it_came() -> None:
    class Halting(optim.SGD):
        def step(self, closure: Any = None) -> None:
            with torch.no_grad():
                self.param_groups[0]["params"][0].mul_(2)
            raise KeyError("half way")

    first, second = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    optimizer = Halting([first, second], lr=0.1)
    with gradviz.record(optimizer=optimizer) as trace:
        (first + second).sum().backward()
        with pytest.raises(KeyError):
            optimizer.step()
        (first + second).sum().backward()
    (update,) = [event for event in trace.events if isinstance(event, ParamUpdated)]
    assert (update.param, update.optimizer) == ("leaf#1", "")
    assert trace.at(update.index).params["leaf#1"].item() == 2.0
    assert trace.events[-1].phase == "backward"


def test_every_optimizer_is_tried() -> None:
    known = {
        name
        for name, kind in vars(optim).items()
        if inspect.isclass(kind)
        and issubclass(kind, optim.Optimizer)
        and kind is not optim.Optimizer
    }
    assert known == set(SETTINGS) & known
