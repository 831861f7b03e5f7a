"""The edits of a project: kept, put on by its session, and written as hooks that do the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.cli import run
from gradviz.code.files import write_python
from gradviz.errors import ProjectError, UsageError
from gradviz.spec import codec
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.model import Choice
from gradviz.spec.project import Project
from tests.exported import trained

HOOKS = """
import pathlib
import torch

pathlib.Path(__file__).with_suffix(".ran").touch()

def halve(grad):
    return grad / 2 + 0.01 * torch.rand_like(grad)

def look(grad):
    assert grad.isfinite().all()
"""


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    path = tmp_path / "my_hooks.py"
    path.write_text(HOOKS, encoding="utf-8")
    return path


def several(hooks: Path) -> tuple[GradEdit | ValueEdit, ...]:
    """Edits of all sorts, whose lines want the same names."""
    return (
        GradEdit("fc1.weight", "scale", 0.1),
        GradEdit("fc1.weight", "function", f"{hooks}:halve", first=2),
        GradEdit("fc2.bias", "clip_norm", 0.01, via="post_accumulate", first=1, last=2),
        GradEdit("fc1/AddmmBackward0", "noise", 0.1, seed=3, first=1),
        GradEdit("/AddmmBackward0#1", "function", f"{hooks}:halve", via="node", slot=2, first=1),
        GradEdit("fc2", "scale", 2.0),
        GradEdit("fc2", "sign", via="module_pre", last=4),
        GradEdit("fc2.output", "function", f"{hooks}:look", first=1, last=3),
        ValueEdit("optimizer.lr", "scale", 0.5, first=2, last=3),
        ValueEdit("optimizer[0].lr", "replace", 0.02, first=5),
        ValueEdit("fc1.bias", "zero"),
        ValueEdit("input", "noise", 0.1, first=1),
        ValueEdit("input", "function", f"{hooks}:halve", last=1),
        ValueEdit("target", "zero", first=3, last=3),
    )


def project(examples: Path, *edits: GradEdit | ValueEdit, **training: Any) -> Project:
    known = gradviz.load(examples / "moons_mlp.gradviz")
    data = replace(known.data, dataset=Choice("Moons", {"count": 32}))
    return replace(known, data=data, edits=edits, training=replace(known.training, **training))


def same(asked: Project, monkeypatch: pytest.MonkeyPatch, epochs: int = 2) -> None:
    """The code's model ends with the bits of the session's."""
    session = gradviz.Session.from_project(asked, trust=True)
    session.step_iteration(epochs * len(session.loader))  # type: ignore[arg-type]
    assert session.error is None
    text = gradviz.to_python(asked, trust=True)
    for file in asked.code:
        monkeypatch.syspath_prepend(str(Path(file).parent))
    model = trained(text, epochs)
    monkeypatch.delitem(sys.modules, "my_hooks", raising=False)
    for mine, theirs in zip(session.model.parameters(), model.parameters(), strict=True):
        assert torch.equal(mine, theirs), text


@pytest.mark.parametrize(
    "training",
    [{}, {"accumulate": 2}, {"order": ("forward", "loss", "backward", "step", "zero_grad")}],
)
def test_the_code_with_hooks_gives_the_same_bits(
    examples: Path, hooks: Path, monkeypatch: pytest.MonkeyPatch, training: dict[str, Any]
) -> None:
    same(project(examples, *several(hooks), **training), monkeypatch)


def test_each_kind_gives_the_same_bits_alone_with_a_closure(
    examples: Path, hooks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for edit in several(hooks):
        asked = project(examples, edit, optimizer=Choice("LBFGS", {"max_iter": 2}))
        if edit.where == "fc1/AddmmBackward0":
            with pytest.raises(UsageError, match=r"take what the module gave back: fc1\.output"):
                gradviz.to_python(asked)
        else:
            same(asked, monkeypatch, epochs=1)


def test_edits_of_a_recording_are_what_the_project_keeps(examples: Path, hooks: Path) -> None:
    asked = project(examples, *several(hooks))
    plain = gradviz.Session.from_project(project(examples))
    plain.trust(hooks)
    for edit in asked.edits:
        plain.edit(edit)
    plain.step_iteration(3)
    mine = gradviz.Session.from_project(asked, trust=True)
    mine.step_iteration(3)
    assert mine.edits == plain.edits
    for one, other in zip(mine.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_they_are_saved_with_the_project(examples: Path, hooks: Path) -> None:
    asked = project(examples, *several(hooks))
    gradviz.save(asked, hooks.with_name("p.gradviz"))
    text = hooks.with_name("p.gradviz").read_text("utf-8")
    assert '"value": "my_hooks.py:halve"' in text
    assert gradviz.load(hooks.with_name("p.gradviz")) == asked


def test_no_hook_runs_without_consent(
    examples: Path, hooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = project(examples, GradEdit("fc1.weight", "function", f"{hooks}:halve"))
    file = hooks.with_name("p.gradviz")
    gradviz.save(asked, file)
    assert run(["run", str(file)]) == 2
    assert "my_hooks.py: this file has not been trusted" in capsys.readouterr().err
    assert not hooks.with_suffix(".ran").exists()
    out = hooks.with_name("out")
    out.mkdir()
    assert run(["export", str(file), "-o", str(out / "code.py"), "--trust"]) == 0
    assert sorted(each.name for each in out.iterdir()) == ["code.py", "my_hooks.py"]
    text = (out / "code.py").read_text("utf-8")
    assert "import my_hooks\n" in text
    assert 'model.get_parameter("fc1.weight").register_hook(my_hooks.halve)' in text
    assert str(hooks.parent) not in text


def test_a_place_that_is_not_there_is_named(examples: Path) -> None:
    asked = project(examples, GradEdit("fc1.weight", "sign"), GradEdit("fc9.weight", "scale", 2.0))
    with pytest.raises(UsageError, match=r"^\$\.edits\[1\]: fc9\.weight"):
        gradviz.Session.from_project(asked)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            {"type": "GradEdit", "where": "fc1.weight", "what": "burn"},
            "$.edits[0].what: 'burn' is none",
        ),
        (
            {"type": "GradEdit", "where": "fc1.weight", "what": "scale", "value": "much"},
            "$.edits[0]: fc1.weight: “scale” needs a number, and got much",
        ),
        ({"type": "GradEdit", "where": "a[b", "what": "sign"}, "$.edits[0]: a[b: this names no pl"),
        ({"type": "Edit", "where": "fc1", "what": "sign"}, "$.edits[0].type: 'Edit' is none"),
        ({"type": "ValueEdit", "what": "zero"}, "$.edits[0]: the field “where” is missing"),
    ],
)
def test_edits_that_make_no_sense_are_refused(
    examples: Path, edit: dict[str, Any], said: str
) -> None:
    asked = json.loads(codec.encode(project(examples)))
    asked["edits"] = [edit]
    with pytest.raises(ProjectError) as raised:
        codec.decode(json.dumps(asked), where="p")
    assert str(raised.value).startswith(f"p {said}")


def test_an_order_that_hooks_cannot_keep_is_refused(examples: Path) -> None:
    asked = project(
        examples, GradEdit("fc1.weight", "scale", 2.0, first=1), GradEdit("fc1.weight", "sign")
    )
    with pytest.raises(UsageError, match="cannot keep the order"):
        gradviz.to_python(asked)


def test_the_files_of_hooks_lie_beside_the_code(examples: Path, hooks: Path) -> None:
    asked = project(examples, GradEdit("fc1.weight", "function", f"{hooks}:look"))
    code = write_python(asked, hooks.with_name("m.py"), trust=True)
    assert [each.name for each in code] == ["m.py", "my_hooks.py"]
    assert hooks.read_text("utf-8") == HOOKS
