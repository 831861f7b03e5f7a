"""What gradviz leans on though torch, or Python's queues between processes, do not promise it: each
version may lack or change it.
"""

from __future__ import annotations

import ast
import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch._dynamo
from torch import Tensor, nn, optim
from torch.nn.modules import module as nn_module
from torch.utils.data import DataLoader

import gradviz
from gradviz.trace.events import LossComputed, OpRan

PACKAGE = Path(gradviz.__file__).parent
ROOMS = ("data", "engine", "explain", "trace")


class _Double(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(_ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0] * 2


_doubled = _Double.apply(torch.ones(1, requires_grad=True))
"""It stays, for its node lives no longer."""


def _node() -> Any:
    return _doubled.grad_fn


def _ragged() -> Tensor:
    return torch.nested.nested_tensor([torch.ones(1), torch.ones(2)], layout=torch.jagged)


def _loader() -> DataLoader[Any]:
    return DataLoader([1, 2])  # type: ignore[arg-type]


LEANED_ON: dict[str, Callable[[], Any]] = {
    "_IterableDatasetFetcher": lambda: torch.utils.data._utils.fetch,
    "_MapDatasetFetcher": lambda: torch.utils.data._utils.fetch,
    "_SingleProcessDataLoaderIter": lambda: torch.utils.data.dataloader,
    "_dataset_fetcher": lambda: iter(_loader()),
    "_get_iterator": _loader,
    "_iterator": _loader,
    "_C": lambda: torch,
    "_DisableTorchDispatch": lambda: torch._C,
    "_TorchDispatchModeKey": lambda: torch._C,
    "_autograd": lambda: torch._C,
    "_base": lambda: Tensor,
    "_buffers": nn.Module,
    "_engine_run_backward": lambda: torch.autograd,
    "_foreach_zero_": lambda: torch,
    "_forward_cls": _node,
    "_functional_call": lambda: torch.nn.utils.stateless,
    "_functions": lambda: torch._C,
    "_functorch": lambda: torch._C,
    "_get_current_function_mode_stack": lambda: torch.overrides,
    "_get_dispatch_mode": lambda: torch._C,
    "_get_function_stack_at": lambda: torch._C,
    "_get_tracing_state": lambda: torch._C,
    "_global_backward_hooks": lambda: nn_module,
    "_global_backward_pre_hooks": lambda: nn_module,
    "_global_forward_hooks": lambda: nn_module,
    "_global_forward_pre_hooks": lambda: nn_module,
    "_indices": lambda: Tensor,
    "_input_metadata": _node,
    "_is_torch_function_mode_enabled": lambda: torch._C,
    "_is_view": lambda: Tensor,
    "_len_torch_dispatch_stack": lambda: torch._C,
    "_len_torch_function_stack": lambda: torch._C,
    "_make_grads": lambda: torch.autograd,
    "_make_per_channel_quantized_tensor": lambda: torch,
    "_make_per_tensor_quantized_tensor": lambda: torch,
    "_maybe_set_eval_frame": lambda: torch._dynamo.eval_frame,
    "_neg_view": lambda: torch,
    "_nnz": lambda: Tensor,
    "_notempty": multiprocessing.Queue,
    "_on_queue_feeder_error": multiprocessing.Queue,
    "_optimizer_step_post_hooks": lambda: optim.SGD([torch.ones(1)]),
    "_optimizer_step_pre_hooks": lambda: optim.SGD([torch.ones(1)]),
    "_parameters": nn.Module,
    "_pop_mode": lambda: torch.overrides,
    "_post_accumulate_grad_hooks": lambda: Tensor,
    "_push_mode": lambda: torch.overrides,
    "_ragged_idx": _ragged,
    "_schema": lambda: torch.ops.aten.add.Tensor,
    "_schemas": lambda: torch.ops.aten.add,
    "_sem": multiprocessing.Queue,
    "_sequence_nr": _node,
}
"""Who has it. The lowest version of torch that pyproject.toml allows has every one of them, too:
look there before one is added.
"""

DONE_WITHOUT: dict[str, Any] = {"_has_any_global_hook": nn_module}
"""What only some versions have, and its module."""

NOT_OF_TORCH = {"_getframe", "_initializing", "_make", "_new", "_replace"}
PARTS_OF_NAMES = {"_foreach_", "_hooks", "_like", "_raw_saved_", "_saved_"}
WRAPPERS = {"_fn"}
"""Functions of ``torch._dynamo`` that are known by their name, if there are any."""


def _used() -> set[str]:
    """The private names that the rooms which ask torch for more than a tensor's numbers use, and
    that nothing in them defines.
    """
    used, own = set(), set()
    for path in sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                    own.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    own.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    own.add(name)
                case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                    used.add(name)
                case ast.ImportFrom(names=names):
                    used |= {each.name for each in names}
    return {name for name in used - own if re.fullmatch(r"_[A-Za-z]\w*", name)}


def test_every_private_name_is_listed() -> None:
    assert _used() == {*LEANED_ON, *DONE_WITHOUT} | NOT_OF_TORCH | PARTS_OF_NAMES | WRAPPERS


@pytest.mark.parametrize("name", LEANED_ON)
def test_torch_has_what_recordings_lean_on(name: str) -> None:
    assert hasattr(LEANED_ON[name](), name)


def _events() -> Iterator[str]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with gradviz.record(model, optimizer) as trace:
        out = model(torch.randn(4, 3))
        first, second = out.sum(), out.pow(2).mean()
        torch.autograd.backward([first, second], retain_graph=True)
        torch.autograd.backward(out, torch.ones(4, 2), inputs=[model.weight])
        optimizer.step()
    assert len([event for event in trace.events if isinstance(event, LossComputed)]) == 3
    assert "ones_like" not in [event.op for event in trace.events if isinstance(event, OpRan)]
    for event in trace.events:
        yield str(event)
    yield str([trace.at(-1).params, trace.at(len(trace.events) - 1).params])


def test_what_torch_imports_late_is_none_of_the_program() -> None:
    """A fresh process, for the first optimizer in one imports the compiler."""
    program = """
import sys, torch, gradviz
weight = torch.nn.Parameter(torch.ones(2))
assert "torch._dynamo" not in sys.modules
with gradviz.record() as trace:
    optimizer = torch.optim.SGD([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()
    optimizer.zero_grad()
assert "torch._dynamo" in sys.modules
print([event.op for event in trace.events if hasattr(event, "op")])
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.returncode) == ("['sum']\n", 0), ran.stderr


@pytest.mark.parametrize("name", DONE_WITHOUT)
def test_a_recording_does_without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = list(_events())
    monkeypatch.delattr(DONE_WITHOUT[name], name, raising=False)
    assert list(_events()) == known


def test_a_backward_that_torch_tells_nobody_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch 2.9 and earlier hand `torch.autograd.backward` to no mode."""
    known = list(_events())
    monkeypatch.setattr(torch.autograd, "has_torch_function", lambda _tensors: False)
    assert list(_events()) == known
