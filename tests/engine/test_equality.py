"""A recorded iteration and a plain one give the same bits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.data.loading import build_loader
from gradviz.engine.building.build import build_loss, build_optimizer
from gradviz.engine.loop.seed import seeded
from gradviz.trace.events import GradAccumulated, LossComputed, ParamUpdated

ITERATIONS = 3


def plain(project: gradviz.Project) -> tuple[list[Tensor], nn.Module, torch.optim.Optimizer]:
    """The same training, written as anybody would."""
    model = gradviz.build(project)
    loss_fn = build_loss(project.training)
    optimizer = build_optimizer(project.training, model)
    batches = iter(build_loader(project.data, seed=project.training.seed))
    losses = []
    with seeded(project.training.seed):
        for _ in range(ITERATIONS):
            inputs, target = next(batches)
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    return losses, model, optimizer


@pytest.mark.parametrize("name", ["letters_cnn", "moons_mlp"])
def test_a_session_gives_the_bits_of_plain_pytorch(name: str, examples: Path) -> None:
    project = gradviz.load(examples / f"{name}.gradviz")
    losses, model, optimizer = plain(project)
    session = gradviz.Session.from_project(project)
    for _ in range(ITERATIONS):
        assert session.run_iteration()
    trace = session.trace
    recorded = [trace.value(e.value) for e in trace.events if isinstance(e, LossComputed)]
    assert len(recorded) == ITERATIONS
    for mine, theirs in zip(recorded, losses, strict=True):
        assert torch.equal(mine, theirs)
    end = trace.at(len(trace.events) - 1)
    live = dict(session.model.named_parameters())
    for parameter_name, parameter in model.named_parameters():
        assert torch.equal(end.params[parameter_name], parameter)
        assert torch.equal(end.grads[parameter_name], parameter.grad)
        assert torch.equal(live[parameter_name], parameter)
        for key, value in optimizer.state[parameter].items():
            assert torch.equal(end.optimizer[parameter_name][key], value)


@pytest.mark.parametrize("name", ["letters_cnn", "moons_mlp"])
def test_every_event_tells_what_really_was(name: str, examples: Path) -> None:
    """The ledger adds up, and each update starts where the last one ended."""
    session = gradviz.Session.from_project(gradviz.load(examples / f"{name}.gradviz"))
    trace = session.trace
    for _ in range(ITERATIONS):
        session.run_iteration()
    last: dict[str, Tensor] = dict(trace.at(-1).params)
    for event in trace.events:
        if isinstance(event, GradAccumulated):
            added, after = trace.value(event.added), trace.value(event.after)
            before = trace.value(event.before) if event.before else torch.zeros_like(after)
            assert torch.equal(before + added, after)
        if isinstance(event, ParamUpdated):
            assert torch.equal(trace.value(event.before), last[event.param])
            last[event.param] = trace.value(event.after)
            assert not torch.equal(trace.value(event.before), last[event.param])
    for parameter, value in trace.at(len(trace.events) - 1).params.items():
        assert torch.equal(value, last[parameter])
