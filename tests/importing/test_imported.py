"""Every module of the corpus as a project: the same bits, from its file and from its code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.code.files import write_python
from gradviz.errors import GradvizError
from gradviz.importing.imported import Imported, imported
from gradviz.spec import codec
from tests.importing.people.table import PEOPLE, Person
from tests.importing.test_people import tensors

STAY: dict[str, str] = {
    "AdaptiveDepth": "numbers in a tensor",
    "AnnotatedEncoder": "not handed to it",
    "BinaryLinear": "no torch function",
    "ConvVAE": "in training than in evaluation",
    "DANN": "no torch function",
    "HalvedUntilSmall": "numbers in a tensor",
    "HookedFeatures": "same bits",
    "IfMean": "numbers in a tensor",
    "NoisyLinear": "in training than in evaluation",
    "PackedLSTM": "cannot be written down",
    "PlainList": "no torch function",
    "SNCritic": "parametrization",
    "SparseMoE": "numbers in a tensor",
    "StochasticDepth": "numbers in a tensor",
    "SymmetricNet": "parametrization",
}
"""Modules that stay Python code as a whole, and a word of why."""
REFUSED: dict[str, str] = {
    "MyBatchNorm": "no file is known",
    "Pruned": "no file is known",
    "TCN": "no file is known",
    "TemporalBlock": "no file is known",
}
"""Those that no file is known of, and a word of why."""
DRAWN = [person for person in PEOPLE if person.name not in STAY | REFUSED]


def made(person: Person) -> tuple[nn.Module, tuple[Tensor, ...]]:
    torch.manual_seed(0)
    return person.make(), person.inputs()


def run(module: nn.Module, inputs: tuple[Tensor, ...], *, training: bool) -> list[Tensor]:
    """Outputs, with the gradients of all parameters behind them, in the order of backward."""
    module.train(training).zero_grad()
    torch.manual_seed(7)
    out = [each for each in tensors(module(*inputs)) if isinstance(each, Tensor)]
    ways = [each for each in out if each.requires_grad]
    if ways:
        torch.autograd.backward(ways, [torch.ones_like(each) for each in ways])
    return [each.detach() for each in out]


def gradients(module: nn.Module) -> list[Tensor]:
    """Those that are there, in an order that names do not decide."""
    grads = {id(each): each.grad for each in module.parameters() if each.grad is not None}
    return sorted(grads.values(), key=lambda each: (tuple(each.shape), each.flatten().tolist()))


def assert_same(module: nn.Module, other: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    for training in (False, True):
        wanted, got = (run(each, inputs, training=training) for each in (module, other))
        assert len(wanted) == len(got)
        for a, b in zip(wanted, got, strict=True):
            assert torch.equal(a, b)
        for a, b in zip(gradients(module), gradients(other), strict=True):
            assert torch.equal(a, b)


def with_weights(found: Imported, module: nn.Module) -> nn.Module:
    """A model that has the weights of the imported one."""
    module.load_state_dict(dict(found.state), strict=False)
    return module


def is_whole(found: Imported) -> bool:
    return any(not remark.module for remark in found.remarks)


@pytest.mark.parametrize("person", DRAWN, ids=lambda person: person.name)
def test_a_module_becomes_blocks_with_the_same_bits(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, inputs = made(person)
    found = imported(module, inputs)
    assert not is_whole(found)
    codec.save(found.project, tmp_path / "it.gradviz")
    project = gradviz.load(tmp_path / "it.gradviz")
    assert project == found.project
    built = with_weights(found, gradviz.build(project, trust=True))
    assert_same(module, built, inputs)
    code = write_python(project, tmp_path / "exported.py", trust=True)[0].read_text("utf-8")
    names: dict[str, Any] = {"__name__": "exported"}
    with monkeypatch.context() as patched:
        patched.syspath_prepend(tmp_path)
        exec(compile(code, "exported.py", "exec"), names)
    written = [
        each for each in names.values() if isinstance(each, type) and each.__module__ == "exported"
    ][-1]
    assert list(written().state_dict()) == list(built.state_dict())
    assert_same(module, with_weights(found, written()), inputs)


@pytest.mark.parametrize(
    "person", [each for each in PEOPLE if each.name in STAY], ids=lambda person: person.name
)
def test_what_blocks_cannot_say_stays_python_as_a_whole(person: Person) -> None:
    module, inputs = made(person)
    found = imported(module, inputs)
    assert is_whole(found)
    assert STAY[person.name] in found.remarks[0].why
    assert_same(module, with_weights(found, gradviz.build(found.project, trust=True)), inputs)


@pytest.mark.parametrize(
    "person", [each for each in PEOPLE if each.name in REFUSED], ids=lambda person: person.name
)
def test_what_cannot_be_a_project_is_refused_in_words(person: Person) -> None:
    module, inputs = made(person)
    with pytest.raises(GradvizError, match=REFUSED[person.name]):
        imported(module, inputs)
