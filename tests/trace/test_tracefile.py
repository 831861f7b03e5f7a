"""A trace in a file is the trace: every event, every state, every bit of every value."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import gradviz
from gradviz.engine.opening.rebuilt import DTYPES
from gradviz.errors import TraceError, UsageError
from gradviz.trace.compare import compare
from gradviz.trace.container import Container
from gradviz.trace.events import BatchFetched, ValueRef, refs_of
from gradviz.trace.facts import FACTS, Facts
from gradviz.trace.store import ValueStore
from gradviz.trace.travel import over
from tests.engine.compare import same
from tests.engine.programs import PROGRAMS

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*reduced precision",
    "ignore:.*None of the inputs have requires_grad",
    "ignore:Lazy modules:UserWarning",
    "ignore:Anomaly Detection has been enabled:UserWarning",
    "ignore:ComplexHalf support is experimental:UserWarning",
    "ignore:Sparse .* tensor support is in beta state:UserWarning",
    "ignore:.*quantized tensor creation functions:UserWarning",
    "ignore:.*nested tensors is in prototype:UserWarning",
)


def saved(trace: gradviz.Trace, folder: Path) -> gradviz.Trace:
    trace.save(folder / "t.gvtrace")
    return gradviz.open_trace(folder / "t.gvtrace")


def holding(*tensors: Tensor, store: ValueStore | None = None) -> gradviz.Trace:
    """A trace of one event that has these values."""
    trace = gradviz.Trace()
    trace.store = store or trace.store
    values = {str(place): trace.store.keep(tensor) for place, tensor in enumerate(tensors)}
    trace.add(BatchFetched(index=0, iteration=0, phase="data", values=values))
    return trace


def refs(trace: gradviz.Trace) -> list[ValueRef]:
    return [ref for event in trace.events for ref in refs_of(event)]


def recorded() -> gradviz.Trace:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters())
    with gradviz.record(model, optimizer) as trace:
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.randn(5, 3)).sum().backward()
            optimizer.step()
    return trace


def state_of(trace: gradviz.Trace, index: int) -> dict[str, dict[str, Any]]:
    state = trace.at(index)
    rooms = {
        "params": state.params,
        "grads": state.grads,
        "buffers": state.buffers,
        "optimizer": state.optimizer,
    }
    return {name: dict(room) for name, room in rooms.items()}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_comes_back(name: str, tmp_path: Path) -> None:
    torch.manual_seed(3)
    with gradviz.record() as trace:
        PROGRAMS[name]()
    opened = saved(trace, tmp_path)
    assert list(opened.events) == list(trace.events)
    assert list(opened.graphs) == list(trace.graphs)
    for ref in {ref.id: ref for ref in refs(trace)}.values():
        assert same(trace.value(ref), opened.value(ref)), ref
    last = len(trace.events) - 1
    for index in {*range(-1, last, max(1, last // 7)), last}:
        one, other = state_of(trace, index), state_of(opened, index)
        assert same(one, other)
        assert [list(room) for room in one.values()] == [list(room) for room in other.values()]


def test_an_opened_trace_answers_as_the_recorded_one(tmp_path: Path) -> None:
    trace = recorded()
    opened = saved(trace, tmp_path)
    facts, again = Facts(trace), Facts(opened)
    for event, other in zip(trace.events, opened.events, strict=True):
        assert {name: facts.ask(event, name) for name in FACTS} == {
            name: again.ask(other, name) for name in FACTS
        }
        assert trace.graph_at(event.index) == opened.graph_at(event.index)
        assert over(trace, event.index) == over(opened, event.index)
    comparison = compare(trace, opened)
    assert (comparison.first, comparison.params) == (None, ())
    for at in (None, "backward:half", 12):
        gradviz.render(trace, tmp_path / "a.svg", at=at)
        gradviz.render(opened, tmp_path / "b.svg", at=at)
        assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    trace.save(tmp_path / "a.jsonl")
    opened.save(tmp_path / "b.jsonl")
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_saving_again_gives_the_same_file_also_over_itself(tmp_path: Path) -> None:
    trace = recorded()
    opened = saved(trace, tmp_path)
    before = (tmp_path / "t.gvtrace").read_bytes()
    opened.save(tmp_path / "t.gvtrace")
    assert (tmp_path / "t.gvtrace").read_bytes() == before
    assert same(state_of(opened, 5), state_of(trace, 5))


def test_numbers_of_an_optimizer_keep_their_type(tmp_path: Path) -> None:
    class Odd(torch.optim.Optimizer):
        def step(self, closure: None = None) -> None:  # type: ignore[override]
            for p in self.param_groups[0]["params"]:
                p.data.add_(1)
                state = {"count": 3, "on": True, "nan": float("nan"), "none": None, "big": 2**80}
                self.state[p] = state

    w = nn.Parameter(torch.ones(2))
    optimizer = Odd([w], {"lr": float("inf"), "steps": 4, "fast": False})
    with gradviz.record(None, optimizer) as trace:
        optimizer.step()
    event = saved(trace, tmp_path).events[-1]
    state = event.state_after  # type: ignore[union-attr]
    assert (
        repr(state)
        == "{'count': 3, 'on': True, 'nan': nan, 'none': None, 'big': 1.2089258196146292e+24}"
    )
    assert repr(event.settings) == "{'lr': inf, 'steps': 4, 'fast': False}"  # type: ignore[union-attr]


def test_half_a_letter_in_a_message_is_no_obstacle(tmp_path: Path) -> None:
    with suppress(ValueError), gradviz.record() as trace:
        raise ValueError("\ud800")
    assert saved(trace, tmp_path).events[-1].message == "\\ud800"  # type: ignore[union-attr]


def jagged() -> Tensor:
    parts = [torch.randn(2, 3), torch.randn(4, 3)]
    return torch.nested.nested_tensor(parts, layout=torch.jagged)


def coo(indices: list[list[int]], values: Tensor, size: tuple[int, ...]) -> Tensor:
    return torch.sparse_coo_tensor(indices, values, size, check_invariants=True)


ODD: dict[str, Callable[[], Tensor]] = {
    "scalar": lambda: torch.tensor(3.5),
    "empty": lambda: torch.zeros(0, 3),
    "empty with a far stride": lambda: torch.empty_strided((0, 4), (10**9, 1)),
    "transposed": lambda: torch.randn(3, 4).t(),
    "a slice of more": lambda: torch.randn(100, 100)[3:5, ::7],
    "expanded": lambda: torch.randn(3, 1).expand(3, 1000),
    "a billion from one": lambda: torch.ones(1).expand(10**9),
    "conj": lambda: torch.randn(3, dtype=torch.complex64).conj(),
    "neg": lambda: torch.randn(3, dtype=torch.complex64).conj().imag,
    "conj of a slice": lambda: torch.randn(3, 4, dtype=torch.complex128).conj()[1:, ::2],
    "half complex": lambda: torch.randn(3).to(torch.complex32),
    "odd truth": lambda: torch.tensor([0, 1, 7], dtype=torch.uint8).view(torch.bool),
    "numpy": lambda: torch.from_numpy(np.arange(5.0)),
    "inference": lambda: torch.inference_mode()(lambda: torch.randn(3))(),
    "meta": lambda: torch.empty(3, 4, device="meta").t(),
    "coo": lambda: torch.eye(3).to_sparse(),
    "coo twice": lambda: coo([[1, 1, 0]], torch.randn(3), (4,)),
    "coo of rows": lambda: coo([[2, 0]], torch.randn(2, 3), (5, 3)),
    "coo empty": lambda: torch.zeros(2, 3).to_sparse(),
    "csr": lambda: torch.eye(3).to_sparse_csr(),
    "csc": lambda: torch.eye(3, dtype=torch.complex64).to_sparse_csc(),
    "bsr": lambda: torch.randn(4, 4).to_sparse_bsr((2, 2)),
    "bsc": lambda: torch.randn(4, 4).to_sparse_bsc((2, 2)),
    "mkldnn": lambda: torch.randn(2, 3).to_mkldnn(),
    "quantized": lambda: torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 3, torch.qint8),
    "quantized channels": lambda: torch.quantize_per_channel(
        torch.randn(3, 4), torch.rand(3) + 0.1, torch.tensor([0, 3, 9]), 0, torch.quint8
    ),
    "nested": lambda: torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(4, 3)]),
    "jagged": jagged,
    "jagged otherwise": lambda: jagged().transpose(1, 2),
}  # fmt: skip


def parts(tensor: Tensor) -> list[Tensor]:
    """What a tensor of any kind is made of, as `same` can compare it."""
    if tensor.is_nested:
        return [part.contiguous() for part in tensor.unbind()]
    if tensor.is_quantized:
        return [tensor.int_repr(), tensor.dequantize()]
    if tensor.layout == torch.sparse_coo:
        return [tensor._indices(), tensor._values(), torch.tensor(tensor.is_coalesced())]
    if str(tensor.layout) == "torch._mkldnn":
        return [tensor.to_dense()]
    if tensor.is_meta or tensor.numel() > 10**6:
        return [torch.tensor([*tensor.shape, *tensor.stride()])]
    return [tensor]


@pytest.mark.parametrize("name", ODD)
def test_a_tensor_of_any_kind_comes_back(name: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    trace = holding(ODD[name]())
    opened = saved(trace, tmp_path)
    (ref,) = refs(trace)
    before, after = trace.value(ref), opened.value(ref)
    assert type(before) is type(after)
    assert (before.dtype, before.layout, before.device) == (after.dtype, after.layout, after.device)
    assert len(parts(before)) == len(parts(after))
    assert all(map(same, parts(before), parts(after)))
    if before.layout == torch.strided and not before.is_nested and not before.is_quantized:
        assert (before.stride(), before.is_conj(), before.is_neg()) == (
            after.stride(), after.is_conj(), after.is_neg(),
        )  # fmt: skip
    assert (tmp_path / "t.gvtrace").stat().st_size < 5000


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bits_of_any_dtype_come_back(data: st.DataObject, tmp_path: Path) -> None:
    """NaN with a payload, denormal numbers, whatever eight bits a boolean has."""
    views = []
    for name in data.draw(st.lists(st.sampled_from(sorted(DTYPES)), min_size=1, max_size=4)):
        dtype = DTYPES[name]
        memory = data.draw(st.binary(min_size=80, max_size=80))
        flat = torch.frombuffer(bytearray(memory), dtype=torch.uint8).view(dtype)
        shape = data.draw(st.lists(st.integers(0, 2), max_size=3))
        stride = data.draw(st.lists(st.integers(0, 1), min_size=len(shape), max_size=len(shape)))
        views += [flat, flat.as_strided(shape, stride, data.draw(st.integers(0, 1)))]
    store = _Aliases()
    trace = holding(*views, store=store)
    opened = saved(trace, tmp_path)
    for ref in refs(trace):
        before, after = store.get(ref), opened.store.get(ref)
        assert (before.dtype, before.shape, before.stride()) == (
            after.dtype, after.shape, after.stride(),
        )  # fmt: skip
        assert _bytes(before) == _bytes(after)


class _Aliases(ValueStore):
    """Keeps tensors as they are: torch cannot copy those of a few bits."""

    def keep(self, tensor: Tensor) -> ValueRef:
        self.kept: list[Tensor] = [*getattr(self, "kept", []), tensor]
        name = str(tensor.dtype).removeprefix("torch.")
        return ValueRef(len(self.kept) - 1, tuple(tensor.shape), name, tensor.nbytes)

    def get(self, ref: ValueRef) -> Tensor:
        return self.kept[ref.id]


def _bytes(tensor: Tensor) -> list[bytes]:
    """The bytes of each element in order."""
    size = tensor.element_size()
    spread = tensor.as_strided((*tensor.shape, 1), (*tensor.stride(), 1))
    as_bytes = spread.view(torch.uint8).reshape(-1, size)
    return [bytes(element) for element in as_bytes.tolist()]


def test_memory_that_is_shared_is_written_once(tmp_path: Path) -> None:
    x = torch.randn(1000, 10)
    trace = holding(x, x.t(), x[3:], x.view(-1), x[999, 9])
    trace.save(tmp_path / "t.gvtrace")
    assert (tmp_path / "t.gvtrace").stat().st_size < x.nbytes + 3000
    big = torch.zeros(1000, 1000)
    holding(big[3, 4:7], big[-1, -2:]).save(tmp_path / "t.gvtrace")
    assert (tmp_path / "t.gvtrace").stat().st_size < 3000


def test_values_are_read_when_asked_for_and_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = holding(*(torch.full((100,), float(i)) for i in range(5)))
    trace.save(tmp_path / "t.gvtrace")
    read: list[int] = []
    segment = Container.segment

    def noted(self: Container, number: int) -> bytearray:
        read.append(number)
        return segment(self, number)

    monkeypatch.setattr(Container, "segment", noted)
    opened = gradviz.open_trace(tmp_path / "t.gvtrace", budget=1000)
    assert read == []
    for place in (0, 0, 1, 0, 2, 1):
        assert opened.value(refs(opened)[place])[0] == place
    assert read == [0, 1, 2, 1]


def test_writing_to_a_value_does_not_change_the_trace(tmp_path: Path) -> None:
    opened = saved(holding(torch.ones(3)), tmp_path)
    (ref,) = refs(opened)
    opened.value(ref).add_(1)
    assert opened.value(ref).tolist() == [1.0, 1.0, 1.0]


def test_reading_a_value_leaves_no_trace_in_another_recording(tmp_path: Path) -> None:
    opened = saved(holding(torch.ones(3), torch.eye(2).to_sparse(), jagged()), tmp_path)
    with torch.inference_mode(), torch.device("meta"), gradviz.record() as trace:
        values = [opened.value(ref) for ref in refs(opened)]
    assert list(trace.events) == []
    assert values[0].add_(1).tolist() == [2.0, 2.0, 2.0]


def test_what_a_trace_lost_stays_lost_with_its_reason(tmp_path: Path) -> None:
    class Opaque(Tensor):
        @staticmethod
        def __new__(cls, like: Tensor) -> Opaque:
            return Tensor._make_wrapper_subclass(cls, like.shape, dtype=like.dtype)  # type: ignore[attr-defined,no-any-return]

        @classmethod
        def __torch_dispatch__(
            cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            return Opaque(torch.ones(3))

    store = ValueStore(budget=2**20)
    overwritten = torch.ones(3)
    trace = holding(
        torch.ones(2**18), overwritten, torch.ones(2**17), Opaque(torch.ones(3)), store=store
    )
    overwritten.add_(1)
    opened = saved(trace, tmp_path)
    for ref in refs(trace)[:2]:
        with pytest.raises(TraceError) as live:
            trace.value(ref)
        with pytest.raises(TraceError) as reopened:
            opened.value(ref)
        assert str(live.value) == str(reopened.value)
        assert not opened.store.holds(ref)
    assert same(trace.value(refs(trace)[2]), opened.value(refs(trace)[2]))
    with pytest.raises(TraceError, match="Opaque, strided, float32"):
        opened.value(refs(trace)[3])


def test_a_trace_from_a_file_does_not_go_on(tmp_path: Path) -> None:
    opened = saved(holding(torch.ones(3)), tmp_path)
    with pytest.raises(TraceError, match="cannot go on"):
        opened.store.keep(torch.ones(2))


def test_the_suffix_says_what_is_written(tmp_path: Path) -> None:
    trace = recorded()
    with pytest.raises(UsageError, match=r"\.gvtrace, \.jsonl"):
        trace.save(tmp_path / "t.json")
    trace.save(tmp_path / "t.JSONL")
    with pytest.raises(UsageError, match=r"save the trace as \.gvtrace"):
        gradviz.open_trace(tmp_path / "t.JSONL")
    assert [file.name for file in tmp_path.iterdir()] == ["t.JSONL"]


@pytest.mark.parametrize("name", ["t.gvtrace", "t.jsonl", "t.svg"])
def test_writing_a_trace_while_it_records_adds_nothing_to_it(name: str, tmp_path: Path) -> None:
    with gradviz.record() as trace:
        (torch.ones(2, requires_grad=True) * torch.eye(2).to_sparse().to_dense()).sum().backward()
        torch.eye(2).to_sparse() * 2
        before = len(trace.events)
        if name == "t.svg":
            gradviz.render(trace, tmp_path / name, at="backward:half")
        else:
            trace.save(tmp_path / name)
        assert len(trace.events) == before
        torch.ones(2) * 2
    assert len(trace.events) == before + 2
    if name == "t.gvtrace":
        opened = gradviz.open_trace(tmp_path / name)
        assert list(opened.events) == list(trace.events)[:before]


def test_many_threads_may_read(tmp_path: Path) -> None:
    trace = holding(*(torch.full((50,), float(i)) for i in range(8)))
    trace.save(tmp_path / "t.gvtrace")
    opened = gradviz.open_trace(tmp_path / "t.gvtrace", budget=500)

    def read(start: int) -> list[float]:
        return [opened.value(refs(opened)[(start + i) % 8])[0].item() for i in range(200)]

    with ThreadPoolExecutor(4) as pool:
        for start, found in enumerate(pool.map(read, range(4))):
            assert found == [float((start + i) % 8) for i in range(200)]


def test_a_session_that_was_edited_comes_back(tmp_path: Path, examples: Path) -> None:
    session = gradviz.Session.from_project(gradviz.load(examples / "moons_mlp.gradviz"))
    session.step_iteration()
    session.step_iteration()
    session.edit(gradviz.GradEdit("fc1.weight", "scale", 0.1))
    trace = session.trace
    opened = saved(trace, tmp_path)
    assert list(opened.events) == list(trace.events)
    for index in range(-1, len(trace.events)):
        assert same(state_of(trace, index), state_of(opened, index))


def test_a_budget_beyond_all_numbers_is_no_obstacle(tmp_path: Path) -> None:
    gradviz.Trace(budget=10**30).save(tmp_path / "t.gvtrace")
    assert list(gradviz.open_trace(tmp_path / "t.gvtrace").events) == []
