"""What a block is set to where it stands: its formulas worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.formula import calculated
from gradviz.spec.model import Block, Composite, Setting

MOST = 10_000
"""Repetitions of a block."""


class Filling(Struct, frozen=True):
    """A parameter, by its name in the block, and what fills it anew."""

    parameter: str
    kind: str
    settings: Mapping[str, Setting]


def settings_of(block: Block, known: Mapping[str, Setting], path: str) -> dict[str, Setting]:
    """The settings. Raises `BuildError` for a formula that cannot be calculated."""
    settings: Any = calculated(block.settings, known, where=path)
    return dict(settings)


def fillings_of(block: Block, known: Mapping[str, Setting], path: str) -> tuple[Filling, ...]:
    """How the block's parameters are initialised. Raises `BuildError`."""
    found = []
    for name, choice in block.init.items():
        settings: Any = calculated(choice.settings, known, where=f"{path}.init.{name}")
        found.append(Filling(name, choice.kind, settings))
    return tuple(found)


def count_of(block: Block, known: Mapping[str, Setting], path: str) -> int:
    """How often a block is repeated. Raises `BuildError`."""
    count = calculated(block.repeat, known, where=path)
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST:
        return count
    raise BuildError(
        N_("a block cannot be repeated {count} times"),
        block=path,
        mend=N_("repeat it 1 to {most} times"),
        count=count,
        most=MOST,
    )


def parameters_of(
    composite: Composite, settings: Mapping[str, Setting], path: str
) -> dict[str, Setting]:
    """The parameters of a composite as a block sets them; those that it does not set have their
    defaults, which may be formulas over those before.
    """
    for name in settings:
        if name not in composite.parameters:
            raise BuildError(
                N_("{kind} has no setting “{name}”"),
                block=path,
                mend=N_("it has: {known}"),
                kind=composite.name,
                name=name,
                known=", ".join(composite.parameters) or "-",
            )
    known: dict[str, Setting] = {}
    for name, default in composite.parameters.items():
        known[name] = settings[name] if name in settings else calculated(default, known, where=path)
    return known
