"""``gradviz export`` and ``gradviz blocks``, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gradviz
from gradviz.cli import run


def test_export_writes_code_and_what_it_reads(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = tmp_path / "model.py"
    assert run(["export", str(examples / "letters_cnn.gradviz"), "-o", str(code)]) == 0
    files = [code, tmp_path / "notMNIST_sample.tar.gz"]
    assert capsys.readouterr().out.split() == [str(file) for file in files]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    demo = gradviz.load(examples / "letters_cnn.gradviz")
    assert code.read_text("utf-8") == gradviz.to_python(demo)


def test_export_of_what_needs_no_file_is_one_file(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = tmp_path / "model.py"
    arguments = ["export", str(examples / "moons_mlp.gradviz"), "-o", str(code), "--json"]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(code)]
    assert list(tmp_path.iterdir()) == [code]


def test_a_project_that_cannot_be_built_writes_nothing(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.gradviz"
    text = (examples / "moons_mlp.gradviz").read_text("utf-8")
    broken.write_text(text.replace('"in_features": 8', '"in_features": 9'), "utf-8")
    assert run(["export", str(broken), "-o", str(tmp_path / "model.py")]) == 2
    assert "fc2: Linear got shape (N, 8) but wants (*, 9)" in capsys.readouterr().err
    assert run(["export", str(broken), "-o", str(tmp_path / "model.txt")]) == 2
    assert "code ends in .py" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [broken]


def test_blocks_lists_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["blocks"]) == 0
    said = capsys.readouterr().out
    for word in ("block · convolution", "Conv2d", "CrossEntropyLoss", "AdamW", "Moons", "zeros_"):
        assert word in said


def test_blocks_tells_settings_and_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["blocks", "Sigmoid", "Conv2d", "--json"]) == 0
    sigmoid, conv = json.loads(capsys.readouterr().out)
    assert sigmoid["forward"] == ["y = 1 / (1 + e⁻ˣ)"]
    assert sigmoid["backward"] == ["dx = dy · y · (1 - y)"]
    assert conv["settings"].startswith("in_channels, out_channels, kernel_size, stride=1")
    assert run(["blocks", "Linear"]) == 0
    assert "dW = dyᵀ · x" in capsys.readouterr().out
    assert run(["blocks", "Lineal"]) == 2
    assert "no block “Lineal”" in capsys.readouterr().err


def test_blocks_are_told_in_korean_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["blocks", "Sigmoid", "--lang", "ko"]) == 0
    assert "기울기가 거의 남지 않습니다" in capsys.readouterr().out
    assert run(["blocks", "--lang", "ko"]) == 0
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("  "):
            told = line.split(maxsplit=1)[1]
            assert any("가" <= sign <= "힣" for sign in told), line
