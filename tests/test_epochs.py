"""``gradviz run --epochs`` as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file

import gradviz
from gradviz.cli import run
from gradviz.resources import assets


def moons(folder: Path, examples: Path, **change: Any) -> Path:
    data = json.loads((examples / "moons_mlp.gradviz").read_text())
    data["data"] |= {"split": {"validation": 0.2}, "batch_size": 20, **change.pop("data", {})}
    data["training"] |= change
    file = folder / "p.gradviz"
    file.write_text(json.dumps(data))
    return file


def test_a_row_an_epoch_a_sentence_and_files(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = moons(tmp_path, examples)
    files = [tmp_path / name for name in ("curve.svg", "w.safetensors")]
    plot, weights = map(str, files)
    assert run(["run", str(file), "--epochs", "3", "--plot", plot, "--save-weights", weights]) == 0
    said = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in said if line.endswith(" s")]
    assert [row[:2] for row in rows] == [["1", "8"], ["2", "16"], ["3", "24"]]
    sentence = next(line for line in said if "validation samples" in line)
    assert "of the 40 validation samples are right after epoch 3" in sentence
    assert said[-2:] == [f"wrote {file}" for file in files]
    fitted = gradviz.fit(gradviz.load(file), epochs=3)
    for name, tensor in load_file(weights).items():
        assert tensor.equal(fitted.model.state_dict()[name])


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_json_is_one_object(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    file = moons(tmp_path, examples)
    plot = str(tmp_path / "curve.png")
    code = run(["run", str(file), "--epochs", "2", "--plot", plot, "--json", "--lang", lang])
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["epoch"] for each in told["epochs"]] == [1, 2]
    assert told["iterations"] == len(told["losses"]) == 16
    assert told["files"] == [plot]
    assert told["problem"] is None
    assert told["samples"] == 40
    assert ("검증" in told["said"][0]) is (lang == "ko")
    with Image.open(plot) as picture:
        assert picture.width == 960


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--epochs", "2", "--iterations", "3"], "--iterations: --epochs runs whole epochs"),
        (["--epochs", "2", "--until", "loss < 1"], "--until: --epochs runs whole epochs"),
        (["--epochs", "2", "--trace", "t.jsonl"], "--trace: --epochs runs whole epochs"),
        (["--epochs", "2", "--as-far"], "--as-far: --epochs runs whole epochs"),
        (["--epochs", "0"], "--epochs"),
        (["--plot", "c.svg"], "--plot: there is something to plot only after whole epochs"),
        (["--epochs", "2", "--plot", "c.gif"], "“.gif” is no kind of picture → end the name in"),
        (["--epochs", "2", "--plot", "{project}"], "--plot: this would overwrite the project"),
        (["--epochs", "9999999", "--plot", "no/c.svg"], "no/c.svg: cannot be written"),
        (["--epochs", "9999999", "--save-weights", "no/w.safetensors"], "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    tmp_path: Path,
    examples: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    file = moons(tmp_path, examples)
    before = file.read_bytes()
    assert run(["run", str(file), *(o.format(project=file) for o in options)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == before


def test_a_loss_that_is_nan_fails_in_words_and_keeps_the_plot(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = {"kind": "SGD", "settings": {"lr": 3e38}}
    file = moons(tmp_path, examples, optimizer=wild)
    plot = tmp_path / "curve.pdf"
    assert run(["run", str(file), "--epochs", "9", "--plot", str(plot)]) == 1
    told = capsys.readouterr()
    assert "the loss is NaN in iteration" in told.err
    assert "training ended there" in told.out
    assert plot.stat().st_size > 1000


def test_ctrl_c_keeps_what_there_is(tmp_path: Path, examples: Path) -> None:
    file = moons(tmp_path, examples)
    plot = tmp_path / "curve.svg"
    command = [sys.executable, "-m", "gradviz", "run", str(file), "--epochs", "1000000",
               "--plot", str(plot)]  # fmt: skip
    shown = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=shown) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.split()[:1] == ["3"]:
                break
        running.send_signal(signal.SIGINT)
        said = running.stdout.read()
        assert running.wait(60) == 0
    assert "Training was stopped in epoch" in said
    assert "validation samples are right after epoch" in said
    assert plot.exists()


def test_a_folder_like_notmnist_with_two_damaged_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(assets() / "letters" / "notMNIST_sample.tar.gz") as archive:
        archive.extractall(tmp_path / "own", filter="data")
    root = tmp_path / "own" / "notMNIST_sample"
    for letter in "ABCDEFGHIJ":
        for file in sorted((root / letter).iterdir())[60:]:
            file.unlink()
    good = [sorted((root / letter).iterdir())[9] for letter in "CD"]
    good[0].write_bytes(b"")
    good[1].write_bytes(good[1].read_bytes()[:60])
    project = json.loads((assets() / "examples" / "letters_cnn.gradviz").read_text())
    project["data"]["dataset"] = {"kind": "Letters", "settings": {"path": str(root)}}
    file = tmp_path / "p.gradviz"
    file.write_text(json.dumps(project))
    begun = time.monotonic()
    assert run(["run", str(file), "--epochs", "4"]) == 0
    assert time.monotonic() - begun < 60
    said = capsys.readouterr().out
    for bad in good:
        assert f"skipped {bad.relative_to(root).as_posix()}: " in said
    count = said.count("skipped ") - said.count("skipped in all")
    assert f"skipped in all: {count}" in said
    kept = round((600 - count) * 0.2)
    assert f"of the {kept} validation samples are right after epoch 4" in said
    shutil.rmtree(root)
    assert run(["run", str(file), "--epochs", "4"]) == 2


def test_the_example_is_over_90_percent_in_well_under_a_minute(examples: Path) -> None:
    begun = time.monotonic()
    fitted = gradviz.fit(gradviz.load(examples / "letters_cnn.gradviz"), epochs=3)
    assert time.monotonic() - begun < 60
    assert fitted.history.samples == 588
    last = fitted.history.last
    assert last is not None
    assert last.validation_accuracy is not None
    assert last.validation_accuracy > 0.9
