"""The corpus itself: every module runs, in both modes, the same each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from tests.importing.people.table import PEOPLE, Person

everyone = pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
modes = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])


def made(person: Person, *, training: bool = True) -> tuple[nn.Module, tuple[Tensor, ...]]:
    torch.manual_seed(0)
    return person.make().train(training), person.inputs()


def tensors(value: object) -> Iterator[Tensor]:
    """The tensors of an output, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors(each)
    else:
        assert value is None, f"an output of {type(value)}"


def same(a: object, b: object) -> bool:
    pairs = zip(tensors(a), tensors(b), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


def test_names_are_unique_and_many() -> None:
    names = {person.name for person in PEOPLE}
    assert len(names) == len(PEOPLE) >= 60
    assert all(name.isidentifier() for name in names)


@modes
@everyone
def test_runs_the_same_from_the_same_seed(person: Person, training: bool) -> None:
    results = []
    for _ in range(2):
        module, inputs = made(person, training=training)
        before = [each.clone() for each in inputs]
        results.append((module(*inputs), module.state_dict()))
        assert same(inputs, before), "an input was written into"
    assert same(*results)
    outputs = list(tensors(results[0][0]))
    assert outputs
    assert all(each.isfinite().all() for each in outputs)


@pytest.mark.parametrize(
    "person",
    [person for person in PEOPLE if not person.fixed_batch],
    ids=lambda person: person.name,
)
def test_takes_batches_of_two_sizes(person: Person) -> None:
    module, inputs = made(person)
    once = tensors(module(*inputs))
    twice = tensors(module(*(torch.cat([each, each]) for each in inputs)))
    for small, large in zip(once, twice, strict=True):
        assert small.dim() == large.dim()


@everyone
def test_gives_gradients_to_what_it_trains(person: Person) -> None:
    module, inputs = made(person)
    trained = [each for each in module.parameters() if each.requires_grad]
    if not trained:
        return
    floats = [each for each in tensors(module(*inputs)) if each.requires_grad]
    sum(each.square().mean() for each in floats).backward()
    grads = [each.grad for each in trained if each.grad is not None]
    assert grads
    assert all(each.isfinite().all() for each in grads)
