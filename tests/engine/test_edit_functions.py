"""Functions of trusted files as hooks: nothing runs unasked, and torch judges what they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import gradviz
from gradviz.errors import UsageError
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.compare import first_difference
from gradviz.trace.events import Failed, GradEdited
from tests.engine.compare import marks
from tests.engine.plainloop import mlp, run_plain

HOOKS = """
import pathlib
import torch

pathlib.Path(__file__).with_suffix(".ran").touch()

def halve(grad):
    return grad / 2

def raises(grad):
    raise KeyError("mine")

def wider(grad):
    return torch.zeros(9, 9)

def doubles(grad):
    return grad.double()

def number(grad):
    return 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hooks.py"
    path.write_text(HOOKS, encoding="utf-8")
    return path


def session() -> gradviz.Session:
    return gradviz.Session(*mlp())


def test_a_file_runs_only_after_the_user_agreed(file: Path) -> None:
    mine = session()
    with pytest.raises(UsageError) as caught:
        mine.edit(GradEdit("fc1.weight", "function", f"{file}:halve"))
    assert str(file) in str(caught.value)
    assert f"session.trust('{file}')" in str(caught.value)
    assert not file.with_suffix(".ran").exists()
    mine.trust(file)
    assert not file.with_suffix(".ran").exists()
    mine.edit(GradEdit("fc1.weight", "function", f"{file}:halve"))
    assert file.with_suffix(".ran").exists()


def test_trust_ends_when_the_file_changes(file: Path) -> None:
    mine = session()
    mine.trust(file)
    file.write_text(HOOKS.replace("grad / 2", "grad / 3"), encoding="utf-8")
    with pytest.raises(UsageError, match="has changed since it was trusted"):
        mine.edit(GradEdit("fc1.weight", "function", f"{file}:halve"))
    assert not file.with_suffix(".ran").exists()


def test_a_replay_calls_what_the_edit_was_made_with(file: Path) -> None:
    mine = session()
    mine.trust(file)
    mine.run_iteration()
    rule = mine.edit(GradEdit("fc1.weight", "function", f"{file}:halve"))
    with_halves = mine.trace
    file.write_text(HOOKS.replace("grad / 2", "grad / 3"), encoding="utf-8")
    assert mine.check_replay() is None
    mine.unedit(rule)
    mine.edit(rule)
    assert first_difference(with_halves, mine.trace) is None
    mine.trust(file)
    other = mine.edit(GradEdit("fc1.weight", "function", f"{file}:halve"))
    assert other.digest != rule.digest
    told = [mine.trace.value(e.after) for e in mine.trace.events if isinstance(e, GradEdited)]
    assert torch.equal(told[1], told[0] / 3)
    file.unlink()
    assert mine.check_replay() is None


def test_a_path_means_the_same_from_another_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = session()
    monkeypatch.chdir(file.parent)
    mine.trust("hooks.py")
    rule = mine.edit(GradEdit("fc1.weight", "function", "hooks.py:halve"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert mine.run_iteration()
    plain = run_plain(mlp, [rule], iterations=1)
    assert torch.equal(plain.values["fc1.weight"], mine.model.get_parameter("fc1.weight"))


@pytest.mark.parametrize(
    ("where", "via"),
    [
        ("fc1.weight", None),
        ("fc1.weight", "post_accumulate"),
        ("fc1.output", None),
        ("fc2", "module"),
        ("fc2", "module_pre"),
        ("fc2/AddmmBackward0[1]", None),
        ("fc2/AddmmBackward0", None),
    ],
)
@pytest.mark.parametrize("name", ["raises", "wider", "doubles", "number"])
def test_what_a_function_does_wrong_is_what_torch_says(
    file: Path, where: str, via: Any, name: str
) -> None:
    before = marks()
    mine = session()
    mine.trust(file)
    rule = mine.edit(GradEdit(where, "function", f"{file}:{name}", via=via))
    mine.run_iteration()
    error: Exception | None = None
    try:
        run_plain(mlp, [rule], iterations=1)
    except Exception as raised:  # noqa: BLE001 - whatever torch says
        error = raised
    assert (type(mine.error), str(mine.error)) == (type(error), str(error))
    if error is None:
        return
    failed = mine.trace.events[-1]
    assert isinstance(failed, Failed)
    assert failed.error == type(mine.error).__name__
    lines = HOOKS.splitlines()
    line = lines[failed.source.line - 1]
    assert failed.source.file == str(file)
    assert line == ('    raise KeyError("mine")' if name == "raises" else f"def {name}(grad):")
    assert marks() == before
    for tensor in mine.model.parameters():
        assert not tensor._backward_hooks
        assert not tensor._post_accumulate_grad_hooks
    for module in mine.model.modules():
        hooks = (module._forward_hooks, module._backward_hooks, module._backward_pre_hooks)
        assert not any(hooks)
    mine.unedit(rule)
    assert mine.error is None
    assert not isinstance(mine.trace.events[-1], Failed)


def test_a_function_can_change_values_too(file: Path) -> None:
    mine = session()
    mine.trust(file)
    mine.run_iteration()
    rules = [
        mine.edit(ValueEdit("fc1.weight", "function", f"{file}:halve", first=1, last=2)),
        mine.edit(ValueEdit("target", "function", f"{file}:halve")),
    ]
    for _ in range(3):
        assert mine.run_iteration()
    plain = run_plain(mlp, rules, iterations=4)
    for name, value in mine.model.state_dict().items():
        assert torch.equal(plain.values[name], value)
    with pytest.raises(UsageError, match="does not fit"):
        mine.edit(ValueEdit("input", "function", f"{file}:number"))


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (HOOKS, "half", "take one of: halve, raises"),
        ("def halve(", "halve", "does not run: SyntaxError"),
        ("1 / 0", "halve", "does not run: ZeroDivisionError"),
    ],
)
def test_a_file_that_is_of_no_use(file: Path, text: str, name: str, said: str) -> None:
    file.write_text(text, encoding="utf-8")
    mine = session()
    mine.trust(file)
    with pytest.raises(UsageError) as caught:
        mine.edit(GradEdit("fc1.weight", "function", f"{file}:{name}"))
    assert said in str(caught.value)
    assert mine.edits == ()
    with pytest.raises(UsageError, match="cannot be read"):
        mine.trust(file.with_name("other.py"))
    with pytest.raises(UsageError, match="needs a function"):
        GradEdit("fc1.weight", "function", "hooks:halve")


def test_a_model_that_raises_tells_its_own_line() -> None:
    model, _, optimizer, loader = mlp()

    def loss_fn(output: Any, target: Any) -> Any:
        return nn.functional.mse_loss(output, target[0, 0, 0])

    mine = gradviz.Session(model, loss_fn, optimizer, loader)
    assert not mine.run_iteration()
    failed = mine.trace.events[-1]
    assert failed.source.file == __file__
    assert "mse_loss" in Path(__file__).read_text().splitlines()[failed.source.line - 1]
