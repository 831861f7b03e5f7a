"""Graphviz's ``-Tjson0`` output as it is: texts, in points and inches, y growing upwards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from gradviz.errors import LayoutError
from gradviz.i18n import N_
from gradviz.render.graphviz.engines import MEND


class Thing(Struct):
    """A node, or a cluster, which has a box instead of a place."""

    name: str = ""
    pos: str = ""
    bb: str = ""
    width: str = "0"
    height: str = "0"


class Line(Struct):
    """An edge."""

    id: str = ""
    pos: str = ""


class Output(Struct):
    """A whole graph."""

    bb: str
    objects: list[Thing] = []
    edges: list[Line] = []


decode = msgspec.json.Decoder(Output).decode


def numbers(text: str) -> list[float]:
    """The numbers between commas. Raises `ValueError` for what is none, or not finite."""
    found = [float(part) for part in text.split(",")]
    if not all(math.isfinite(number) for number in found):
        raise ValueError(text)
    return found


@contextmanager
def reading(engine: str) -> Iterator[None]:
    """What is wrong with the output that the block reads is a `LayoutError`."""
    try:
        yield
    except (msgspec.DecodeError, ValueError, KeyError) as error:
        raise LayoutError(
            N_("wrote what is no layout ({reason})"), where=engine, mend=MEND, reason=error
        ) from error
