"""Training over epochs: the bits of a session, and nothing of it disturbed by validation."""

from __future__ import annotations

import json
import math
import random
import signal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from msgspec.structs import replace
from torch import nn

import gradviz
from gradviz.data.loading import build_loader
from gradviz.engine.fitting.fitting import Fitting
from gradviz.engine.loop.seed import random_state
from gradviz.errors import BuildError, DataError, UsageError
from gradviz.spec.data import Split
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.model import Choice
from gradviz.spec.project import Project
from tests.engine.fitting.projects import moons

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "scheduler": {"scheduler": Choice("StepLR", {"step_size": 2, "gamma": 0.5})},
    "plateau": {"scheduler": Choice("ReduceLROnPlateau", {"patience": 1})},
    "accumulate": {"accumulate": 4},
    "closure": {"optimizer": Choice("LBFGS", {"lr": 0.1, "max_iter": 3})},
    "evaluate": {"evaluate": True},
    "odd order": {"order": ("forward", "loss", "backward", "step")},
    "in order": {"data": {"shuffle": False, "drop_last": True}},
    "not split": {"data": {"split": None, "batch_size": 8}},
    "edits": {
        "edits": (
            GradEdit("fc2.weight", "scale", 0.1, first=2),
            ValueEdit("optimizer.lr", "scale", 0.5, first=3, last=8),
            GradEdit("fc2/AddmmBackward0[1]", "sign", first=1, last=4),
        )
    },
}  # fmt: skip


def bits(model: nn.Module) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}


def recorded(project: Project, iterations: int) -> gradviz.Session:
    session = gradviz.Session.from_project(project)
    while session.iterations < iterations:
        assert session.run_iteration()
    return session


@pytest.mark.parametrize("name", VARIANTS)
def test_the_parameters_are_those_of_a_session_to_the_bit(name: str) -> None:
    project = moons(**VARIANTS[name])
    fitted = gradviz.fit(project, epochs=3)
    last = fitted.history.epochs[-1]
    session = recorded(project, last.iterations)
    assert bits(fitted.model) == bits(session.model)
    assert len(fitted.history.losses) == last.iterations >= 15
    grads = [p.grad for p in fitted.model.parameters()]
    for mine, its in zip(grads, (p.grad for p in session.model.parameters()), strict=True):
        assert (mine is None) == (its is None)
        assert mine is None or mine.equal(its)


def test_weights_of_a_file_are_where_it_begins(tmp_path: Path) -> None:
    first = gradviz.fit(moons(), epochs=1)
    gradviz.save_weights(first.model, tmp_path / "w.safetensors")
    project = moons(weights=str(tmp_path / "w.safetensors"))
    fitted = gradviz.fit(project, epochs=1)
    assert bits(fitted.model) == bits(recorded(project, 6).model) != bits(first.model)


def test_the_example_trains_as_its_session_does(examples: Path) -> None:
    project = gradviz.load(examples / "letters_cnn.gradviz")
    project = replace(project, data=replace(project.data, batch_size=256))
    fitted = gradviz.fit(project)
    count = fitted.history.epochs[0].iterations
    assert bits(fitted.model) == bits(recorded(project, count).model)


def test_workers_give_the_same() -> None:
    fitted = gradviz.fit(moons(), epochs=2)
    assert bits(fitted.model) == bits(gradviz.fit(moons(data={"workers": 2}), epochs=2).model)


def test_going_on_is_the_same_as_one_run() -> None:
    parts = Fitting(moons())
    parts.run(1)
    parts.run(2)
    whole = gradviz.fit(moons(), epochs=3)
    assert bits(parts.model) == bits(whole.model)
    assert [each.epoch for each in parts.history.epochs] == [1, 2, 3]
    assert parts.history.losses == whole.history.losses


def test_validation_is_what_plain_pytorch_finds() -> None:
    project = moons()
    fitted = gradviz.fit(project, epochs=2)
    model, last = fitted.model, fitted.history.epochs[-1]
    assert model.training
    model.eval()
    loss = right = count = 0
    classes = torch.zeros(2)
    with torch.no_grad():
        for x, y in build_loader(project.data, seed=5, part="validation"):
            scores = model(x)
            loss += nn.functional.cross_entropy(scores, y).item() * len(y)
            right += int((scores.argmax(1) == y).sum())
            count += len(y)
            classes += torch.bincount(y, minlength=2)
    assert last.validation_loss == loss / count
    assert last.validation_accuracy == right / count
    assert fitted.history.samples == fitted.history.judged == count == 10
    assert fitted.history.guessing == classes.max().item() / 10


