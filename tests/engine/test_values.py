"""Every kind of tensor memory: what a trace kept of it is what it was at that moment."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gradviz
from gradviz.trace.events import OpRan
from tests.engine.compare import unreadable


def ops(trace: gradviz.Trace) -> list[OpRan]:
    return [event for event in trace.events if isinstance(event, OpRan)]


def test_a_conjugate_is_another_value_than_what_it_is_a_view_of() -> None:
    z = torch.tensor([1 + 2j, 3 - 1j])
    with gradviz.record() as trace:
        x = z * 1
        conjugate = x.conj()
        negated = conjugate.imag
        conjugate * 2, negated * 2
    last, negative = ops(trace)[-2:]
    assert torch.equal(trace.value(last.inputs[0]), conjugate)
    assert torch.equal(trace.value(negative.inputs[0]), torch.tensor([-2.0, 1.0]))
    assert torch.equal(trace.value(ops(trace)[0].outputs[0]), z)


def test_what_numpy_writes_later_changes_no_recorded_value() -> None:
    with gradviz.record() as trace:
        x = torch.ones(3) * 1
        array = x.numpy()
        array[0] = 7
        y = x * 2
        array[1] = float("nan")
        z = x * 3
    _ones, first, second, third = ops(trace)
    assert trace.value(first.outputs[0]).tolist() == [1.0, 1.0, 1.0]
    assert trace.value(second.inputs[0]).tolist() == [7.0, 1.0, 1.0]
    assert trace.value(third.inputs[0])[1].isnan()
    assert torch.equal(trace.value(second.outputs[0]), y)
    assert torch.equal(trace.value(third.outputs[0])[[0, 2]], z[[0, 2]])


def test_one_buffer_of_numpy_for_many_batches() -> None:
    """Each tensor over the same memory looks alike to torch: same address, version 0."""
    buffer = np.zeros(3, dtype=np.float32)
    with gradviz.record() as trace:
        for i in range(3):
            buffer[:] = i
            torch.from_numpy(buffer) + 1
    assert [trace.value(op.inputs[0])[0].item() for op in ops(trace)] == [0.0, 1.0, 2.0]


def test_memory_of_numpy_that_stays_is_kept_once() -> None:
    x = torch.from_numpy(np.array([1.0, float("nan")]))
    with gradviz.record() as trace:
        x + 1, x + 2
    first, second = ops(trace)
    assert first.inputs == second.inputs


def test_tensors_of_inference_mode_change_in_place() -> None:
    with torch.inference_mode(), gradviz.record() as trace:
        x = torch.ones(2)
        x.add_(1)
        x.mul_(3)
        x[0] = 0
    assert [trace.value(op.inputs[0]).tolist() for op in ops(trace)[1:]] == [
        [1.0, 1.0], [2.0, 2.0], [6.0, 6.0],
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Sparse CSR|.*nested tensors is in prototype")
def test_nested_and_sparse_tensors_have_values() -> None:
    coo = torch.eye(2).to_sparse()
    csr = torch.eye(2).to_sparse_csr()
    with gradviz.record() as trace:
        nested = torch._nested_tensor_from_mask(
            torch.ones(2, 3, 4), torch.tensor([[True, True, True], [True, False, False]])
        )
        nested * 2
        coo * 2
        csr * 2
    doubled, sparse, rows = (op for op in ops(trace) if op.op == "mul")
    made = next(op for op in ops(trace) if op.op == "_nested_tensor_from_mask")
    assert made.outputs[0].shape == (2, -1, 4)
    assert trace.value(doubled.outputs[0]).values().sum() == 2 * 4 * 4
    assert torch.equal(trace.value(sparse.outputs[0]).to_dense(), torch.eye(2) * 2)
    assert torch.equal(trace.value(rows.outputs[0]).to_dense(), torch.eye(2) * 2)


def test_an_empty_tensor_has_no_value_to_overwrite() -> None:
    with gradviz.record() as trace:
        (torch.zeros(0, 3) * 1).exp_()
    for op in ops(trace):
        assert trace.value(op.outputs[0]).shape == (0, 3)


def test_memory_that_was_given_back_is_not_read() -> None:
    with gradviz.record() as trace:
        x = torch.ones(4) * 2
    x.untyped_storage().resize_(0)
    with pytest.raises(gradviz.GradvizError, match="overwritten"):
        trace.value(ops(trace)[-1].outputs[0])


def test_a_model_without_numbers_is_recorded() -> None:
    model = torch.nn.Linear(3, 4, device="meta")
    with gradviz.record(model) as trace:
        model(torch.empty(2, 3, device="meta")).sum().backward()
    state = trace.at(len(trace.events) - 1)
    assert state.grads["weight"] is not None
    assert state.grads["weight"].is_meta
    assert trace._repr_html_() is not None


def test_what_was_expanded_from_one_number_is_copied_as_one_number() -> None:
    x = torch.zeros(1)
    with gradviz.record() as trace:
        x.expand(2**40)[:3] * 2
        x.add_(1)
    wide = ops(trace)[0].outputs[0]
    kept = trace.peek(wide)
    assert kept.shape == (2**40,)
    assert kept[-1] == 0
    assert kept.untyped_storage().nbytes() == 4


@pytest.mark.parametrize("change", ["fill_", "resize_"])
def test_what_is_done_to_the_memory_itself_changes_no_recorded_value(change: str) -> None:
    with gradviz.record() as trace:
        x = torch.ones(3) * 1
        x * 2
        getattr(x.untyped_storage(), change)(0)
    assert trace.value(ops(trace)[1].outputs[0]).tolist() == [1.0, 1.0, 1.0]
    assert unreadable(trace) == []
