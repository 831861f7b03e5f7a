"""The command line as a user meets it: what it prints, what it writes, its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from gradviz import i18n
from gradviz.cli import run
from gradviz.spec.vocabulary import NAMES


def project(folder: Path, examples: Path, change: dict | None = None) -> Path:
    data = json.loads((examples / "moons_mlp.gradviz").read_text())
    for path, value in (change or {}).items():
        place = data
        *way, last = path.split("/")
        for key in way:
            place = place[int(key) if key.isdecimal() else key]
        place[int(last) if last.isdecimal() else last] = value
    file = folder / "p.gradviz"
    file.write_text(json.dumps(data))
    return file


def test_demo_writes_a_folder_that_shows_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shown"
    assert run(["demo", "--headless", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    for phase in ("data", "zero_grad", "forward", "loss", "backward", "step"):
        assert re.search(rf"^{phase} \(\d+\)", said, re.MULTILINE)
    for word in ("conv2d", "(16, 8, 28, 28)", "AddmmBackward0", "fc1.weight.grad +=", "skipped"):
        assert word in said
    moments = ("graph", "graph-after-forward", "graph-mid-backward", "graph-after-step")
    names = {f"{moment}.{ending}" for moment in moments for ending in ("svg", "png")}
    plots = {"training.svg", "training.png"}
    assert {file.name for file in out.iterdir()} == names | plots | {
        "batch.png", "trace.jsonl", "index.html",
    }  # fmt: skip
    rows = [line.split() for line in said.splitlines() if line.endswith(" s")]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    result = re.search(r"([\d.]+) % of the 588 validation samples are right after epoch 5", said)
    assert result is not None
    assert float(result[1]) > 90
    assert result[0] in (out / "index.html").read_text()
    for name in names:
        assert (out / name).stat().st_size > 1000
    assert len({(out / f"{moment}.png").read_bytes() for moment in moments}) == 4
    page = (out / "index.html").read_text()
    for name in ("graph-after-forward.svg", "batch.png", "training.svg", "trace.jsonl"):
        assert f'"{name}"' in page
    events = [json.loads(line) for line in (out / "trace.jsonl").read_text().splitlines()]
    assert {"BatchFetched", "GradZeroed", "OpRan", "LossComputed", "NodeRan"} < {
        event["event"] for event in events
    }
    assert list(tmp_path.iterdir()) == [out]


def test_the_same_demo_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run(["demo", "--headless", "--out", str(tmp_path / name)]) == 0
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_run_prints_losses_and_writes_the_trace(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "t.jsonl"
    code = run(
        ["run", str(examples / "moons_mlp.gradviz"), "--iterations", "3", "--trace", str(trace)]
    )
    assert code == 0
    said = capsys.readouterr().out
    assert said.count("iteration ") == 3
    last = json.loads(trace.read_text().splitlines()[-1])
    assert last["iteration"] == 2


def test_json_is_one_object(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", str(examples / "moons_mlp.gradviz"), "--iterations", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["iterations"] == 2
    assert len(told["loss"]) == 2
    assert told["problem"] is None


def test_run_until_stops_there_and_says_why(
    examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = str(examples / "moons_mlp.gradviz")
    condition = 'phase == "backward" and param == "fc1.bias" and iteration == 2'
    assert run(["run", demo, "--until", condition]) == 0
    said = capsys.readouterr().out
    assert said.count("iteration ") >= 3
    assert "step (" not in said
    rows = [line for line in said.splitlines() if re.match(r" *\d+ ", line)]
    assert "fc1.bias.grad +=" in rows[-1]
    index = rows[-1].split()[0]
    assert f"stopped at event {index}: “{condition}” is true at fc1.bias" in said


@pytest.mark.parametrize(("bound", "hit"), [("0", True), ("1e9", False)])
def test_run_until_in_json(
    bound: str, hit: bool, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = str(examples / "moons_mlp.gradviz")
    assert run(["run", demo, "--iterations", "2", "--until", f"loss > {bound}", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["stop"]["hit"] is hit
    assert told["stop"]["iteration"] == (0 if hit else 1)
    assert told["iterations"] == (1 if hit else 2)
    assert ("is true at loss" if hit else "never hit") in told["stop"]["why"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("los > 2", "los > 2: there is no name “los” (column 1) → take one of: "),
        ('op == "linaer"', "no op “linaer” runs here → take one of: linear"),
    ],
)
def test_run_until_what_cannot_be_is_refused(
    condition: str, said: str, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", str(examples / "moons_mlp.gradviz"), "--until", condition]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_the_help_of_run_names_all_that_a_condition_may_ask_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["run", "--help"]) == 0
    words = re.findall(r"[a-z_]+", capsys.readouterr().out)
    assert set(NAMES) <= set(words)


def test_graph_and_shot_write_pictures(tmp_path: Path, examples: Path) -> None:
    demo = str(examples / "moons_mlp.gradviz")
    for ending in ("svg", "png", "dot"):
        file = tmp_path / f"g.{ending}"
        assert run(["graph", demo, "-o", str(file), "--at", "backward:2"]) == 0
        assert file.stat().st_size > 200
    shot = tmp_path / "w.png"
    assert run(["shot", demo, "--at", "backward:3", "-o", str(shot), "--size", "1280x720"]) == 0
    with Image.open(shot) as image:
        assert image.size == (1280, 720)
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 50


def test_play_writes_a_film_and_numbered_files(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo, film = str(examples / "moons_mlp.gradviz"), tmp_path / "film.gif"
    part = ["--from", "1/backward:1", "--to", "1/backward:3", "--size", "640x360"]
    assert run(["play", demo, "-o", str(film), *part, "--fps", "4", "--footer"]) == 0
    assert capsys.readouterr().out == f"{film}\n"
    with Image.open(film) as image:
        assert (image.size, image.n_frames) == ((640, 360), 3)  # type: ignore[attr-defined]
    assert run(["play", demo, "-o", str(tmp_path / "s" / "{}.png"), *part, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [str(tmp_path / "s" / f"{n}.png") for n in (10, 11, 12)]
    assert all(Path(file).exists() for file in told["files"])


def test_a_saved_trace_is_played(tmp_path: Path, examples: Path) -> None:
    trace, demo = str(tmp_path / "t.gvtrace"), str(examples / "moons_mlp.gradviz")
    assert run(["run", demo, "--trace", trace]) == 0
    for verb in ("play", "graph"):
        pictures = str(tmp_path / verb / "{}.svg")
        assert run([verb, trace if verb == "play" else demo, "-o", pictures]) == 0
    made = [sorted((tmp_path / verb).iterdir()) for verb in ("play", "graph")]
    assert [file.read_bytes() for file in made[0]] == [file.read_bytes() for file in made[1]]
    assert len(made[0]) == 25
    assert run(["play", trace, "-o", trace]) == 2


def test_several_moments_make_a_sheet(tmp_path: Path, examples: Path) -> None:
    moments = ["--at", "forward:end", "--at", "step:end"]
    sheet = tmp_path / "sheet.svg"
    demo = str(examples / "moons_mlp.gradviz")
    assert run(["graph", demo, "-o", str(sheet), *moments, "--footer"]) == 0
    text = sheet.read_text()
    assert text.count(">fc1.weight<") == 2
    assert ">seed 0 · torch" in text


def test_a_failing_run_exits_with_1_and_keeps_its_trace(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project(tmp_path, examples, {"model/blocks/3/settings/out_features": 1})
    trace = tmp_path / "t.jsonl"
    assert run(["run", str(file), "--trace", str(trace)]) == 1
    assert "the run failed" in capsys.readouterr().err
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert lines[-1]["event"] == "Failed"
    assert any(line["event"] == "OpRan" for line in lines)


@pytest.mark.parametrize("engine", ["/no/such/engine", "dies"])
def test_an_engine_that_fails_is_told_and_the_picture_is_drawn_all_the_same(
    engine: str,
    tmp_path: Path,
    examples: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if engine == "dies":
        script = tmp_path / "engine"
        script.write_text("#!/bin/sh\nexit 3\n")
        script.chmod(0o755)
        engine = str(script)
    monkeypatch.setenv("GRADVIZ_ENGINE", engine)
    file = tmp_path / "g.svg"
    assert run(["graph", str(examples / "moons_mlp.gradviz"), "-o", str(file)]) == 0
    assert "AddmmBackward0" in file.read_text()
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert Path(engine).name in error
    assert "→" in error


BAD = {
    "missing file": (["run", "none.gradviz"], "none.gradviz: there is no such file"),
    "no json": (["run", "text.gradviz"], "is not JSON"),
    "unknown verb": (["grpah"], "there is no such file"),
    "no project": (["run"], "Missing argument 'PROJECT'"),
    "unknown option": (["run", "p.gradviz", "--fast"], "No such option"),
    "no output": (["graph", "p.gradviz"], "Missing option '-o'"),
    "bad format": (["graph", "p.gradviz", "-o", "x.bmp"], "bmp"),
    "bad moment": (["graph", "p.gradviz", "-o", "x.svg", "--at", "noon"], "“noon” is no moment"),
    "late moment": (["graph", "p.gradviz", "-o", "x.svg", "--at", "step:99"], "step:99"),
    "bad size": (["shot", "p.gradviz", "-o", "x.png", "--size", "big"], "“big” is no size"),
    "bad place": (["graph", "p.gradviz", "-o", "no/x.svg"], "no/x.svg: cannot be written"),
    "file as folder": (["demo", "--headless", "--out", "text.gradviz"], "text.gradviz"),
    "no display": (["p.gradviz"], "no display"),
    "shot of another kind": (["shot", "p.gradviz", "-o", "x.jpg"], "“.jpg” is no kind"),
    "shot too large": (
        ["shot", "p.gradviz", "-o", "x.png", "--size", "7680x4320", "--scale", "8"],
        "too large for PNG",
    ),
    "trace over project": (["run", "p.gradviz", "--trace", "p.gradviz"], "overwrite the project"),
    "no ordinary file": (["run", "/dev/zero"], "no ordinary file"),
    "folder as picture": (["graph", "p.gradviz", "-o", "sub.svg"], "sub.svg: cannot be written"),
    "no name": (["graph", "p.gradviz", "-o", ""], "no kind of picture"),
    "long name": (["graph", "p.gradviz", "-o", f"{'x' * 300}.png"], "cannot be written"),
    "in a device": (["graph", "p.gradviz", "-o", "/dev/null/x.svg"], "cannot be written"),
    "no scale": (["graph", "p.gradviz", "-o", "x.png", "--scale", "nan"], "makes no picture"),
    "no page": (["graph", "p.gradviz", "-o", "x.png", "--size", "0x0"], "cannot be drawn"),
    "two sizes": (["graph", "p.gradviz", "-o", "x.png", "--size", "9x9x9"], "is no size"),
    "page of a page": (["graph", "p.gradviz", "-o", "x.html", "--size", "800x600"], "zooms"),
    "no moment": (["graph", "p.gradviz", "-o", "x.svg", "--at", ""], "“” is no moment"),
    "film of a moment": (["graph", "p.gradviz", "-o", "s/{}.svg", "--at", "end"], "all moments"),
    "text of two": (
        ["graph", "p.gradviz", "-o", "x.dot", "--at", "end", "--at", "start"],
        "contact sheet",
    ),
    "broken trace": (["graph", "bad.gvtrace", "-o", "x.svg"], "not a whole trace file"),
    "picture over trace": (["graph", "bad.gvtrace", "-o", "bad.gvtrace"], "overwrite the trace"),
    "still film": (["play", "p.gradviz", "-o", "x.svg"], "steps/{}.svg"),
    "backwards": (["play", "p.gradviz", "-o", "x.gif", "--from", "end", "--to", "start"], "swap"),
    "no speed": (["play", "p.gradviz", "-o", "x.gif", "--fps", "nan"], "from 0.05 to 50"),
    "huge film": (
        ["play", "p.gradviz", "-o", "x.gif", "--scale", "8", "--size", "7680x4320"],
        "too many",
    ),
    "into a file": (["play", "p.gradviz", "-o", "p.gradviz/{}.svg"], "made into a folder"),
    "bad iterations": (["run", "p.gradviz", "--iterations", "0"], "--iterations"),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_input_is_one_line_and_exit_code_2(
    case: str,
    tmp_path: Path,
    examples: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, said = BAD[case]
    project(tmp_path, examples)
    (tmp_path / "text.gradviz").write_text("hello")
    (tmp_path / "bad.gvtrace").write_bytes(b"junk")
    (tmp_path / "sub.svg").mkdir()
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert "→" in error
    assert sorted(tmp_path.rglob("*")) == before


def test_a_moment_may_lie_in_a_later_iteration(tmp_path: Path, examples: Path) -> None:
    file = tmp_path / "g.svg"
    demo = str(examples / "moons_mlp.gradviz")
    assert run(["graph", demo, "-o", str(file), "--at", "2/backward:3"]) == 0
    assert "iteration 2" in file.read_text()


def test_a_graph_of_a_failing_run_says_what_failed(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project(tmp_path, examples, {"model/blocks/3/settings/out_features": 1})
    assert run(["graph", str(file), "-o", str(tmp_path / "g.svg")]) == 1
    error = capsys.readouterr().err
    assert "loss, CrossEntropyLoss: IndexError" in error
    assert error.count("\n") == 1


def test_a_note_is_no_markup(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project(tmp_path, examples, {"note": "[/bold] [bold]x"})
    assert run(["run", str(file)]) == 0
    assert "[/bold] [bold]x" in capsys.readouterr().out


def test_links_are_followed_and_pipes_are_written_to(tmp_path: Path, examples: Path) -> None:
    real = tmp_path / "real.jsonl"
    real.write_text("old")
    (tmp_path / "link.jsonl").symlink_to(real)
    demo = str(examples / "moons_mlp.gradviz")
    assert run(["run", demo, "--trace", str(tmp_path / "link.jsonl")]) == 0
    assert (tmp_path / "link.jsonl").is_symlink()
    assert real.read_text().startswith('{"event"')
    if Path("/dev/full").exists():
        assert run(["run", demo, "--trace", "/dev/full"]) == 2
        assert Path("/dev/full").is_char_device()


def test_a_reader_that_leaves_and_a_terminal_of_few_letters_are_no_failure(
    examples: Path,
) -> None:
    command = f"{sys.executable} -m gradviz run {examples / 'moons_mlp.gradviz'}"
    done = subprocess.run(
        f"({command} --lang ko; echo $? >&2) | head -1",
        shell=True,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.stderr.decode().strip() == "0"


WRONG_PROJECTS = {
    "unknown block": ({"model/blocks/1/kind": "Lineal"}, "no block “Lineal”"),
    "shape": ({"model/blocks/1/settings/in_features": 5}, "fc1: Linear got shape (N, 2) but wants"),
    "unconnected": ({"model/wires/1/from": "point"}, ""),
    "cycle": ({"model/wires/0/from": "fc2"}, "circle"),
    "dataset": ({"data/dataset/kind": "Cats"}, "no dataset “Cats”"),
    "path": (
        {"data/dataset": {"kind": "Letters", "settings": {"path": "gone"}}},
        "there is no such dataset",
    ),
    "future": ({"format": 2}, "has format 2"),
    "name of torch": ({"model/blocks/1/name": "_forward_hooks"}, "no block “fc1”"),
    "far too large": ({"model/blocks/1/settings/out_features": 10**10}, "2147483647 or less"),
    "too large": ({"data/dataset/settings": {"count": 2 * 10**9}}, "10000000 or less"),
    "other samples": (
        {"data/dataset": {"kind": "Letters"}},
        "point: the dataset gives samples of shape (1, 28, 28), and this Input wants (2,)",
    ),
    "type": ({"data/batch_size": "many"}, "$.data.batch_size"),
}


@pytest.mark.parametrize("case", [case for case in WRONG_PROJECTS if case != "unconnected"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_wrong_project_is_one_line(
    case: str, language: str, tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, said = WRONG_PROJECTS[case]
    file = project(tmp_path, examples, change)
    assert run(["run", str(file), "--trace", str(tmp_path / "t.jsonl"), "--lang", language]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    if language == "en":
        assert said in error
    else:
        assert re.search("[가-힣]", error)
    assert not (tmp_path / "t.jsonl").exists()


@pytest.mark.parametrize(
    "verb",
    [
        *([], ["demo"], ["run"], ["graph"], ["play"], ["shot"], ["window"]),
        *(["data"], ["data", "get"], ["data", "list"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_is_there_in_both_languages(
    verb: list[str],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    assert run([*verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert bool(re.search("[가-힣]", said)) == (language == "ko")
    assert "--help" in said


def test_python_m_gradviz_is_the_program() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "gradviz", "--version"], check=True, capture_output=True, text=True
    ).stdout
    assert re.fullmatch(r"gradviz \d+\.\d+\.\d+\n", said)


def test_the_language_of_the_system_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert i18n.of_system() == "ko"
    monkeypatch.setenv("LC_ALL", "C")
    assert i18n.of_system() == "en"


def test_a_saved_trace_is_drawn_like_the_project(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moons, trace = str(examples / "moons_mlp.gradviz"), str(tmp_path / "t.gvtrace")
    assert run(["run", moons, "--trace", trace]) == 0
    for source, name in ((moons, "a.svg"), (trace, "b.svg")):
        picture = str(tmp_path / name)
        assert run(["graph", source, "-o", picture, "--at", "backward:half"]) == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    capsys.readouterr()
    assert run(["graph", trace, "-o", str(tmp_path / "c.svg"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "c.svg")]
    Path(trace).write_bytes(Path(trace).read_bytes()[:-1])
    assert run(["graph", trace, "-o", str(tmp_path / "d.svg")]) == 2
    assert "is not a whole trace file" in capsys.readouterr().err
    assert not (tmp_path / "d.svg").exists()


@pytest.mark.parametrize(("how", "like"), [("auto", "none"), ("0", None)])
def test_fold_says_what_is_drawn_as_one_box(
    how: str, like: str | None, tmp_path: Path, examples: Path
) -> None:
    def boxes(how: str) -> int:
        picture = tmp_path / f"{how}.svg"
        project = str(examples / "letters_cnn.gradviz")
        assert run(["graph", project, "-o", str(picture), "--fold", how]) == 0
        return len(set(re.findall(r'data-node="(\d+)"', picture.read_text())))

    assert (boxes(how) == boxes("none")) == (like == "none")
    assert boxes(how) <= boxes("none")


def test_fold_names_a_module_that_is_not_there(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(examples / "moons_mlp.gradviz")
    assert run(["graph", project, "-o", str(tmp_path / "g.svg"), "--fold", "fc9"]) == 2
    assert "fc9" in capsys.readouterr().err


def test_a_model_that_does_not_fit_runs_as_far_as_it_goes(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project(tmp_path, examples, {"model/blocks/3/settings/in_features": 9})
    trace = tmp_path / "t.jsonl"
    assert run(["run", str(file), "--as-far", "--trace", str(trace)]) == 1
    told = capsys.readouterr()
    assert "tanh" in told.out
    assert "the run failed: fc2: Linear got shape (N, 8) but wants (*, 9)" in told.err
    assert json.loads(trace.read_text().splitlines()[-1])["event"] == "Failed"
