"""JSON lines: each line an object, which is a sample."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from torch.utils.data import Dataset

from gradviz.data.reading.files import File, found, opened
from gradviz.data.reading.lines import Lines
from gradviz.data.reading.recent import Recent
from gradviz.data.reading.survey import CLASSES
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

EVERY = 64
BUDGET = 1 << 24
LARGEST = 2**63


class JsonSamples(Dataset[dict[str, Any]]):
    """Objects of a file as dicts, read when they are asked for: every 64th line is known by its
    place.

    Texts stay, whole numbers are ints; numbers of a key that are not all whole, and lists of
    numbers, are tensors. The texts of the target are numbers of ``classes``.
    """

    classes: tuple[str, ...]

    def __init__(self, file: File, inputs: tuple[str, ...], target: str) -> None:
        self.file = file
        self._goal = (target,) if target else ()
        self._keys = tuple(dict.fromkeys((*inputs, *self._goal))) if inputs else ()
        self._target = target
        self._places = array("q")
        self._count = 0
        self._floats: set[str] = set()
        texts: set[str] = set()
        with opened(file) as stream:
            lines = Lines(file, stream, 0, "utf-8-sig")
            objects = self._objects(lines)
            while True:
                place = lines.offset
                block = list(islice(objects, EVERY))
                if not block:
                    break
                self._places.append(place)
                self._count += len(block)
                for each in block:
                    self._look(each, texts)
        if not self._count:
            raise DataError(
                N_("there is no row of data in it"),
                where=str(file),
                mend=N_("give a file with an object a line"),
            )
        self._numbers: dict[str, int] = {}
        if texts:
            self.classes = tuple(sorted(texts))
            self._numbers = {name: number for number, name in enumerate(self.classes)}
        self._recent: Recent[list[dict[str, Any]]] = Recent(BUDGET)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        at, place = divmod(index % len(self), EVERY)
        found = self._recent.get(at, self._block)[place]
        return {key: self._value(key, found[key]) for key in self._keys}

    def _block(self, at: int) -> tuple[list[dict[str, Any]], int]:
        with opened(self.file) as stream:
            lines = Lines(self.file, stream, self._places[at], "utf-8-sig" if at == 0 else "utf-8")
            block = list(islice(self._objects(lines), EVERY))
        return block, 8 * (lines.offset - self._places[at])

    def _objects(self, lines: Lines) -> Iterator[dict[str, Any]]:
        """The object of each line but empty ones."""
        for line in lines:
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise self._wrong(
                    lines, N_("line {line} is no JSON: {reason}"), reason=_said(error)
                ) from error
            if not isinstance(value, dict):
                raise self._wrong(lines, N_("line {line} is no object: it begins with “{start}”"),
                                  start=line[:20].strip())  # fmt: skip
            yield self._checked(value, lines)

    def _checked(self, value: dict[str, Any], lines: Lines) -> dict[str, Any]:
        """What was asked for; all of the first object if nothing was."""
        self._keys = self._keys or tuple(dict.fromkeys((*value, *self._goal)))
        for key in self._keys:
            if value.get(key) is None:
                raise self._wrong(
                    lines,
                    N_("line {line} has nothing for the key “{key}”; it has: {known}"),
                    key=key,
                    known=", ".join(list(value)[:30]),
                )
            flat = list(_numbers(value[key]))
            if any(isinstance(each, int) and abs(each) >= LARGEST for each in flat):
                raise self._wrong(
                    lines, N_("line {line}, key “{key}”: a number is beyond 64 bits"), key=key
                )
            if isinstance(value[key], list) and flat and not _even(value[key]):
                raise self._wrong(
                    lines, N_("line {line}, key “{key}”: the lists in it differ in length"), key=key
                )
        return {key: value[key] for key in self._keys}

    def _look(self, value: dict[str, Any], texts: set[str]) -> None:
        for key in self._keys:
            if key not in self._floats and any(isinstance(n, float) for n in _numbers(value[key])):
                self._floats.add(key)
        goal = value.get(self._target)
        if isinstance(goal, str):
            texts.add(goal)
            if len(texts) > CLASSES:
                raise DataError(
                    N_("column “{column}” has more than {most} different texts"),
                    where=str(self.file),
                    mend=N_("choose another column as target: each text of it is a class"),
                    column=self._target,
                    most=CLASSES,
                )

    def _value(self, key: str, value: Any) -> Any:
        if key == self._target and isinstance(value, str):
            return self._numbers[value]
        dtype = torch.float32 if key in self._floats else torch.int64
        if isinstance(value, list) and next(_numbers(value), None) is not None:
            return torch.tensor(value, dtype=dtype)
        if key in self._floats and isinstance(value, int | float):
            return torch.tensor(value, dtype=torch.float32)
        return value

    def _wrong(self, lines: Lines, what: str, **fields: object) -> DataError:
        return DataError(
            what,
            where=str(self.file),
            mend=N_("correct the line, or leave it out"),
            line=lines.number,
            **fields,
        )


@DATASETS.add("files")
def JSONLines(path: str = "", inputs: tuple[str, ...] = (), target: str = "") -> JsonSamples:
    """Objects of a JSON lines file of yours, one a line, as dicts with the keys that you name, else
    all. Lists of numbers are tensors; the texts of the target are classes.
    """
    return JsonSamples(found(path), inputs, target)


def _numbers(value: Any) -> Iterator[int | float]:
    """The numbers in a number or nested lists of them; none if there is anything else."""
    flat: list[int | float] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            flat.append(each)
        else:
            return iter(())
    return iter(flat)


def _even(value: Any) -> bool:
    """Whether lists in lists are all of one length."""
    if not any(isinstance(each, list) for each in value):
        return True
    if not all(isinstance(each, list) for each in value) or len(set(map(len, value))) > 1:
        return False
    return all(map(_even, value))


def _said(error: Exception) -> str:
    return str(error).partition("\n")[0] if isinstance(error, ValueError) else "nested too deep"
