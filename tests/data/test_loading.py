"""A project's data as torch's own loader: parts, transforms, samplers, collate, workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset, random_split

import gradviz
from gradviz.data.loading import build_loader, build_samples
from gradviz.data.points import Moons
from gradviz.data.transformed import Compose, Transformed
from gradviz.engine.catalogues.catalogues import catalogues_of
from gradviz.errors import DataError, UsageError
from gradviz.spec.codec import decode, encode
from gradviz.spec.data import Data, Split
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.trace.pipeline import SampleFetched, TransformApplied

MOONS = Choice("Moons", {"count": 50})
HALF = Choice("Normalize", {"mean": [0.5], "std": [2.0]})


def batches(loader: DataLoader[Any]) -> list[Any]:
    return list(loader)


def test_parts_are_those_of_random_split_and_share_nothing() -> None:
    data = Data(MOONS, split=Split(0.2, 0.1, seed=7), batch_size=50)
    points = Moons(50)
    drawn = random_split(points, [35, 10, 5], torch.Generator().manual_seed(7))
    seen = []
    for part, subset in zip(("train", "validation", "test"), drawn, strict=True):
        samples = build_samples(data, part=part)  # type: ignore[arg-type]
        assert samples.indices == subset.indices  # type: ignore[attr-defined]
        seen += subset.indices
    assert sorted(seen) == list(range(50))


def test_what_is_not_for_training_comes_in_its_own_order_and_whole() -> None:
    data = Data(MOONS, split=Split(0.5), batch_size=8, drop_last=True)
    loader = build_loader(data, seed=0, part="validation")
    assert sum(len(target) for _, target in loader) == 25
    first, again = batches(loader)[0], batches(loader)[0]
    assert first[0].equal(again[0])


def test_transforms_change_the_input_and_are_seen_on_the_way() -> None:
    data = Data(MOONS, split=Split(0.2), transforms=(HALF,), batch_size=5)
    plain = build_loader(Data(MOONS, split=Split(0.2), batch_size=5), seed=3)
    pipeline = gradviz.watch_loader(build_loader(data, seed=3))
    for (changed, target), (points, labels) in zip(pipeline, plain, strict=True):
        assert changed.equal((points - 0.5) / 2.0)
        assert target.equal(labels)
    steps = pipeline.batch
    applied = [event for event in steps.events if isinstance(event, TransformApplied)]
    assert [event.name for event in applied] == ["Normalize"] * 5
    before, after = steps.value(applied[4])
    assert after.equal((before - 0.5) / 2.0)
    fetched = [event for event in steps.events if isinstance(event, SampleFetched)]
    subset = pipeline.loader.dataset.samples
    assert [event.inner for event in fetched] == [subset.indices[i] for i in steps.indices]
    assert [event.place for event in fetched] == [0, 1, 2, 3, 4]


def test_a_sampler_and_shuffle_exclude_each_other() -> None:
    with pytest.raises(DataError, match="shuffle"):
        build_loader(Data(MOONS, sampler=Choice("Sequential")), seed=0)
    data = Data(MOONS, sampler=Choice("Sequential"), shuffle=False, batch_size=50)
    (points, _), *_ = build_loader(data, seed=0)
    assert points.equal(Moons(50).tensors[0])


def test_random_draws_with_the_seed() -> None:
    choice = Choice("Random", {"replacement": True, "count": 20})
    data = Data(MOONS, sampler=choice, shuffle=False, batch_size=20)
    (first, _), *_ = build_loader(data, seed=1)
    (again, _), *_ = build_loader(data, seed=1)
    (other, _), *_ = build_loader(data, seed=2)
    assert first.equal(again)
    assert not first.equal(other)


def test_a_part_without_a_share_is_refused() -> None:
    with pytest.raises(DataError, match="no validation part"):
        build_loader(Data(MOONS), seed=0, part="validation")
    with pytest.raises(DataError, match="the test part gets none"):
        build_loader(Data(MOONS, split=Split(0.5)), seed=0, part="test")
    with pytest.raises(DataError, match="none is left"):
        build_loader(Data(MOONS, split=Split(0.5, 0.5)), seed=0)


def test_samples_of_every_form_are_transformed() -> None:
    double = Compose([lambda value: value * 2])
    rows: Any = [(1, 2), [1, 2], {"a": 1, "b": 2}, 1]
    forms = [Transformed([row], double)[0] for row in (rows[0], rows[1], rows[3])]
    assert forms == [(2, 2), [2, 2], 2]
    assert Transformed([rows[2]], double, input="a")[0] == {"a": 2, "b": 2}
    assert rows[2] == {"a": 1, "b": 2}
    assert Transformed([rows[0]], None, double)[0] == (1, 4)


def test_data_survive_the_file() -> None:
    data = Data(
        MOONS,
        split=Split(0.3, 0.1, seed=2),
        transforms=(HALF,),
        sampler=Choice("Sequential"),
        shuffle=False,
        collate=Choice("Pad", {"value": 1.0}),
        workers=2,
    )
    project = _project(data)
    assert decode(encode(project)) == project


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_workers_give_the_same_run(workers: int) -> None:
    data = Data(MOONS, split=Split(0.2), transforms=(HALF,), batch_size=8, workers=workers)
    session = gradviz.Session.from_project(_project(data), workers=True)
    alone = gradviz.Session.from_project(_project(data))
    for each in (session, alone):
        each.step_iteration(3)
    for one, other in zip(session.model.parameters(), alone.model.parameters(), strict=True):
        assert one.equal(other)


OWN = '''
from torch import Tensor
from torch.utils.data import DataLoader, Sampler, TensorDataset, default_collate
import torch

class Backwards(Sampler):
    """From the last to the first."""
    def __init__(self, data_source, step: int = 1):
        self.data_source, self.step = data_source, step
    def __iter__(self):
        return iter(range(len(self.data_source) - 1, -1, -self.step))
    def __len__(self):
        return -(-len(self.data_source) // self.step)

class Shift:
    """Add a number."""
    def __init__(self, by: float = 1.0):
        self.by = by
    def __call__(self, value):
        return value + self.by

def summed(batch: list, scale: float = 1.0):
    """The points times a number."""
    points, labels = default_collate(batch)
    return points * scale, labels

def whole(size: int = 4) -> DataLoader:
    """A loader of mine."""
    points = torch.arange(24.0).reshape(12, 2)
    return DataLoader(TensorDataset(points, torch.zeros(12).long()), batch_size=size)
'''


def test_samplers_transforms_and_collate_of_a_file_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "my_data.py"
    file.write_text(OWN)
    data = Data(
        MOONS,
        transforms=(Choice("Shift", {"by": 3.0}),),
        sampler=Choice("Backwards", {"step": 2}),
        shuffle=False,
        collate=Choice("summed", {"scale": 10.0}),
        batch_size=4,
    )
    project = _project(data, files=(str(file),))
    with pytest.raises(UsageError, match="trust"):
        gradviz.Session.from_project(project)
    tables = catalogues_of(project, True).data
    points, _ = next(iter(build_loader(data, seed=0, tables=tables)))
    assert points.equal((Moons(50).tensors[0][[49, 47, 45, 43]] + 3.0) * 10.0)
    session = gradviz.Session.from_project(project, trust=True)
    session.step_iteration()
    steps = session.batch_steps()
    assert steps is not None
    assert steps.indices == (49, 47, 45, 43)


def test_a_whole_loader_of_a_file_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "my_data.py"
    file.write_text(OWN)
    project = _project(Data(Choice("whole", {"size": 6})), files=(str(file),))
    session = gradviz.Session.from_project(project, trust=True)
    session.step_iteration()
    steps = session.batch_steps()
    assert steps is not None
    assert steps.indices == (0, 1, 2, 3, 4, 5)
    tables = catalogues_of(project, True).data
    with pytest.raises(DataError, match="gives whole batches"):
        build_loader(Data(Choice("whole"), split=Split(0.2)), seed=0, tables=tables)


def test_a_session_takes_dicts_by_their_keys() -> None:
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 2)
    rows = [{"point": torch.ones(2) * i, "label": i % 2} for i in range(8)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = torch.nn.CrossEntropyLoss()
    loader = DataLoader(rows, batch_size=4)  # type: ignore[arg-type]
    session = gradviz.Session(model, loss, optimizer, loader, inputs=["point"], target="label")
    session.step_iteration()
    with pytest.raises(DataError, match="point, label"):
        gradviz.Session(model, loss, optimizer, loader).step()
    with pytest.raises(DataError, match="“points”"):
        gradviz.Session(model, loss, optimizer, loader, inputs=["points"], target="label").step()


def _project(data: Data, files: tuple[str, ...] = ()) -> Project:
    model = Model(
        (
            Block("x", "Input", {"shape": [2]}),
            Block("fc", "Linear", {"in_features": 2, "out_features": 2}),
            Block("y", "Output"),
        ),
        (Wire("x", "fc"), Wire("fc", "y")),
    )
    training = Training(Choice("CrossEntropyLoss"), Choice("SGD", {"lr": 0.1}))
    return Project(model=model, data=data, training=training, files=files)


def test_tensors_are_not_shared_with_what_they_were_made_of() -> None:
    rows = TensorDataset(torch.ones(4, 2), torch.zeros(4))
    changed, _ = Transformed(rows, Compose([lambda value: value.add(1)]))[0]
    assert changed.tolist() == [2.0, 2.0]
    assert rows.tensors[0].eq(1).all()


@pytest.mark.parametrize("row", [{"Txt": torch.ones(2), "Class": 1}, (torch.ones(2), 1)])
def test_a_sample_without_the_part_that_is_changed_is_told(row: Any) -> None:
    rows: Any = [{"Text": torch.ones(2), "Class": 1}, row]
    samples = Transformed(rows, Compose([]), input="Text", target="Class")
    pipeline = gradviz.watch_loader(DataLoader(samples, batch_size=2))
    with pytest.raises(DataError, match=r"sample 1 \(place 1 of batch 0\).*has no such part") as e:
        next(iter(pipeline))
    assert e.value.fields["rule"] == "no_part"