def test_training_numbers_are_those_of_the_iterations() -> None:
    project = moons()
    fitted = gradviz.fit(project, epochs=1)
    session = gradviz.Session.from_project(project)
    loss = right = 0
    for number in range(6):
        session.step_iteration()
        assert session.event.iteration == number
        batch = session.trace.events[session.recorded.begun[number].event].values
        events = session.trace.events
        value = next(e for e in reversed(events) if type(e).__name__ == "LossComputed").value
        target = session.trace.value(batch["target"])
        scores = next(e for e in reversed(events)
                      if type(e).__name__ == "OpRan" and e.module == "fc2").outputs[0]  # fmt: skip
        loss += session.trace.value(value).item() * len(target)
        right += int((session.trace.value(scores).argmax(1) == target).sum())
    epoch = fitted.history.epochs[0]
    assert (epoch.train_loss, epoch.train_accuracy) == (loss / 40, right / 40)


def test_the_generators_of_the_program_are_left_alone() -> None:
    before = random_state()
    gradviz.fit(moons(), epochs=2)
    after = random_state()
    assert before.cpu.equal(after.cpu)
    assert before.python == after.python == random.getstate()
    assert np.array_equal(before.numpy["state"]["key"], after.numpy["state"]["key"])


def test_a_model_that_remembers_forgets_what_was_validated(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import torch\nfrom torch import nn\n"
        "class Counting(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.calls = 0\n"
        "        self.register_buffer('sum', torch.zeros(()))\n"
        "    def forward(self, x):\n"
        "        self.calls += 1\n"
        "        self.sum += x.detach().sum()\n"
        "        return x * (1 + 0.01 * self.calls) + torch.rand(()) + self.sum\n"
    )
    project = moons()
    blocks = tuple(
        replace(b, kind="Counting", settings={}) if b.name == "drop" else b
        for b in project.model.blocks
    )
    project = replace(project, model=replace(project.model, blocks=blocks), files=(str(file),))
    with pytest.raises(UsageError, match=r"mine\.py"):
        gradviz.fit(project)
    fitted = gradviz.fit(project, epochs=3, trust=True)
    session = gradviz.Session.from_project(project, trust=True)
    for _ in range(18):
        session.run_iteration()
    assert bits(fitted.model) == bits(session.model)
    assert fitted.model.get_submodule("drop").calls == 18


def test_each_epoch_is_told_and_the_history_is_plain_data() -> None:
    told = []
    history = gradviz.fit(moons(), epochs=3, tell=told.append).history
    assert told == list(history.epochs)
    assert [each.iterations for each in told] == [6, 12, 18]
    assert all(each.whole and each.seconds > 0 for each in told)
    read = msgspec.json.decode(msgspec.json.encode(history), type=type(history))
    assert read == history
    assert json.loads(msgspec.json.encode(history))["epochs"][0]["epoch"] == 1
    assert history.best == min(told, key=lambda each: each.validation_loss)
    assert history.last == told[-1]


def test_regression_has_no_accuracy() -> None:
    data = {"dataset": Choice("Line", {"count": 50}), "batch_size": 10}
    project = moons(data=data, outputs=1, loss=Choice("MSELoss"))
    blocks = list(project.model.blocks)
    blocks[0] = replace(blocks[0], settings={"shape": [1]})
    blocks[1] = replace(blocks[1], settings={"in_features": 1, "out_features": 8})
    project = replace(project, model=replace(project.model, blocks=tuple(blocks)))
    history = gradviz.fit(project, epochs=2).history
    assert history.epochs[0].train_accuracy is history.epochs[0].validation_accuracy is None
    assert history.guessing is None
    assert history.epochs[1].validation_loss is not None
    assert history.samples == 10


def test_without_a_split_nothing_is_validated() -> None:
    history = gradviz.fit(moons(data={"split": None, "batch_size": 8}), epochs=2).history
    assert history.samples == 0
    assert history.epochs[1].validation_loss is None
    assert history.best is None
    assert history.last == history.epochs[1]


