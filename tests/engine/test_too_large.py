"""Models and data that are too large: told in words before any memory is taken, and at once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

import gradviz
from gradviz.engine.building.shapes import MOST, infer
from gradviz.errors import BuildError, DataError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Wire
from gradviz.spec.project import Project, Training


def around(block: Block, *shape: int, dtype: str = "float32") -> Model:
    start = Block("x", "Input", {"shape": list(shape), "dtype": dtype})
    return Model(
        (start, block, Block("y", "Output")), (Wire("x", block.name), Wire(block.name, "y"))
    )


def project(model: Model, data: Data | None = None) -> Project:
    training = Training(Choice("MSELoss"), Choice("SGD"))
    return Project(model=model, data=data or Data(Choice("Moons", {"count": 8})), training=training)


@pytest.mark.parametrize(
    ("block", "shape", "gib"),
    [
        (Block("big", "Linear", {"in_features": 2, "out_features": 2**31 - 1}), (2,), "48.0"),
        (Block("big", "PositionalEncoding", {"d_model": 64, "max_len": 2**31 - 1}), (3, 64),
         "512.0"),
        (Block("big", "Linear", {"in_features": 2, "out_features": 2**31 - 1}, dtype="float64"),
         (2,), "96.0"),
        (Block("big", "Linear", {"in_features": 9000, "out_features": 9000}, repeat=99), (9000,),
         "59.8"),
    ],
)  # fmt: skip
def test_a_model_says_what_memory_it_would_need(
    block: Block, shape: tuple[int, ...], gib: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine_of(16, monkeypatch)
    model = around(block, *shape, dtype=block.dtype or "float32")
    with pytest.raises(BuildError, match=f"big: the model needs {gib} GiB.*this machine has 16.0"):
        gradviz.build(project(model))


def test_a_batch_says_what_memory_it_would_need(monkeypatch: pytest.MonkeyPatch) -> None:
    _machine_of(16, monkeypatch)
    model = around(Block("up", "Upsample", {"scale_factor": 4096.0}), 1, 4, 4)
    noise = Data(Choice("Noise", {"shape": [1, 4, 4]}), batch_size=32)
    gradviz.build(project(model))
    with pytest.raises(BuildError, match=r"up: .*needs 32\.0 GiB: \(N, 1, 16384, 16384\).* of 32"):
        gradviz.Session.from_project(
            replace(project(_with_parameter(model), noise), training=_cross_entropy())
        )


@pytest.mark.parametrize(
    ("kind", "settings", "gib"),
    [
        ("Noise", {"shape": [3, 10_000, 10_000], "count": 100}, "111.8"),
        ("Latent", {"size": 2**31 - 1, "count": 1000}, "8,000.0"),
        ("Tokens", {"length": 2**31 - 1, "count": 2}, "96.0"),
        ("RandomTensors", {"shapes": [[2**30], [2]], "count": 4, "target": [2]}, "32.0"),
        ("Waves", {"length": 2**30, "count": 4}, "80.0"),
        ("Tones", {"seconds": 5.0, "count": 20_000}, "29.8"),
    ],
)
def test_a_dataset_says_what_memory_it_would_need(
    kind: str, settings: dict[str, Any], gib: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine_of(16, monkeypatch)
    model = around(Block("fc", "Linear", {"in_features": 4, "out_features": 4}), 4)
    with pytest.raises(DataError, match=f"{kind} needs {gib} GiB"):
        gradviz.Session.from_project(project(model, Data(Choice(kind, settings))))


def test_repetitions_of_repetitions_come_to_an_end() -> None:
    inner = Composite(
        name="Inner",
        blocks=(Block("x", "Input"), Block("act", "ReLU", repeat=1000), Block("y", "Output")),
        wires=(Wire("x", "act"), Wire("act", "y")),
    )
    rows = (inner.blocks[0], Block("act", "Inner", repeat=1000), inner.blocks[2])
    outer = replace(inner, name="Outer", blocks=rows)
    model = around(Block("rows", "Outer", repeat=1000), 4)
    found = infer(replace(model, composites=(inner, outer)))
    assert f"rows: with all repetitions the model has more than {MOST:,} blocks" in str(
        found.problems[0]
    )


def test_a_recurrent_layer_has_not_a_million_layers() -> None:
    settings: dict[str, Any] = {"input_size": 4, "hidden_size": 4, "num_layers": 1_000_000}
    found = infer(around(Block("lstm", "LSTM", settings), 3, 4))
    assert "lstm: LSTM.num_layers" in str(found.problems[0])


def _machine_of(gib: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with that much memory, whatever the tests run on."""

    class Memory:
        total = gib * 2**30

    for place in ("gradviz.engine.building.memory", "gradviz.data.room"):
        monkeypatch.setattr(f"{place}.psutil.virtual_memory", Memory)


def _with_parameter(model: Model) -> Model:
    """The model with something to train."""
    first = Block("one", "PReLU")
    return Model(
        (model.blocks[0], first, *model.blocks[1:]),
        (Wire("x", "one"), Wire("one", model.blocks[1].name), *model.wires[1:]),
    )


def _cross_entropy() -> Training:
    return Training(Choice("CrossEntropyLoss"), Choice("SGD"))
