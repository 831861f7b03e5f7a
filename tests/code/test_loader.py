"""The data of a project in the code that is exported: it trains to the same bits."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

import gradviz
from gradviz.code.program import to_python
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from tests.exported import trained

MOONS = Choice("Moons", {"count": 50})
NOISE = Choice("GaussianNoise", {"clip": False})
SHIFTED = Choice("Normalize", {"mean": [0.1, 0.2], "std": [0.5, 2.0]})

OWN = '''
"""Data of mine."""

import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler, TensorDataset, default_collate


class Opinions(Dataset):
    """Words and what they say."""

    def __init__(self, count: int = 12):
        self.rows = [
            {"Text": ["a good film", "so very bad", "good"][i % 3], "Class": ["yes", "no"][i % 2]}
            for i in range(count)
        ]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.rows[index]


class Backwards(Sampler):
    """From the last to the first."""

    def __init__(self, data_source, step: int = 1, generator=None):
        self.data_source, self.step, self.generator = data_source, step, generator

    def __iter__(self):
        torch.rand(1, generator=self.generator)
        return iter(range(len(self.data_source) - 1, -1, -self.step))

    def __len__(self):
        return -(-len(self.data_source) // self.step)


class Shake:
    """Add numbers of every generator."""

    def __init__(self, by: float = 1.0):
        self.by = by

    def __call__(self, value):
        return value + self.by * (random.random() + np.random.rand() + torch.rand(2))


def scaled(batch: list, scale: float = 1.0):
    """The points times a number."""
    points, labels = default_collate(batch)
    return points * scale, labels


def whole(size: int = 4) -> DataLoader:
    """A loader of mine."""
    points = torch.arange(24.0).reshape(12, 2)
    return DataLoader(TensorDataset(points, torch.zeros(12).long()), batch_size=size)
'''


def of_points(data: Data, **more: Any) -> Project:
    model = Model(
        (
            Block("point", "Input", {"shape": [2]}),
            Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
            Block("drop", "Dropout", {"p": 0.3}),
            Block("scores", "Output"),
        ),
        (Wire("point", "fc"), Wire("fc", "drop"), Wire("drop", "scores")),
    )
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1}), seed=3)
    return Project(name="net", model=model, data=data, training=training, **more)


def of_words(data: Data, *, length: int, **more: Any) -> Project:
    model = Model(
        (
            Block("words", "Input", {"shape": [length], "dtype": "int64"}),
            Block("embed", "Embedding", {"num_embeddings": 12, "embedding_dim": 4}),
            Block("mean", "Mean", {"dim": 1}),
            Block("fc", "Linear", {"in_features": 4, "out_features": 2}),
            Block("scores", "Output"),
        ),
        tuple(
            Wire(a, b)
            for a, b in (("words", "embed"), ("embed", "mean"), ("mean", "fc"), ("fc", "scores"))
        ),
    )
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1}), seed=3)
    return Project(name="net", model=model, data=data, training=training, **more)


def same(project: Project, epochs: int = 3, *, trust: bool = False) -> str:
    """The code, which trains to the bits of the session, whatever was drawn before."""
    session = gradviz.Session.from_project(project, trust=trust, workers=True)
    assert isinstance(session.loader, DataLoader)
    for _ in range(epochs * len(session.loader)):
        assert session.run_iteration()
    text = to_python(project, trust=trust)
    torch.manual_seed(99)
    random.seed(98)
    np.random.seed(97)
    model = trained(text, epochs)
    state = session.model.state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, state[name]), name
    return text


@pytest.mark.parametrize(
    "data",
    [
        {"split": Split(0.26, 0.1, seed=5)},
        {"split": Split(0.0, 0.3)},
        {"split": Split(0.0, 0.0)},
        {"transforms": (SHIFTED,)},
        {"transforms": (SHIFTED, NOISE)},
        {"transforms": (NOISE,), "workers": 2},
        {"target_transforms": (Choice("ToNumber"), Choice("Cast", {"dtype": "int64"}))},
        {"target_transforms": (Choice("ToNumber", {"classes": ["0", "1"]}),)},
        {"sampler": Choice("Sequential")},
        {"sampler": Choice("Random", {"replacement": True, "count": 20})},
        {"sampler": Choice("Weighted"), "split": Split(0.3)},
        {"sampler": Choice("Weighted", {"weights": [0.1, 0.9], "count": 12})},
        {"sampler": Choice("SubsetRandom", {"share": 0.5})},
        {"sampler": Choice("SubsetRandom", {"indices": [3, 1, 4, 15, 9, 2, 6, 5]})},
        {"sampler": Choice("LikeLength"), "drop_last": True, "transforms": (NOISE,)},
        {"collate": Choice("Pad", {"value": 1.0})},
        {"shuffle": False, "drop_last": True, "workers": 1},
    ],
    ids=str,
)
def test_the_code_trains_to_the_same_bits(data: dict[str, Any]) -> None:
    told = {"shuffle": False, **data} if "sampler" in data else data
    same(of_points(Data(MOONS, batch_size=8, **told)))


def test_a_reconstruction_is_of_what_was_transformed() -> None:
    data = Data(MOONS, transforms=(SHIFTED,), split=Split(0.2), target="input", batch_size=8)
    project = of_points(data)
    training = Training(Choice("MSELoss"), Choice("SGD"), seed=3)
    text = same(Project(name="net", model=project.model, data=data, training=training))
    assert "train_set = Reconstruction(train_set)\n" in text


def test_images_are_changed_as_torchvision_does(tmp_path: Path) -> None:
    transforms = (
        Choice("RandomCrop", {"size": 28, "padding": 2}),
        Choice("RandomHorizontalFlip"),
        Choice("RandomRotation", {"degrees": 10.0}),
        Choice("Resize", {"size": [7, 9]}),
        Choice("CenterCrop", {"size": 6}),
        Choice("Normalize"),
    )
    noise = Choice("Noise", {"shape": [1, 28, 28], "classes": 2, "count": 20})
    model = Model(
        (
            Block("image", "Input", {"shape": [1, 6, 6]}),
            Block("flat", "Flatten"),
            Block("fc", "Linear", {"in_features": 36, "out_features": 2}),
            Block("scores", "Output"),
        ),
        (Wire("image", "flat"), Wire("flat", "fc"), Wire("fc", "scores")),
    )
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD"), seed=3)
    data = Data(noise, transforms=transforms, batch_size=4, workers=2)
    text = same(Project(name="net", model=model, data=data, training=training))
    assert "    transform = Compose(\n        [\n            RandomCrop(28, padding=2),\n" in text


def test_dicts_of_text_are_taken_by_their_keys(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    data = Data(
        Choice("Opinions"),
        split=Split(0.25),
        transforms=(Choice("Tokenize"), Choice("PadTo", {"length": 5})),
        target_transforms=(Choice("ToNumber"),),
        inputs=("Text",),
        target="Class",
        batch_size=4,
    )
    files = (str(tmp_path / "mine.py"),)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        text = same(of_words(data, length=5, files=files), trust=True)
    assert 'Tokenize([sample["Text"] for sample in train_set])' in text
    assert 'inputs, target = batch["Text"], batch["Class"]\n' in text
    assert 'Transformed(train_set, transform, target_transform, input="Text", target="Class")' in (
        " ".join(text.split()).replace("( ", "(").replace(", )", ")").replace(" )", ")")
    )


def test_what_files_of_the_users_have_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mine.py").write_text(OWN)
    data = Data(
        MOONS,
        transforms=(SHIFTED, Choice("Shake", {"by": 3.0})),
        sampler=Choice("Backwards", {"step": 2}),
        shuffle=False,
        collate=Choice("scaled", {"scale": 0.1}),
        batch_size=8,
    )
    text = same(of_points(data, files=(str(tmp_path / "mine.py"),)), trust=True)
    assert "\nfrom mine import Backwards, Shake, scaled\n" in text
    assert "sampler=Backwards(dataset, generator=generator, step=2)" in text
    assert "collate_fn=partial(scaled, scale=0.1)" in text


def test_a_whole_loader_of_the_users_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mine.py").write_text(OWN)
    files = (str(tmp_path / "mine.py"),)
    text = same(of_points(Data(Choice("whole", {"size": 6})), files=files), trust=True)
    assert "    loader = whole(size=6)\n" in text


def test_a_model_is_not_called_like_what_the_data_need() -> None:
    project = of_points(Data(MOONS, transforms=(SHIFTED,), batch_size=8))
    named = Project(
        name="normalize", model=project.model, data=project.data, training=project.training
    )
    assert "model = NormalizeNet()\n" in same(named)
