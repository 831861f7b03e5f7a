"""The dataset in the code that is exported."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gradviz.code.dataset import dataset_of
from gradviz.code.imports import imports_for
from gradviz.data.catalogue import DATASETS
from gradviz.data.loading import build_dataset
from gradviz.spec.data import Data
from gradviz.spec.model import Choice

OFFLINE: list[tuple[str, dict[str, Any]]] = [
    ("Circles", {"inner": 0.2, "seed": 3}),
    ("Clouds", {}),
    ("Digits", {}),
    ("FiveWords", {}),
    ("Latent", {}),
    ("Letters", {}),
    ("Line", {}),
    ("Logistic", {"slope": -1.0}),
    ("MoonPairs", {}),
    ("Moons", {"count": 7}),
    ("Names", {}),
    ("Names", {"letters": True, "length": 4}),
    ("Noise", {}),
    ("RandomTensors", {"shapes": [[2, 3], []], "dtypes": ["complex64", "bool"], "target": [2]}),
    ("RealOrFake", {}),
    ("Reviews", {"seed": 1}),
    ("Sentences", {}),
    ("Sentences", {"language": "both", "numbers": True}),
    ("Spirals", {"arms": 5, "turns": -0.5}),
    ("Tokens", {}),
    ("Tones", {"count": 9, "seconds": 0.1}),
    ("Waves", {"length": 10}),
    ("XOR", {}),
]
DOWNLOADED = {"FashionMNIST", "MNIST"}


def test_a_function_has_the_types_of_its_arguments() -> None:
    settings = {"shapes": [[3, 8, 8]], "classes": 4, "dtypes": ["float64"]}
    code = dataset_of(Data(Choice("RandomTensors", settings)))
    assert "def random_tensors(shapes: tuple[tuple[int, ...], ...], " in code.definition
    assert "dtypes: tuple[str, ...]=()" in code.definition
    assert code.call == "random_tensors(shapes=((3, 8, 8),), classes=4, dtypes=('float64',))"


def test_all_that_gradviz_brings_is_tried() -> None:
    brought = {kind.name for kind in DATASETS if kind.make.__module__.count(".") == 2}
    assert {name for name, _ in OFFLINE} == brought - DOWNLOADED


@pytest.mark.parametrize(("name", "settings"), OFFLINE, ids=str)
def test_the_code_makes_the_same_bits_without_gradviz(
    name: str, settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Data(Choice(name, settings))
    mine: Any = build_dataset(data)
    theirs = written(data, tmp_path, monkeypatch)
    assert len(mine) == len(theirs)
    assert all(same(mine[i], theirs[i]) for i in range(len(mine)))
    for meaning in ("vocabulary", "sample_rate"):
        assert getattr(mine, meaning, None) == getattr(theirs, meaning, None)


def test_what_is_used_stands_in_front_and_once() -> None:
    code = dataset_of(Data(Choice("Tones"))).definition
    heads = [line.partition("(")[0] for line in code.splitlines() if line[:4] in ("def ", "clas")]
    assert heads == ["def glottal_flow", "def resonated", "class LabelledTensors", "def tones"]


def written(data: Data, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the code makes, beside nothing but its files."""
    code = dataset_of(data)
    text = f"{code.definition}\n\n\nsamples = {code.call}\n"
    assert "gradviz" not in text
    for file in code.files:
        shutil.copy(file, folder)
    monkeypatch.chdir(folder)
    made: dict[str, Any] = {}
    exec(compile("\n".join((*imports_for(text, {}), text)), "exported.py", "exec"), made)
    return made["samples"]


def same(mine: Any, theirs: Any) -> bool:
    """Whether they are of one form and have the same bits."""
    if isinstance(mine, Tensor):
        return mine.dtype == theirs.dtype and torch.equal(mine, theirs)
    if isinstance(mine, tuple):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    return type(mine) is type(theirs) and mine == theirs
