"""The recorder around code of one's own: what it sees, and that it leaves no mark."""

from __future__ import annotations

import contextlib
import copy
import gc
import weakref
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as module_hooks
from torch.optim import optimizer as optimizer_hooks
from torch.overrides import _get_current_function_mode_stack

import gradviz
from gradviz.trace.events import (
    BufferChanged,
    Event,
    Failed,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    LossComputed,
    NodeRan,
    OpRan,
    ParamUpdated,
)


def of(trace: gradviz.Trace, kind: type[Event]) -> list:
    return [event for event in trace.events if type(event) is kind]


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout(0.3),
        nn.Flatten(), nn.Linear(144, 10),
    )  # fmt: skip


def train(model: nn.Module, optimizer: torch.optim.Optimizer, rounds: int = 2) -> None:
    torch.manual_seed(1)
    for _ in range(rounds):
        x, y = torch.randn(5, 1, 8, 8), torch.randint(0, 10, (5,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()


@pytest.mark.parametrize("make", [torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop])
def test_recording_changes_no_bit(make: type[torch.optim.Optimizer]) -> None:
    model = net()
    twin = copy.deepcopy(model)
    optimizer, plain = make(model.parameters(), lr=0.1), make(twin.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        train(model, optimizer)
    train(twin, plain)
    state = trace.at(len(trace.events) - 1)
    for name, value in twin.state_dict(keep_vars=True).items():
        mine = model.state_dict()[name]
        assert torch.equal(mine, value)
        recorded = state.params if name in state.params else state.buffers
        assert torch.equal(recorded[name], value)
    for name, parameter in twin.named_parameters():
        assert torch.equal(state.grads[name], parameter.grad)


def test_every_value_can_be_had_at_the_end() -> None:
    """In-place ops, optimizer steps and running statistics must not change what was kept."""
    model = net()
    optimizer = torch.optim.Adam(model.parameters())
    with gradviz.record(model, optimizer) as trace:
        train(model, optimizer, rounds=3)
    for event in trace.events:
        for ref in _refs(event):
            trace.value(ref)


def _refs(value: object) -> list:
    if isinstance(value, gradviz.trace.events.ValueRef):
        return [value]
    if hasattr(value, "__struct_fields__"):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [ref for item in value for ref in _refs(item)]
    return []


def test_in_place_relu_keeps_its_input() -> None:
    x = torch.tensor([-1.0, 2.0])
    with gradviz.record() as trace:
        nn.functional.relu(x, True)
    (op,) = of(trace, OpRan)
    assert trace.value(op.inputs[0]).tolist() == [-1.0, 2.0]
    assert trace.value(op.outputs[0]).tolist() == [0.0, 2.0]


def test_phases_modules_and_lines() -> None:
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        train(model, optimizer, rounds=1)
    order = [event.phase for event in trace.events]
    assert [p for i, p in enumerate(order) if i == 0 or order[i - 1] != p] == [
        "forward", "zero_grad", "forward", "loss", "backward", "step",
    ]  # fmt: skip
    ops = {event.op: event for event in of(trace, OpRan)}
    assert ops["conv2d"].module == "0"
    assert ops["linear"].module == "5"
    source = ops["conv2d"].source
    assert source is not None
    assert source.file == __file__
    assert "cross_entropy(model(x), y)" in Path(__file__).read_text().splitlines()[source.line - 1]


def test_an_op_knows_the_nodes_it_made() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    with gradviz.record() as trace:
        loss = nn.functional.cross_entropy(x, torch.tensor([0, 1]))
        loss.backward()
    (graph,) = trace.graphs
    names = {node.id: node.name for node in graph.nodes}
    (op,) = [event for event in of(trace, OpRan) if event.op == "cross_entropy"]
    assert [names[i] for i in op.nodes] == ["LogSoftmaxBackward0", "NllLossBackward0"]
    assert graph.root == op.nodes[-1]
    assert [node.variable for node in graph.nodes if node.name == "AccumulateGrad"] == ["leaf#1"]


def test_gradients_of_nodes_are_those_of_autograd() -> None:
    w = torch.tensor(3.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    with gradviz.record() as trace:
        loss = (2 * w + b - 10) ** 2
        loss.backward()
    ran = [(event.name, trace.value(event.grad_outputs[0]).item()) for event in of(trace, NodeRan)]
    assert ran == [
        ("PowBackward0", 1.0),
        ("SubBackward0", -6.0),
        ("AddBackward0", -6.0),
        ("MulBackward0", -6.0),
    ]
    added = {event.param: trace.value(event.added).item() for event in of(trace, GradAccumulated)}
    assert sorted(added.values()) == [-12.0, -6.0]


def test_the_ledger_adds_up_over_two_backwards() -> None:
    w = nn.Parameter(torch.tensor([1.0, 2.0]))
    with gradviz.record() as trace:
        for factor in (1.0, 10.0):
            (w * factor).sum().backward()
    first, second = of(trace, GradAccumulated)
    assert first.before is None
    assert trace.value(first.after).tolist() == [1.0, 1.0]
    assert trace.value(second.before).tolist() == [1.0, 1.0]
    assert trace.value(second.added).tolist() == [10.0, 10.0]
    assert trace.value(second.after).tolist() == [11.0, 11.0]
    assert len(trace.graphs) == 2


def test_branches_tell_who_contributed_what() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with gradviz.record() as trace:
        y = x * 3
        (y * 5 + y**2).backward()
    meeting = next(event for event in of(trace, NodeRan) if len(event.contributions) == 2)
    parts = sorted(trace.value(part.grad).item() for part in meeting.contributions)
    assert parts == [5.0, 12.0]
    assert trace.value(meeting.grad_outputs[0]).item() == 17.0


def test_a_parameter_used_twice_tells_both_uses() -> None:
    w = nn.Parameter(torch.tensor(2.0))
    with gradviz.record() as trace:
        (w * 3 + w * 4).backward()
    (event,) = of(trace, GradAccumulated)
    assert sorted(trace.value(part.grad).item() for part in event.contributions) == [3.0, 4.0]


def test_zero_grad_tells_none_from_zero() -> None:
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        optimizer.zero_grad()
        model(torch.ones(1, 1)).sum().backward()
        optimizer.zero_grad(set_to_none=False)
        optimizer.zero_grad()
    weight = [event for event in of(trace, GradZeroed) if event.param == "weight"]
    assert [(event.before is None, event.after is None) for event in weight] == [
        (True, True), (False, False), (False, True),
    ]  # fmt: skip
    assert trace.value(weight[1].after).tolist() == [[0.0]]
    assert trace.at(weight[1].index).grads["weight"].tolist() == [[0.0]]
    assert trace.at(weight[2].index).grads["weight"] is None


def test_clearing_and_clipping_by_hand_is_seen() -> None:
    model = nn.Linear(2, 1)
    with gradviz.record(model) as trace:
        (100 * model(torch.ones(1, 2)).sum()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        model.zero_grad()
    assert {event.target for event in of(trace, GradEdited)} == {"weight", "bias"}
    assert all(event.phase == "backward" for event in of(trace, GradEdited))
    assert {event.param for event in of(trace, GradZeroed)} == {"weight", "bias"}


def test_an_update_by_hand_is_an_update() -> None:
    w = nn.Parameter(torch.tensor(3.0))
    with gradviz.record() as trace:
        (w * 2).backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
    (update,) = of(trace, ParamUpdated)
    assert trace.value(update.before).item() == 3.0
    assert torch.equal(trace.value(update.after), w.detach())
    assert torch.equal(trace.at(update.index).params["leaf#1"], w.detach())


def test_running_statistics_have_events() -> None:
    bn = nn.BatchNorm1d(1)
    with gradviz.record(bn) as trace:
        bn(torch.tensor([[1.0], [2.0], [3.0], [4.0]]))
    changed = {event.buffer: trace.value(event.after) for event in of(trace, BufferChanged)}
    assert changed["running_mean"].item() == pytest.approx(0.25)
    assert changed["running_var"].item() == pytest.approx(1.0667, abs=1e-4)
    assert changed["num_batches_tracked"].item() == 1
    assert trace.at(-1).buffers["running_mean"].item() == 0.0


def test_calls_of_one_module_are_told_apart() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.fc(x))

    model = Twice()
    with gradviz.record(model) as trace:
        model(torch.ones(1, 2))
    assert [event.module for event in of(trace, OpRan) if event.op == "linear"] == ["fc", "fc#2"]


def test_an_exception_passes_through_and_is_told() -> None:
    model = nn.Linear(3, 1)
    with pytest.raises(RuntimeError, match="shapes"), gradviz.record(model) as trace:
        model(torch.ones(2, 3)).sum().backward()
        model(torch.ones(2, 4))
    (failed,) = of(trace, Failed)
    assert failed.error == "RuntimeError"
    assert failed is trace.events[-1]
    assert failed.phase == "forward"
    assert len(of(trace, GradAccumulated)) == 2


def test_nothing_stays_behind() -> None:
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def marks() -> tuple[object, ...]:
        return (
            len(_get_current_function_mode_stack()),
            len(module_hooks._global_forward_hooks),
            len(module_hooks._global_forward_pre_hooks),
            len(optimizer_hooks._global_optimizer_pre_hooks),
            len(optimizer_hooks._global_optimizer_post_hooks),
            sorted(vars(model)),
            sorted(vars(optimizer)),
            [bool(parameter._post_accumulate_grad_hooks) for parameter in model.parameters()],
        )

    before = marks()
    with gradviz.record(model, optimizer):
        train(model, optimizer)
    assert marks() == before
    with pytest.raises(ZeroDivisionError), gradviz.record(model, optimizer):
        train(model, optimizer)
        1 / 0  # noqa: B018
    assert marks() == before
    with gradviz.record(model, optimizer) as trace:
        pass
    train(model, optimizer)
    gc.collect()
    assert len(trace.events) == 0


def test_a_second_backward_fails_as_ever() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="second time"), gradviz.record() as trace:
        loss = (x * x).sum()
        loss.backward()
        loss.backward()
    assert isinstance(trace.events[-1], Failed)
    assert len(of(trace, LossComputed)) == 2


def test_the_graph_without_a_recording() -> None:
    model = nn.Linear(2, 1)
    graph = gradviz.autograd_graph(model(torch.ones(1, 2)).sum(), model)
    assert [node.name for node in graph.nodes if node.variable is None] == [
        "TBackward0", "AddmmBackward0", "SumBackward0",
    ]  # fmt: skip
    assert {node.variable for node in graph.nodes} == {None, "weight", "bias"}
    assert gradviz.autograd_graph(torch.ones(1)).nodes == ()


def test_a_thousand_deep_is_no_recursion() -> None:
    x = torch.ones(1, requires_grad=True)
    with gradviz.record() as trace:
        y = x
        for _ in range(3000):
            y = y + 1
        y.backward()
    assert len(of(trace, NodeRan)) == 3000


def test_a_failure_names_the_module_it_began_in() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Tanh(), nn.Linear(5, 1)))
    with pytest.raises(RuntimeError), gradviz.record(model) as trace:
        model(torch.ones(2, 3))
    failed = trace.events[-1]
    assert (type(failed).__name__, failed.phase, failed.module) == ("Failed", "forward", "1.1")
    with pytest.raises(ValueError, match="later"), gradviz.record(model) as trace:
        with contextlib.suppress(RuntimeError):
            model(torch.ones(2, 3))
        nn.functional.relu(model[0](torch.ones(2, 3)))
        raise ValueError("later")
    assert trace.events[-1].module == ""


def test_a_trace_is_gone_when_nobody_holds_it() -> None:
    """Without waiting for the garbage collector: traces hold every tensor of an iteration."""
    model = net()
    optimizer = torch.optim.Adam(model.parameters())
    gc.collect()
    gc.disable()
    try:
        with gradviz.record(model, optimizer) as trace:
            train(model, optimizer, rounds=1)
        gone = weakref.ref(trace)
        del trace
        assert gone() is None
    finally:
        gc.enable()
