"""The loader of a project as code: parts, transforms, sampler, collate, and torch's DataLoader."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from torch.utils.data import DataLoader

from gradviz.code.definitions import definitions, made
from gradviz.code.lines import Line
from gradviz.code.written import text_of
from gradviz.data.loading import keys_of, learns
from gradviz.data.reconstruction import Reconstruction
from gradviz.data.tables import AUGMENTATION
from gradviz.data.transformed import Compose, Transformed
from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.spec.catalogue import Kind
from gradviz.spec.data import Data
from gradviz.spec.model import Choice


class LoaderCode(Struct, frozen=True):
    """The lines that end with ``loader = …``, and the definitions of ours that they need."""

    lines: tuple[Line, ...]
    needs: dict[str, str]


def loader_of(data: Data, seed: int, dataset: str, catalogues: Catalogues) -> LoaderCode:
    """The loader of a project; ``dataset`` is the expression that makes its samples."""
    if _gives_loader(catalogues.data.datasets[data.dataset.kind]):
        return LoaderCode((Line(f"loader = {dataset}"),), {})
    writer = _Writer(data, seed, catalogues)
    writer.line(f"dataset = {dataset}")
    writer.split()
    writer.transform()
    writer.load()
    return LoaderCode(tuple(writer.lines), writer.needs)


def is_own(data: Data, catalogues: Catalogues) -> bool:
    """Whether files of the user's make the samples, change or join them: they may draw random
    numbers as they like.
    """
    tables = catalogues.data
    choices: Iterable[tuple[Any, Choice | None]] = [
        (tables.datasets, data.dataset),
        (tables.samplers, data.sampler),
        (tables.collates, data.collate),
        *((tables.transforms, each) for each in (*data.transforms, *data.target_transforms)),
    ]
    return any(choice is not None and table[choice.kind].home for table, choice in choices)


class _Writer:
    """The lines, one after the other; ``name`` is the variable that holds the samples."""

    def __init__(self, data: Data, seed: int, catalogues: Catalogues) -> None:
        self.data = data
        self.seed = seed
        self.tables = catalogues.data
        self.name = "dataset"
        self.lines: list[Line] = []
        self.needs: dict[str, str] = {}

    def line(self, text: str) -> None:
        """One more line."""
        self.lines.append(Line(text))

    def split(self) -> None:
        """The parts, as `gradviz.spec.data.Split` counts them."""
        split = self.data.split
        if split is None:
            return
        kept = {"validation": split.validation, "test": split.test}
        kept = {part: share for part, share in kept.items() if share}
        for part, share in kept.items():
            self.line(f"{part} = round({share!r} * len(dataset))")
        sizes = ", ".join([" - ".join(("len(dataset)", *kept)), *kept])
        names = ", ".join(f"{part}_set" for part in ("train", *kept))
        generator = f"torch.Generator().manual_seed({split.seed})"
        if kept:
            self.line(f"{names} = random_split(dataset, [{sizes}], generator={generator})")
        else:
            self.line(f"(train_set,) = random_split(dataset, [{sizes}], generator={generator})")
        self.name = "train_set"

    def transform(self) -> None:
        """What changes input and target of a sample."""
        data = self.data
        input, target = keys_of(data)
        forward = self._composed(data.transforms, input, "transform")
        backward = self._composed(data.target_transforms, target, "target_transform")
        if forward or backward:
            self._need(definitions(Transformed))
            given = [self.name, *(["transform"] if forward else [])]
            if backward:
                given.append("target_transform" if forward else "target_transform=target_transform")
            if data.inputs:
                given += [f"input={input!r}", f"target={target!r}"]
            self.line(f"{self.name} = Transformed({', '.join(given)})")
        if data.reconstructs:
            self._need(definitions(Reconstruction))
            if data.split or forward or backward:
                self.line(f"{self.name} = Reconstruction({self.name})")

    def load(self) -> None:
        """Torch's DataLoader."""
        data = self.data
        generator = f"torch.Generator().manual_seed({self.seed})"
        sampler, is_batches = "", False
        if data.sampler is not None:
            kind = self.tables.samplers[data.sampler.kind]
            is_batches = "batch_size" in kind.given
            if "generator" in kind.given:
                self.line(f"generator = {generator}")
                generator = "generator"
            sampler = self._sampler(kind, data.sampler)
        parts = [self.name]
        if is_batches:
            parts.append(f"batch_sampler={sampler}")
        else:
            parts.append(f"batch_size={data.batch_size}")
            parts += [f"sampler={sampler}"] if sampler else []
            parts += ["shuffle=True"] if data.shuffle else []
            parts += ["drop_last=True"] if data.drop_last else []
        if data.collate is not None:
            parts.append(f"collate_fn={self._collate(data.collate)}")
        if data.workers:
            parts.append(f"num_workers={data.workers}")
        parts.append(f"generator={generator}")
        self.line(f"loader = DataLoader({', '.join(parts)})")

    def _sampler(self, kind: Kind[Any], choice: Choice) -> str:
        input, target = keys_of(self.data)
        known = {
            "samples": self.name,
            "labels": f"[int(sample[{target!r}]) for sample in {self.name}]",
            "lengths": f"[len(sample[{input!r}]) for sample in {self.name}]",
            "generator": "generator",
            "batch_size": str(self.data.batch_size),
            "drop_last": str(self.data.drop_last),
        }
        for name in {"labels", "lengths"} & set(kind.given):
            self.line(f"{name} = {known[name]}")
            known[name] = name
        return self._made(kind, choice, {name: known[name] for name in kind.given})

    def _collate(self, choice: Choice) -> str:
        kind = self.tables.collates[choice.kind]
        if not kind.home:
            return self._made(kind, choice)
        rest = [f"{name}={text_of(setting)}" for name, setting in choice.settings.items()]
        return f"partial({', '.join([kind.name, *rest])})" if rest else kind.name

    def _composed(self, choices: Sequence[Choice], place: Any, name: str) -> bool:
        """The line that names the transforms, if there are any."""
        steps: list[str] = []
        always: list[str] = []
        for choice in choices:
            kind = self.tables.transforms[choice.kind]
            given = {}
            if learns(kind, choice):
                given["values"] = self._values(place, always)
            steps.append(self._made(kind, choice, given))
            if kind.group != AUGMENTATION:
                always.append(steps[-1])
        if len(steps) > 1:
            self._need(definitions(Compose))
        if steps:
            self.line(f"{name} = {steps[0] if len(steps) == 1 else _composed(steps)}")
        return bool(steps)

    def _values(self, place: Any, before: Sequence[str]) -> str:
        """What reaches a transform of all samples."""
        value = f"sample[{place!r}]"
        if before:
            self.line(f"before = {before[0] if len(before) == 1 else _composed(before)}")
            value = f"before({value})"
        return f"[{value} for sample in {self.name}]"

    def _made(self, kind: Kind[Any], choice: Choice, given: dict[str, str] | None = None) -> str:
        found = made(kind, choice.settings, given)
        self._need(found.needs)
        return found.text

    def _need(self, needs: typing.Mapping[str, str]) -> None:
        self.needs.update({name: each for name, each in needs.items() if name not in self.needs})


def _composed(steps: Sequence[str]) -> str:
    return f"Compose([{', '.join(steps)}])"


def _gives_loader(kind: Kind[Any]) -> bool:
    """Whether the dataset is a whole loader of the user's."""
    if not kind.home or isinstance(kind.make, type):
        return False
    gives = typing.get_type_hints(kind.make).get("return")
    return inspect.isclass(gives) and issubclass(gives, DataLoader)
