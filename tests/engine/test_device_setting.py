"""The device of a project: what is there is used, what is not is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.cli import run
from gradviz.engine.building.device import devices
from gradviz.errors import BuildError
from gradviz.spec.project import Device, Project
from tests.exported import trained

ABSENT = [name for name in ("cuda", "mps") if name not in devices()]


def project(examples: Path, device: Device) -> Project:
    known = gradviz.load(examples / "moons_mlp.gradviz")
    return replace(known, training=replace(known.training, device=device))


@pytest.mark.parametrize("device", ["auto", *devices()])
def test_everything_lies_on_the_device(examples: Path, device: Device) -> None:
    asked = project(examples, device)
    there = devices()[0] if device == "auto" else device
    session = gradviz.Session.from_project(asked)
    session.step_iteration(len(session.loader))  # type: ignore[arg-type]
    assert session.error is None
    assert {each.device.type for each in session.model.parameters()} == {there}
    written = trained(gradviz.to_python(asked))
    assert {each.device.type for each in written.parameters()} == {there}
    for mine, theirs in zip(session.model.parameters(), written.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_the_code_says_nothing_of_the_processor(examples: Path) -> None:
    assert "device" not in gradviz.to_python(project(examples, "cpu"))
    text = gradviz.to_python(project(examples, "cuda"))
    assert 'device = torch.device("cuda")' in text
    assert "inputs, target = inputs.to(device), target.to(device)" in text


@pytest.mark.parametrize("device", ABSENT)
def test_a_device_that_is_not_there_is_refused(
    examples: Path, device: Device, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = project(examples, device)
    with pytest.raises(BuildError, match=f"this machine has no device “{device}”"):
        gradviz.build(asked)
    gradviz.save(asked, tmp_path / "p.gradviz")
    assert run(["run", str(tmp_path / "p.gradviz")]) == 2
    assert "$.training.device: this machine has no device" in capsys.readouterr().err


def test_a_device_that_nobody_has_is_refused(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gradviz.save(project(examples, "cpu"), tmp_path / "p.gradviz")
    text = (tmp_path / "p.gradviz").read_text("utf-8")
    broken = text.replace('"training": {', '"training": {"device": "abacus",')
    (tmp_path / "p.gradviz").write_text(broken, "utf-8")
    assert run(["run", str(tmp_path / "p.gradviz")]) == 2
    assert "$.training.device" in capsys.readouterr().err
