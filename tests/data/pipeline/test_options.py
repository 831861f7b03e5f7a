"""Our table refuses exactly what torch refuses."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from torch.utils.data import DataLoader, SequentialSampler

from gradviz.data.pipeline.options import EXCLUSIONS, SITUATIONS, barred, conflicts
from tests.data.pipeline.corpus import ROWS, Pairs, Stream

CHOICES: dict[str, tuple[Any, ...]] = {
    "batch_size": (1, 4, None),
    "shuffle": (False, True),
    "sampler": (None, SequentialSampler(ROWS)),
    "batch_sampler": (None, Pairs()),
    "drop_last": (False, True),
}
WORKERS: dict[str, tuple[Any, ...]] = {
    "num_workers": (0, 2),
    "prefetch_factor": (None, 2),
    "persistent_workers": (False, True),
    "multiprocessing_context": (None, "fork"),
    "timeout": (0, 5),
}


def refused(options: dict[str, Any], *, stream: bool = False) -> bool:
    """Whether torch refuses them, at once or when it begins; no process is started."""
    try:
        loader: DataLoader[Any] = DataLoader(Stream() if stream else ROWS, **options)
        if loader.num_workers == 0:
            iter(loader)
    except (ValueError, AssertionError):
        return True
    return False


@pytest.mark.parametrize("stream", [False, True])
def test_options_of_batches(stream: bool) -> None:
    for values in product(*CHOICES.values()):
        options = dict(zip(CHOICES, values, strict=True))
        assert bool(conflicts(**options, stream=stream)) == refused(options, stream=stream), options


@pytest.mark.parametrize("batches", [{}, {"shuffle": True, "batch_size": 4}])
def test_options_of_workers(batches: dict[str, Any]) -> None:
    for values in product(*WORKERS.values()):
        options = {**batches, **dict(zip(WORKERS, values, strict=True))}
        assert bool(conflicts(**options)) == refused(options), options


@pytest.mark.parametrize("exclusion", EXCLUSIONS, ids=lambda each: f"{each.option}-{each.beside}")
def test_each_exclusion_is_torchs(exclusion: Any) -> None:
    """What the table says of two options, torch says of them alone."""
    choices = {**CHOICES, **WORKERS}
    options: dict[str, Any] = {exclusion.option: choices[exclusion.option][1]}
    beside, _, value = exclusion.beside.partition("=")
    if beside in choices:
        options[beside] = {"None": None, "0": 0, "": choices[beside][1]}[value]
    stream = exclusion.beside == "IterableDataset"
    assert exclusion in conflicts(**options, stream=stream)
    assert refused(options, stream=stream)
    assert exclusion.beside in SITUATIONS


def test_what_is_greyed_out_and_why() -> None:
    grey = barred(batch_sampler=Pairs(), num_workers=2)
    assert set(grey) == {"batch_size", "shuffle", "sampler", "drop_last"}
    assert "whole batches" in grey["shuffle"].why
    assert set(barred(num_workers=2)) == set()
    assert set(barred()) == {
        "prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout",
    }  # fmt: skip
    assert barred(shuffle=True)["sampler"].beside == "shuffle"
