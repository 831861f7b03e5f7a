"""Programs that nobody thought of: the same bits recorded, and nothing left behind."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import gradviz
from gradviz.engine.record.record import recording
from gradviz.trace.events import Failed, GradAccumulated, OpRan
from tests.engine.compare import marks, run_both, same, unlike_now, unreadable


class Machine:
    """Carries a program out: a few tensors, a model, an optimizer, and what went wrong."""

    def __init__(self) -> None:
        self.model = nn.Sequential(
            nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Dropout(0.3),
            nn.Linear(4, 3), nn.Tanh(),
        )  # fmt: skip
        self.leaf = torch.randn(4, 3, requires_grad=True)
        self.optimizers = [
            torch.optim.SGD([*self.model.parameters(), self.leaf], lr=0.1, momentum=0.9),
            torch.optim.Adam(self.model.parameters(), lr=0.01),
        ]
        self.tensors: list[Tensor] = [self.leaf * 1, torch.randn(4, 3)]
        self.errors: list[str] = []
        self.handles: list[Any] = []

    def run(self, program: list[tuple[str, int, int]]) -> Machine:
        for name, i, j in program:
            try:
                STEPS[name](self, i, j)
            except (RuntimeError, IndexError) as error:
                self.errors.append(f"{name}: {type(error).__name__}: {error}")
        for handle in self.handles:
            handle.remove()
        return self

    def pick(self, i: int) -> Tensor:
        return self.tensors[i % len(self.tensors)]

    def put(self, tensor: Tensor) -> None:
        self.tensors = [*self.tensors[-5:], tensor]

    @property
    def leaves(self) -> list[Tensor]:
        return [self.leaf, *self.model.parameters()]

    def outcome(self) -> list[Any]:
        return [
            self.tensors,
            self.errors,
            [leaf.detach() for leaf in self.leaves],
            [leaf.grad for leaf in self.leaves],
            list(self.model.buffers()),
            [optimizer.state_dict()["state"] for optimizer in self.optimizers],
        ]


def op(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Machine, int, int], None]:
    return lambda m, i, j: m.put(function(m.pick(i), m.pick(j)))


def change(function: Callable[[Tensor, Tensor], Any]) -> Callable[[Machine, int, int], None]:
    def step(m: Machine, i: int, j: int) -> None:
        function(m.pick(i), m.pick(j))

    return step


def each_leaf(function: Callable[[Tensor], Any]) -> Callable[[Machine, int, int], None]:
    def step(m: Machine, i: int, _j: int) -> None:
        function(m.leaves[i % len(m.leaves)])

    return step


def backward(m: Machine, i: int, j: int) -> None:
    m.pick(i).square().sum().backward(retain_graph=bool(j % 2))


def backward_to_some(m: Machine, i: int, j: int) -> None:
    m.pick(i).sum().backward(inputs=[m.leaves[j % len(m.leaves)]])


def grad(m: Machine, i: int, j: int) -> None:
    found = torch.autograd.grad(
        m.pick(i).sum(), m.leaf, create_graph=bool(j % 2), allow_unused=True
    )[0]
    if found is not None:
        m.put(found)


def double_backward(m: Machine, i: int, j: int) -> None:
    (first,) = torch.autograd.grad(m.pick(i).pow(3).sum(), m.leaf, create_graph=True)
    (first.square().sum() * (j + 1)).backward()


def hook(m: Machine, i: int, j: int) -> None:
    m.handles.append(m.pick(i).clone().register_hook(lambda g: g * (j + 1) if j % 2 else None))


def hook_in_place(m: Machine, i: int, _j: int) -> None:
    m.handles.append(m.leaves[i % len(m.leaves)].register_hook(lambda g: g.clone().clamp_(-1, 1)))


def hook_after(m: Machine, i: int, _j: int) -> None:
    def halve(leaf: Tensor) -> None:
        if leaf.grad is not None:
            leaf.grad.mul_(0.5)

    m.handles.append(m.leaves[i % len(m.leaves)].register_post_accumulate_grad_hook(halve))


def step_with_closure(m: Machine, i: int, j: int) -> None:
    optimizer = m.optimizers[i % 2]

    def closure() -> Tensor:
        optimizer.zero_grad(set_to_none=bool(j % 2))
        loss = m.model(torch.ones(4, 3)).sum()
        loss.backward()
        return loss

    optimizer.step(closure)


def without_grad(m: Machine, i: int, j: int) -> None:
    with torch.no_grad():
        m.pick(i).add_(m.pick(j).sum())


def inference(m: Machine, i: int, _j: int) -> None:
    with torch.inference_mode():
        m.put((m.model(m.pick(i).detach()) + 1).add_(1).clone())


def by_hand(leaf: Tensor) -> None:
    with torch.no_grad():
        leaf -= 0.1 * (0 if leaf.grad is None else leaf.grad)


def set_grad(leaf: Tensor) -> None:
    leaf.grad = torch.ones_like(leaf)


def set_data(leaf: Tensor) -> None:
    leaf.data = leaf.data * 2


def write_by_numpy(m: Machine, i: int, j: int) -> None:
    array = m.pick(i).detach().numpy()
    array[0] = j


STEPS: dict[str, Callable[[Machine, int, int], None]] = {
    "add": op(torch.add),
    "mul": op(torch.mul),
    "matmul": op(lambda a, b: a @ b.mT @ a),
    "tanh": op(lambda a, _b: a.tanh()),
    "where": op(lambda a, b: torch.where(a > b, a, b)),
    "cat": op(lambda a, b: torch.cat([a[:2], b[2:]])),
    "max": op(lambda a, b: torch.maximum(a, b).cumsum(0)),
    "dropout": op(lambda a, _b: nn.functional.dropout(a, 0.5)),
    "view": op(lambda a, _b: a.view(2, 6).view(4, 3)),
    "transpose": op(lambda a, _b: a.T.reshape(4, 3)),
    "row": op(lambda a, _b: a[1].expand(4, 3)),
    "detach": op(lambda a, _b: a.detach()),
    "clone": op(lambda a, _b: a.clone().requires_grad_()),
    "fft": op(lambda a, _b: torch.fft.fft(a).conj().imag),
    "add_": change(lambda a, b: a.add_(b)),
    "mul_": change(lambda a, _b: a.mul_(0.5)),
    "relu_": change(lambda a, _b: a.relu_()),
    "row_": change(lambda a, b: a[1].copy_(b[2])),
    "item_": change(lambda a, b: a.__setitem__((slice(None), 0), b[:, 1])),
    "zero_": change(lambda a, _b: a.zero_()),
    "out": change(lambda a, b: torch.add(a.detach(), 1, out=b.detach())),
    "model": lambda m, i, _j: m.put(m.model(m.pick(i))),
    "layer": lambda m, i, _j: m.put(m.model[4](m.model[0](m.pick(i)))),
    "eval": lambda m, i, _j: m.model.train(bool(i % 2)) and None,
    "backward": backward,
    "backward_to_some": backward_to_some,
    "grad": grad,
    "double_backward": double_backward,
    "zero_grad": lambda m, i, j: m.optimizers[i % 2].zero_grad(set_to_none=bool(j % 2)),
    "model_zero_grad": lambda m, _i, j: m.model.zero_grad(set_to_none=bool(j % 2)),
    "step": lambda m, i, _j: m.optimizers[i % 2].step(),
    "step_with_closure": step_with_closure,
    "clip": lambda m, i, _j: nn.utils.clip_grad_norm_(m.leaves, 0.1 + i) and None,
    "hook": hook,
    "hook_in_place": hook_in_place,
    "hook_after": hook_after,
    "retain_grad": lambda m, i, _j: m.pick(i).retain_grad(),
    "without_grad": without_grad,
    "inference": inference,
    "by_hand": each_leaf(by_hand),
    "set_grad": each_leaf(set_grad),
    "delete_grad": each_leaf(lambda leaf: delattr(leaf, "grad")),
    "set_data": each_leaf(set_data),
    "freeze": each_leaf(lambda leaf: leaf.requires_grad_(not leaf.requires_grad)),
    "write_by_numpy": write_by_numpy,
}

programs = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 7), st.integers(0, 7)),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(programs)
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_a_random_program_is_recorded_as_it_is(program: list[tuple[str, int, int]]) -> None:
    plain, recorded, recorder = run_both(lambda: Machine().run(program))
    for mine, theirs in zip(recorded.outcome(), plain.outcome(), strict=True):
        assert same(mine, theirs)
    trace = recorder.trace
    assert unreadable(trace) == []
    assert unlike_now(recorder) == []
    for leaf in recorded.leaves:
        assert not leaf._post_accumulate_grad_hooks
    for event in trace.events:
        if isinstance(event, GradAccumulated):
            added = trace.value(event.added)
            before = None if event.before is None else trace.value(event.before)
            expected = added if before is None else before + added
            assert same(expected, trace.value(event.after))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(programs, st.integers(0, 40))
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_an_error_anywhere_leaves_no_mark(program: list[tuple[str, int, int]], at: int) -> None:
    class StopError(Exception):
        pass

    calls = 0

    def tick(*_args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise StopError

    torch.manual_seed(0)
    machine = Machine()
    before = marks()
    for leaf in machine.leaves:
        leaf.register_hook(tick)
    for module in machine.model:
        module.register_forward_pre_hook(tick)
        module.register_forward_hook(tick)
    for optimizer in machine.optimizers:
        optimizer.register_step_pre_hook(tick)
        optimizer.register_step_post_hook(tick)
    raised = False
    try:
        with gradviz.record(machine.model, machine.optimizers[0]) as trace:
            machine.run(program)
            machine.model(machine.leaf).sum().backward()
            tick()
    except StopError:
        raised = True
    assert marks() == before
    assert isinstance(trace.events[-1], Failed) == raised
    assert unreadable(trace) == []
    calls = at + 2  # no more errors: torch goes on as ever
    machine.model(machine.leaf.detach()).sum().backward()


def test_a_thousand_recordings_leave_nothing() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters())
    x = torch.randn(5, 4)

    def iteration() -> None:
        with gradviz.record(model, optimizer) as trace:
            optimizer.zero_grad()
            model(x).sum().backward()
            optimizer.step()
        assert len(trace.events) > 20

    def held() -> tuple[int, int, int]:
        gc.collect()
        objects = gc.get_objects()
        tensors = sum(issubclass(type(each), Tensor) for each in objects)
        return sys.getallocatedblocks(), len(objects), tensors

    for _ in range(100):  # fills the caches
        iteration()
    blocks, objects, tensors = held()
    for _ in range(1000):
        iteration()
    blocks_after, objects_after, tensors_after = held()
    assert tensors_after <= tensors
    assert objects_after - objects < 100
    assert blocks_after - blocks < 1000


def test_threads_record_what_is_theirs() -> None:
    """Each thread trains its own model; some of them record. Nothing mixes, nothing stays."""

    def train(seed: int) -> list[Tensor]:
        generator = torch.Generator().manual_seed(seed)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        for _ in range(8):
            optimizer.zero_grad()
            model(torch.randn(5, 3, generator=generator)).sum().backward()
            optimizer.step()
        return list(model.state_dict().values())

    def shape(trace: gradviz.Trace) -> list[tuple[str, str]]:
        return [(type(event).__name__, event.module) for event in trace.events]

    plain = [train(seed) for seed in range(6)]
    with gradviz.record() as alone:
        train(0)
    results: dict[int, list[Tensor]] = {}
    traces: dict[int, gradviz.Trace] = {}
    before = marks()
    start = threading.Barrier(6)

    def work(seed: int) -> None:
        start.wait()
        if seed % 2:
            results[seed] = train(seed)
            return
        for _ in range(3):
            with gradviz.record() as traces[seed]:
                results[seed] = train(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks() == before
    for seed in range(6):
        assert same(results[seed], plain[seed])
    assert sorted(traces) == [0, 2, 4]
    for trace in traces.values():
        assert shape(trace) == shape(alone)
        assert unreadable(trace) == []


def test_a_recording_belongs_to_its_thread() -> None:
    model = nn.Linear(2, 1)
    with recording(gradviz.Trace(), model=model, optimizer=None, iteration=0) as recorder:
        other = threading.Thread(target=lambda: model(torch.ones(1, 2)).sum().backward())
        other.start()
        other.join()
        model(torch.ones(1, 2))
    assert [e.op for e in recorder.trace.events if isinstance(e, OpRan)] == ["ones", "linear"]
    assert unlike_now(recorder) == []
