"""Datasets from files in exported code: the same samples, bit for bit, without gradviz."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
import soundfile
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

import gradviz
from gradviz.code.dataset import dataset_of
from gradviz.code.fromfiles import FROM_FILES
from gradviz.code.imports import imports_for
from gradviz.data.loading import build_dataset
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from tests.exported import trained

RANDOM = np.random.default_rng(0)


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding) and None


def parquet(path: Path) -> None:
    columns = {
        "a": pa.array([1, None, 3, 4], pa.int32()),
        "b": [0.1, float("nan"), 2.5, 3.5],
        "t": ["나", "가", None, "가"],
        "n": [2, 1, 2, 1],
    }
    pq.write_table(pa.table(columns), path, row_group_size=3)


def images(path: Path) -> None:
    for i, name in enumerate(["b/2.png", "b/10.jpg", "a/deep/x.png", "a/.hidden.png", ".no/x.png"]):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = RANDOM.integers(0, 256, (4 + i, 6, 3), np.uint8)
        Image.fromarray(pixels).save(path / name)
    (path / "a" / "damaged.png").write_bytes(b"no image")


def sounds(path: Path) -> None:
    for i, name in enumerate(["b/2.wav", "b/10.flac", "a/x.wav"]):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path / name, RANDOM.random((50 + 50 * i, 1 + i % 2)) - 0.5, 8000)
    soundfile.write(path / "a" / "other.wav", RANDOM.random(9), 16000)
    (path / "a" / "damaged.wav").write_bytes(b"no sound")


def arrays(save: Callable[..., Any]) -> Callable[[Path], None]:
    held = {"x": RANDOM.random((4, 3)), "y": np.array([3, 1, 1, 7], np.uint8)}
    return lambda path: save(path, held)


def safetensors(path: Path, held: Mapping[str, np.ndarray]) -> None:
    save_file({name: torch.from_numpy(each) for name, each in held.items()}, path)


TABLE = "a,b,t,n\n1,0.1,나,2\n2,1e39,가,1\n3.5,-2,나,2\n"
HOLES = "a;b;t;n\r\n1;0.1;나;2\r\n;1.5;가;1.5\r\n3;NA;나;2\r\n4;2;;2\r\n5;6;가;2\r\n"
JSON = """
{"text": "좋다", "label": "good", "ids": [1, 2], "n": 1, "grid": [[1], [2.5]], "flag": true}
{"text": "bad", "label": "bad", "ids": [3], "n": 0.5, "grid": [[1], [2]], "flag": false}
"""
CASES: dict[str, tuple[str, str, Callable[[Path], Any], dict[str, Any]]] = {
    "table": ("Table", "x.csv", text(TABLE), {"target": "t"}),
    "whole target": ("Table", "x.csv", text(TABLE), {"target": "n", "inputs": ["b"]}),
    "classes of numbers": ("Table", "x.csv", text(TABLE), {"target": "n", "target_as": "class"}),
    "number target": ("Table", "x.csv", text(TABLE), {"target": "n", "target_as": "number"}),
    "no target": ("Table", "x.csv", text(TABLE, "utf-8-sig"), {}),
    "other target": ("Table", "x.csv", text(TABLE), {"target": "a"}),
    "dropped": ("Table", "x.csv", text(HOLES, "cp949"), {"target": "t", "missing": "drop"}),
    "zeros": ("Table", "x.csv", text(HOLES, "cp949"), {"target": "n", "missing": "zero"}),
    "no header": ("Table", "x.tsv", text("1\t2\n3\t4\n"), {"target": "column 2"}),
    "spaces": ("Table", "x.csv", text("a, b\n1, 2\n"), {"target": "b"}),
    "parquet": ("Table", "x.parquet", parquet, {"target": "n", "missing": "drop"}),
    "parquet, zeros": ("Table", "x.parquet", parquet, {"missing": "zero"}),
    "parquet, classes": (
        "Table", "x.parquet", parquet,
        {"target": "n", "inputs": ["n"], "target_as": "class"},
    ),
    "texts": ("TextTable", "x.csv", text(TABLE), {"target": "t"}),
    "texts, some": ("TextTable", "x.csv", text(TABLE), {"columns": ["t"], "target": "n"}),
    "texts, dropped": ("TextTable", "x.csv", text(HOLES), {"missing": "drop"}),
    "texts, zeros": ("TextTable", "x.csv", text(HOLES), {"missing": "zero", "target": "t"}),
    "texts of parquet": ("TextTable", "x", parquet, {"missing": "zero", "target": "t"}),
    "json": ("JSONLines", "x.jsonl", text(JSON), {"target": "label"}),
    "json, some": ("JSONLines", "x.jsonl", text(JSON), {"inputs": ["n", "ids"]}),
    "images": ("ImageFolder", "x", images, {"size": [5, 4]}),
    "images as they are": ("ImageFolder", "x", images, {"tensor": False}),
    "sounds": ("Sounds", "x", sounds, {"sample_rate": 8000, "length": 70, "mono": True}),
    "npy": ("Arrays", "x.npy", lambda path: np.save(path, RANDOM.random((3, 4))), {"axis": 1}),
    "whole npy": ("Arrays", "x.npy", lambda path: np.save(path, np.arange(4).reshape(2, 2)), {}),
    "npz": ("Arrays", "x.npz", arrays(lambda path, held: np.savez(path, **held)),
            {"input": "x", "target": "y"}),
    "mat": ("Arrays", "x.mat", arrays(scipy.io.savemat), {"input": "x", "target": "y"}),
    "mat, classes": ("Arrays", "x.mat", arrays(scipy.io.savemat),
                     {"input": "x", "target": "y", "target_as": "class"}),
    "safetensors": ("Arrays", "x.safetensors", arrays(safetensors),
                    {"input": "x", "target": "y", "target_as": "number"}),
    "one of an archive": ("Arrays", "x.npz", lambda path: np.savez(path, x=np.eye(3)), {}),
}  # fmt: skip


def same(mine: Any, theirs: Any) -> None:
    assert type(mine) is type(theirs)
    if isinstance(mine, Tensor):
        assert mine.dtype == theirs.dtype
        assert torch.equal(mine, theirs)
    elif isinstance(mine, tuple):
        assert len(mine) == len(theirs)
        for pair in zip(mine, theirs, strict=True):
            same(*pair)
    elif isinstance(mine, dict):
        assert list(mine) == list(theirs)
        for key in mine:
            same(mine[key], theirs[key])
    elif isinstance(mine, Image.Image):
        assert np.array_equal(np.asarray(mine), np.asarray(theirs))
    else:
        assert mine == theirs


@pytest.mark.parametrize("case", CASES)
def test_the_code_gives_the_same_samples(case: str, tmp_path: Path) -> None:
    kind, name, make, settings = CASES[case]
    make(tmp_path / name)
    data = Data(Choice(kind, {"path": str(tmp_path / name), **settings}))
    code = dataset_of(data)
    source = "\n".join([*imports_for(f"{code.definition}\n{code.call}", {}), code.definition])
    made: dict[str, Any] = {}
    exec(compile(source, "exported.py", "exec", dont_inherit=True), made)
    theirs: Any = eval(code.call, made)
    mine: Any = build_dataset(data)
    assert len(mine) == len(theirs) > 0
    for i in range(len(mine)):
        same(mine[i], theirs[i])
    assert "gradviz" not in source
    assert code.files == ()


def test_every_dataset_from_files_is_written_before_its_file_is_there() -> None:
    for kind in FROM_FILES:
        for path in ("", "nowhere.csv"):
            named = {"images": path, "labels": path} if kind == "IDX" else {"path": path}
            compile(dataset_of(Data(Choice(kind, named))).call, "x", "eval")


def test_a_project_trains_to_the_same_bits(tmp_path: Path) -> None:
    lines = [f"{a},{b},{'yes' if a > b else 'no'}" for a, b in RANDOM.random((40, 2)).tolist()]
    (tmp_path / "x.csv").write_text("a,b,more\n" + "\n".join(lines))
    model = Model(
        (Block("x", "Input", {"shape": [2]}),
         Block("fc", "Linear", {"in_features": 2, "out_features": 2}), Block("y", "Output")),
        (Wire("x", "fc"), Wire("fc", "y")),
    )  # fmt: skip
    data = Data(Choice("Table", {"path": str(tmp_path / "x.csv"), "target": "more"}), batch_size=8)
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1}))
    project = Project(model=model, data=data, training=training)
    session = gradviz.Session.from_project(project)
    session.step_iteration(5)
    exported = trained(gradviz.to_python(project))
    for mine, theirs in zip(session.model.parameters(), exported.parameters(), strict=True):
        assert torch.equal(mine, theirs)
