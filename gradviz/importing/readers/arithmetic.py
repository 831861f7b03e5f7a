"""Sums, products, and what calculates number by number."""

from __future__ import annotations

from typing import Any

from gradviz.importing.nodes import Node, Place, Said, Source, is_number, is_ref
from gradviz.importing.readers.table import reads


@reads("add", "iadd", "radd")
def add(at: Place, input: Source, other: Any, *, alpha: float = 1) -> Said:
    if alpha != 1:
        other = Node("Scale", (other,), {"factor": alpha})
    if is_number(other):
        return Node("Shift", (input,), {"amount": other})
    return Node("Add", (input, other))


@reads("sub", "isub", "subtract")
def sub(at: Place, input: Source, other: Any, *, alpha: float = 1) -> Said:
    if alpha != 1:
        return None
    if is_number(other):
        return Node("Shift", (input,), {"amount": -other})
    return Node("Subtract", (input, other))


@reads("rsub")
def rsub(at: Place, input: Source, other: Any) -> Said:
    """``1 - x``, whose bits are those of ``-x + 1``."""
    if is_number(other):
        return Node("Shift", (Node("Negate", (input,)),), {"amount": other})
    return Node("Subtract", (other, input))


@reads("mul", "imul", "rmul", "multiply")
def mul(at: Place, input: Any, other: Any) -> Said:
    if is_number(input):
        input, other = other, input
    if is_number(other):
        return Node("Scale", (input,), {"factor": other})
    return Node("Multiply", (input, other))


@reads("div", "truediv", "itruediv", "idiv", "divide", "true_divide")
def div(at: Place, input: Source, other: Any, *, rounding_mode: str | None = None) -> Said:
    return Node("Divide", (input, other)) if is_ref(other) and rounding_mode is None else None


@reads("matmul", "imatmul", "bmm", "mm")
def matmul(at: Place, input: Source, other: Source) -> Said:
    return Node("MatMul", (input, other))


@reads("pow", "ipow")
def power(at: Place, input: Source, exponent: Any) -> Said:
    return Node("Power", (input,), {"exponent": exponent}) if is_number(exponent) else None


@reads("square")
def square(at: Place, input: Source) -> Said:
    return Node("Power", (input,))


@reads("maximum")
def maximum(at: Place, input: Source, other: Source) -> Said:
    return Node("Maximum", (input, other))


@reads("minimum")
def minimum(at: Place, input: Source, other: Source) -> Said:
    return Node("Minimum", (input, other))


@reads("clamp", "clip")
def clamp(at: Place, input: Source, min: Any = None, max: Any = None) -> Said:
    if any(not (each is None or is_number(each)) for each in (min, max)):
        return None
    bounds = {"min": min, "max": max}
    return Node(
        "Clamp", (input,), {name: each for name, each in bounds.items() if each is not None}
    )


@reads("where")
def where(at: Place, condition: Source, input: Any, other: Any) -> Said:
    both = is_ref(input) and is_ref(other)
    return Node("Where", (condition, input, other)) if both else None


def _alone(name: str, kind: str) -> None:
    def read(at: Place, input: Source) -> Said:
        return Node(kind, (input,))

    reads(name)(read)


for _name in ("abs", "exp", "log", "sqrt", "sin", "cos", "detach"):
    _alone(_name, _name.capitalize())
_alone("absolute", "Abs")
_alone("neg", "Negate")
_alone("negative", "Negate")
