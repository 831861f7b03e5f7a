"""Why collate made what it made, and what surprises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from gradviz import i18n
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import watch_loader
from gradviz.explain.collating import REASONS, surprises, why_collated
from gradviz.trace.pipeline import KeyCollated
from tests.data.pipeline.corpus import Rows, everything


def steps_of(make: Callable[[int], Any]) -> BatchSteps:
    pipeline = watch_loader(DataLoader(Rows(make), batch_size=3))
    next(iter(pipeline))
    return pipeline.batch


def test_each_rule_is_told_in_both_languages() -> None:
    keys = [e for e in steps_of(everything).events if isinstance(e, KeyCollated)]
    assert set(REASONS) - {key.rule for key in keys} == {"registered", "none"}
    for language in i18n.LANGUAGES:
        i18n.use(language)
        for key in keys:
            assert "{" not in why_collated(key)
    i18n.use("en")
    told = {key.path: why_collated(key) for key in keys}
    assert told["['float']"].startswith("Python floats have 64 bits, so they become float64.")
    assert told["['int']"] == "Python ints become int64, which is what class labels must be."
    assert told["['text']"] == "No tensor holds text, so the texts stay as they are, in a list."


SURPRISING: dict[str, tuple[Callable[[int], Any], str]] = {
    "extra_key": (lambda i: {"x": 1, **({"new": 2} if i else {})}, ""),
    "turned_list": (lambda i: ([1, 2, 3], i), "[0]"),
    "float64": (lambda i: (i / 2, i), "[0]"),
    "mixed": (lambda i: torch.tensor(i / 2) if i else torch.tensor(i), ""),
}


@pytest.mark.parametrize("name", SURPRISING)
def test_what_is_allowed_and_not_meant(name: str) -> None:
    make, path = SURPRISING[name]
    notes = surprises(steps_of(make).events)
    assert (name, path) in [(note.name, note.path) for note in notes]
    assert all("{" not in note.text for note in notes)


def test_a_healthy_batch_has_no_surprise() -> None:
    steps = steps_of(lambda i: {"image": torch.ones(3, 2, 2), "label": i, "text": "x"})
    assert surprises(steps.events) == ()
