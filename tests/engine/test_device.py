"""Programs on each device at hand, with deterministic algorithms: the same bits when recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz.engine.record.record import recording
from gradviz.trace.events import Failed
from tests.engine.compare import marks, same, unlike_now, unreadable
from tests.engine.programs import PROGRAMS
from tests.engine.test_programs import everything

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
]
NAMES = (
    "gan_with_two_optimizers", "double_backward_penalty", "custom_function", "checkpointed",
    "in_place_and_views", "shared_and_reused", "two_losses_and_retain_graph",
    "hooks_of_the_user", "optimizer_inside_backward", "recurrent_and_attention", "resnet_18",
    "u_net", "a_small_gpt", "a_backward_inside_a_hook",
)  # fmt: skip


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """All tensors are made there; torch asks for the variable where it makes cuBLAS repeatable."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        with torch.device(request.param):
            yield request.param
    finally:
        torch.use_deterministic_algorithms(before)


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_program_is_the_plain_one(name: str, device: str) -> None:
    torch.manual_seed(3)
    plain = everything(PROGRAMS[name]())
    before = marks()
    torch.manual_seed(3)
    trace = gradviz.Trace()
    with recording(trace, model=None, optimizer=None, iteration=0) as recorder:
        recorded = everything(PROGRAMS[name]())
    assert marks() == before
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    assert {leaf.device.type for leaf in recorder.names.leaves.values()} == {device}
    assert not any(isinstance(event, Failed) for event in trace.events)
    assert unreadable(trace) == []
    assert unlike_now(recorder) == []


def test_a_session_feeds_the_device_and_its_replay_gives_the_same_bits(device: str) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters())
    with torch.device("cpu"):  # as datasets are: the loop takes each batch to the model
        batches = DataLoader(TensorDataset(torch.randn(8, 3), torch.randn(8, 1)), batch_size=4)
        session = gradviz.Session(model, nn.MSELoss(), optimizer, batches)
        session.run(iterations=2)
        assert session.check_replay() is None
    parameters = session.state.params
    assert {tensor.device.type for tensor in parameters.values()} == {device}
    for name, parameter in session.model.named_parameters():
        assert torch.equal(parameter, parameters[name]), name
