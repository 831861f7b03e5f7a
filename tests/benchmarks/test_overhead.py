"""A training iteration, plain and recorded with all values kept, and what the peers take to look
at one forward of the same model. The ratio within a group is what counts.

A machine whose speed changes meanwhile spoils a ratio of two rows, so that of ``recorded`` to
``plain`` is also taken from iterations in turn: ``in_turn`` in `extra_info`, of the medians.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode

import gradviz
from tests.benchmarks.models import MODELS, loss_of

ROUNDS = {"resnet18": 10, "gpt12": 6, "mlp": 100, "tiny": 300}


class _Through(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


@contextmanager
def hooks_that_do_nothing() -> Iterator[Callable[[Tensor], None]]:
    """A mode, module hooks and node hooks, empty: what no recorder in Python can go below."""
    handles: list[Any] = [
        register_module_forward_pre_hook(lambda _module, _inputs: None),
        register_module_forward_hook(lambda _module, _inputs, _output: None, always_call=True),
    ]

    def hook_all(loss: Tensor) -> None:
        waiting, seen = [loss.grad_fn], {None}
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                handles.append(node.register_hook(lambda _inputs, _outputs: None))
                waiting += [producer for producer, _ in node.next_functions]

    with _Through():
        yield hook_all
    for handle in handles:
        handle.remove()


@pytest.mark.filterwarnings("ignore:distutils Version:DeprecationWarning")  # torchviz
@pytest.mark.filterwarnings("ignore:tracing runs the model's REAL forward")  # TorchLens
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "way", ["plain", "hooks", "recorded", "torchlens", "torchview", "torchviz"]
)
def test_overhead(name: str, way: str, benchmark: Any) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    benchmark.group = f"{name}: one iteration, beside the peers' looks at a forward"
    model, x, y = MODELS[name]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def plain() -> None:
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    def recorded() -> None:
        with gradviz.record(model, optimizer):
            plain()

    def hooks() -> None:
        with hooks_that_do_nothing() as hook_all:
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            hook_all(loss)
            loss.backward()
            optimizer.step()

    def torchlens() -> None:
        pytest.importorskip("torchlens").trace(model, x)

    def torchview() -> None:
        pytest.importorskip("torchview").draw_graph(model, input_data=x, device="cpu")

    def torchviz() -> None:
        loss = loss_of(model(x), y)
        pytest.importorskip("torchviz").make_dot(loss, dict(model.named_parameters()))

    ways = {
        "plain": plain, "hooks": hooks, "recorded": recorded, "torchlens": torchlens,
        "torchview": torchview, "torchviz": torchviz,
    }  # fmt: skip
    gc.collect()
    rounds = ROUNDS[name]
    if way in ("plain", "hooks", "recorded"):
        benchmark.pedantic(ways[way], rounds=rounds, warmup_rounds=2)
    else:
        benchmark.pedantic(ways[way], rounds=min(rounds, 5), warmup_rounds=1)
    if way == "recorded" and not benchmark.disabled:
        turns = [(seconds(plain), seconds(recorded)) for _ in range(rounds)]
        without, recording = (median(times) for times in zip(*turns, strict=True))
        benchmark.extra_info["in_turn"] = round(recording / without, 2)


def seconds(run: Callable[[], None]) -> float:
    """What this thread alone took."""
    began = time.thread_time()
    run()
    return time.thread_time() - began
