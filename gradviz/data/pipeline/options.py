"""The options of torch's DataLoader that exclude each other, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from gradviz.i18n import N_

Options = Mapping[str, object]

DEFAULTS: dict[str, object] = {
    "batch_size": 1,
    "shuffle": False,
    "sampler": None,
    "batch_sampler": None,
    "drop_last": False,
    "num_workers": 0,
    "prefetch_factor": None,
    "persistent_workers": False,
    "multiprocessing_context": None,
    "timeout": 0,
    "stream": False,
}
"""The options that matter here, as torch has them; ``stream`` says that the dataset is an
`IterableDataset`.
"""


class Exclusion(Struct, frozen=True):
    """``option`` cannot be used beside ``beside``, which is a key of `SITUATIONS`."""

    option: str
    beside: str
    why: str


SITUATIONS: dict[str, Callable[[Options], bool]] = {
    "shuffle": lambda options: bool(options["shuffle"]),
    "sampler": lambda options: options["sampler"] is not None,
    "batch_sampler": lambda options: options["batch_sampler"] is not None,
    "batch_size": lambda options: options["batch_size"] != 1,
    "drop_last": lambda options: bool(options["drop_last"]),
    "prefetch_factor": lambda options: options["prefetch_factor"] is not None,
    "persistent_workers": lambda options: bool(options["persistent_workers"]),
    "multiprocessing_context": lambda options: options["multiprocessing_context"] is not None,
    "timeout": lambda options: bool(options["timeout"]),
    "batch_size=None": lambda options: options["batch_size"] is None,
    "num_workers=0": lambda options: options["num_workers"] == 0,
    "IterableDataset": lambda options: bool(options["stream"]),
}
"""Whether an option is in use."""

_ORDER = N_("A sampler decides the order, and so does shuffle: keep one.")
_BATCHES = N_("A batch sampler gives whole batches, so it decides their size, order and last one.")
_ALONE = N_("With batch_size=None samples come one by one, so there is no last batch to drop.")
_WORKERS = N_("This is for worker processes, and num_workers=0 has none.")
_STREAM = N_("An IterableDataset gives its samples in its own order: nobody can choose an index.")

EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion("shuffle", "sampler", _ORDER),
    Exclusion("sampler", "shuffle", _ORDER),
    *(
        Exclusion(option, "batch_sampler", _BATCHES)
        for option in ("batch_size", "shuffle", "sampler", "drop_last")
    ),
    *(
        Exclusion("batch_sampler", option, _BATCHES)
        for option in ("batch_size", "shuffle", "sampler", "drop_last")
    ),
    Exclusion("drop_last", "batch_size=None", _ALONE),
    *(
        Exclusion(option, "num_workers=0", _WORKERS)
        for option in ("prefetch_factor", "persistent_workers", "multiprocessing_context")
    ),
    Exclusion("timeout", "num_workers=0", _WORKERS),
    *(
        Exclusion(option, "IterableDataset", _STREAM)
        for option in ("shuffle", "sampler", "batch_sampler")
    ),
)


def conflicts(**options: object) -> tuple[Exclusion, ...]:
    """What torch refuses of these options of a `DataLoader`; those not named are its defaults."""
    used = _used(options)
    return tuple(each for each in EXCLUSIONS if each.option in used and each.beside in used)


def barred(**options: object) -> dict[str, Exclusion]:
    """The options that cannot be used beside these, each with the first reason: to grey out."""
    used = _used(options)
    found: dict[str, Exclusion] = {}
    for each in EXCLUSIONS:
        if each.beside in used and each.option not in used:
            found.setdefault(each.option, each)
    return found


def _used(options: Options) -> set[str]:
    whole = {**DEFAULTS, **options}
    return {name for name, holds in SITUATIONS.items() if holds(whole)}
