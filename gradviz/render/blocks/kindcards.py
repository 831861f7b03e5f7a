"""What is shown of a kind of block: in the palette, on a card, and at its ports."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import GradvizError
from gradviz.i18n import N_
from gradviz.spec.library import Library
from gradviz.spec.model import Composite, Model, Setting

if TYPE_CHECKING:
    from gradviz.blocks.kinds import Blocks

Sort: TypeAlias = Literal["input", "output", "layer", "operation", "source", "composite", "unknown"]
GROUPS = {
    "ends": N_("Ends"),
    "layers": N_("Linear"),
    "convolution": N_("Convolution"),
    "activations": N_("Activations"),
    "normalisation": N_("Normalisation"),
    "pooling": N_("Pooling"),
    "shape": N_("Shape"),
    "arithmetic": N_("Arithmetic"),
    "joining": N_("Join and split"),
    "reducing": N_("Reduce"),
    "sequences": N_("Sequences"),
    "sources": N_("Sources"),
    "own": N_("Your own"),
    "composites": N_("Composites"),
    "library": N_("Library"),
}
"""The groups of the catalogue, in the order of the palette; others come behind."""


class KindCard(Struct, frozen=True):
    """A kind by its ``name``; ``summary`` is a message of the translations. A source that
    ``learns`` is a Parameter; ``defaults`` are the settings that need not be said.
    """

    name: str
    group: str
    sort: Sort
    summary: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    variadic: bool = False
    learns: bool = False
    defaults: Mapping[str, Setting] = {}


Kinds: TypeAlias = Mapping[str, KindCard]


@cache
def catalogue() -> Kinds:
    """The kinds of the catalogue. The first call loads torch."""
    from gradviz.blocks.catalogue import BLOCKS

    return cards_of(BLOCKS)


def cards_of(blocks: Blocks) -> Kinds:
    """The kinds of a table; those of a user's file are a group of their own."""
    sorts: dict[str, Sort] = {"Input": "input", "Output": "output"}
    return {
        kind.name: KindCard(
            name=kind.name,
            group="own" if kind.home else kind.group,
            sort=sorts.get(kind.name, kind.sort),
            summary=kind.summary,
            inputs=() if kind.name == "Input" else kind.inputs,
            outputs=() if kind.name == "Output" else kind.outputs,
            variadic=kind.variadic,
            learns=kind.learns,
            defaults=kind.defaults(),
        )
        for kind in blocks
    }


def kinds_of(model: Model, known: Kinds) -> Kinds:
    """The kinds that blocks of a model can have: those of the catalogue, and its composites."""
    return {**known, **{each.name: composite_card(each) for each in model.composites}}


def composite_card(composite: Composite) -> KindCard:
    """What is shown of a composite."""
    return KindCard(
        name=composite.name,
        group="composites",
        sort="composite",
        summary=composite.note,
        inputs=tuple(block.name for block in composite.blocks if block.kind == "Input"),
        outputs=tuple(block.name for block in composite.blocks if block.kind == "Output"),
        defaults=composite.parameters,
    )


def kept_cards() -> Kinds:
    """What is shown of the composites in the user's library, of those that can be read."""
    library, found = Library(), {}
    for name in library.names:
        with suppress(GradvizError):
            found[name] = replace(composite_card(library.load(name).composite), group="library")
    return found


def unknown(name: str) -> KindCard:
    """What is shown of a kind that nobody knows."""
    return KindCard(name=name, group="", sort="unknown", inputs=("x",), outputs=("y",))