def test_a_loss_that_is_nan_ends_it_and_is_named() -> None:
    fast = Choice("SGD", {"lr": 3e38})
    fitted = gradviz.fit(moons(optimizer=fast, loss=Choice("CrossEntropyLoss")), epochs=9)
    history = fitted.history
    assert history.ended == "nan"
    assert history.diverged == len(history.losses) - 1
    assert math.isnan(history.losses[-1])
    assert not any(math.isnan(loss) for loss in history.losses[:-1])
    broken = history.epochs[-1]
    assert not broken.whole
    assert broken.validation_loss is None
    assert math.isnan(broken.train_loss)
    assert msgspec.json.encode(history)


def test_ctrl_c_ends_it_after_the_batch_and_keeps_what_there_is() -> None:
    handler = signal.getsignal(signal.SIGINT)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        if asked == 9:
            signal.raise_signal(signal.SIGINT)
        return False

    fitting = Fitting(moons())
    history = fitting.run(100, stop=stop)
    assert signal.getsignal(signal.SIGINT) is handler
    assert history.ended == "interrupted"
    assert history.epochs[-1].iterations == len(history.losses) < 15
    assert bits(fitting.model) == bits(recorded(moons(), len(history.losses)).model)


def test_a_second_ctrl_c_is_as_ever() -> None:
    def tell(_epoch: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        gradviz.fit(moons(), epochs=5, tell=tell)


def test_whoever_asks_can_stop_it() -> None:
    asked = iter([False] * 8 + [True] * 100)
    history = Fitting(moons()).run(100, stop=lambda: next(asked))
    assert history.ended == "interrupted"
    assert history.epochs[0].whole


@pytest.mark.parametrize("raised", ["RuntimeError('no power')", "KeyError(3)"])
def test_what_the_model_raises_ends_it_and_stays(tmp_path: Path, raised: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import torch\nfrom torch import nn\n"
        "class Failing(nn.Module):\n"
        "    calls = 0\n"
        "    def forward(self, x):\n"
        "        if self.training and not x.is_meta:\n"
        "            self.calls += 1\n"
        f"        if self.calls > 9:\n            raise {raised}\n"
        "        return x\n"
    )
    project = moons()
    blocks = tuple(
        replace(b, kind="Failing", settings={}) if b.name == "drop" else b
        for b in project.model.blocks
    )
    project = replace(project, model=replace(project.model, blocks=blocks), files=(str(file),))
    fitted = gradviz.fit(project, epochs=5, trust=True)
    assert fitted.history.ended == "failed"
    assert type(fitted.error).__name__ in raised
    assert fitted.history.epochs[0].iterations == 6
    assert len(fitted.history.losses) < 12


def test_a_loader_that_fails_names_the_sample(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import torch\nfrom torch.utils.data import Dataset\n"
        "class Bad(Dataset):\n"
        "    def __init__(self, bad: int = 0):\n        self.bad = bad\n"
        "    def __len__(self):\n        return 20\n"
        "    def __getitem__(self, index):\n"
        "        if index == self.bad:\n            raise OSError('worn out')\n"
        "        return torch.ones(2), index % 2\n"
    )
    parts = Split(0.2, seed=3)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(3)).tolist()
    kept = order[-1]
    for bad in (order[2], kept):
        data = {"dataset": Choice("Bad", {"bad": bad}), "split": parts, "batch_size": 4}
        fitting = Fitting(replace(moons(data=data), files=(str(file),)), trust=True)
        with pytest.raises(DataError, match="worn out"):
            fitting.run(3)
        assert fitting.history.ended == "failed"
        assert (len(fitting.history.losses) == 4) == (bad == kept)
        assert [each.whole for each in fitting.history.epochs if each.iterations == 4] == (
            [True] if bad == kept else []
        )


def test_what_cannot_be_trained_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="epochs"):
        gradviz.fit(moons(), epochs=0)
    with pytest.raises(UsageError, match="project"):
        gradviz.fit("moons.gradviz")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="validation part gets none"):
        gradviz.fit(moons(data={"split": Split(0.001)}))
    with pytest.raises(BuildError):
        gradviz.fit(moons(outputs=0))
