"""Which choices of a project's data exclude each other, and why."""

from __future__ import annotations

import inspect
import typing
from typing import Any

from torch.utils.data import DataLoader, IterableDataset

from gradviz.data.pipeline.options import barred
from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.i18n import N_
from gradviz.spec.catalogue import Kind
from gradviz.spec.data import Data

WHOLE = N_("The file gives a whole loader, so nothing here can change its samples or batches.")
OPTIONS = ("shuffle", "sampler", "drop_last", "batch_size")
OF_SAMPLES = ("split", "transforms", "target_transforms", "collate", "workers")


def barred_of(data: Data, catalogues: Catalogues) -> dict[str, str]:
    """What cannot be chosen beside the rest, each with the reason as a template.

    What is in use is never barred, so that it can be taken back; a sampler can always be chosen,
    for that turns shuffle off.
    """
    tables = catalogues.data
    made = (
        _gives(tables.datasets[data.dataset.kind]) if data.dataset.kind in tables.datasets else None
    )
    if made is not None and issubclass(made, DataLoader):
        used = {name for name in OF_SAMPLES if getattr(data, name)}
        return dict.fromkeys((*OPTIONS, *(n for n in OF_SAMPLES if n not in used)), WHOLE)
    options: dict[str, object] = {"shuffle": data.shuffle, "drop_last": data.drop_last}
    given: tuple[str, ...] = ()
    if data.sampler is not None:
        known = data.sampler.kind in tables.samplers
        given = tables.samplers[data.sampler.kind].given if known else ()
        whole = "batch_size" in given
        options["batch_sampler" if whole else "sampler"] = data.sampler.kind
    options["stream"] = made is not None and issubclass(made, IterableDataset)
    found = {name: each.why for name, each in barred(**options).items() if name in OPTIONS}
    if not options["stream"] or data.sampler is not None:
        found.pop("sampler", None)
    return {name: why for name, why in found.items() if name not in given}


def _gives(kind: Kind[Any]) -> type | None:
    """The class of what an entry makes, where that is said."""
    made = kind.make
    if inspect.isclass(made):
        return made
    try:
        gives = typing.get_type_hints(made).get("return")
    except (NameError, TypeError):
        return None
    gives = typing.get_origin(gives) or gives
    return gives if inspect.isclass(gives) else None
