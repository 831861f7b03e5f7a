"""What a trace file says beside the bytes of its values, as typed data."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from gradviz.trace.calls import ModuleCall
from gradviz.trace.events import AnyEvent, State, ValueRef
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.history import Room
from gradviz.trace.parts import Kind

Natural: TypeAlias = Annotated[int, Meta(ge=0)]


class Header(Struct):
    """``format`` grows when an older gradviz would misread the file; the rest is for people."""

    format: Annotated[int, Meta(ge=1)]
    gradviz: str = ""
    torch: str = ""


class Segment(Struct, frozen=True, array_like=True):
    """A run of bytes in ``values.bin`` and its CRC-32; values that share memory share it."""

    start: Natural
    size: Natural
    crc: Natural


class Array(Struct, frozen=True, array_like=True):
    """A dense tensor: where its first element is in a segment (-1 for one without elements), in
    bytes, and how to walk from there. ``conj`` and ``neg`` are torch's bits.
    """

    segment: int
    start: Natural
    dtype: str
    shape: tuple[Natural, ...]
    stride: tuple[Natural, ...]
    conj: bool = False
    neg: bool = False


class Held(Struct, frozen=True, array_like=True):
    """A value, as `gradviz.trace.parts.Parts` has it."""

    kind: Kind
    arrays: tuple[Array, ...]
    shape: tuple[Natural, ...] = ()
    numbers: tuple[float, ...] = ()


Reason: TypeAlias = Literal["dropped", "overwritten", "unknown"]
"""Why a value is not in the file: the budget, code that torch did not show, or its kind."""


class Lost(Struct, frozen=True):
    """A value that the file does not hold; ``about`` says its kind, ``norm`` its norm if known."""

    reason: Reason
    about: str = ""
    norm: float | None = None


class Beginning(Struct, frozen=True):
    """What something was when it was first met, after event ``index`` (-1: at the start)."""

    index: Annotated[int, Meta(ge=-1)]
    room: Room
    name: str
    value: ValueRef | None = None
    state: State | None = None


class Index(Struct):
    """Everything of a trace but the bytes of its values."""

    events: list[AnyEvent]
    graphs: list[AutogradGraph]
    beginnings: list[Beginning]
    held: dict[int, Held]
    lost: dict[int, Lost]
    segments: list[Segment]
    budget: Natural
    next_node: Natural = 0
    calls: dict[str, ModuleCall] = {}
