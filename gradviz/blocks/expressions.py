"""A block that is a formula over its inputs, as one writes it in a ``forward``."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from torch import Tensor

from gradviz.blocks.tables import BLOCKS
from gradviz.blocks.tensorreader import MAX_DEPTH, Compute, TensorReader
from gradviz.errors import ExpressionError
from gradviz.i18n import N_
from gradviz.spec.letters import letters
from gradviz.spec.tensorexpression import EXAMPLE, in_order, text_of


class Computation(Struct, frozen=True):
    """An expression that was read: the inputs that it uses, and what it computes of them."""

    text: str
    names: tuple[str, ...]
    compute: Compute


@lru_cache(maxsize=1024)
def read(expression: str) -> Computation:
    """Read an expression. Raises `ExpressionError` that names the column."""
    text = text_of(expression)
    tree = text.tree(EXAMPLE)
    text.check_depth(tree, MAX_DEPTH)
    reader = TensorReader(text)
    compute = reader.read(tree)
    return Computation(text.text, in_order(reader.names), compute)


def check(expression: str) -> tuple[str, ...]:
    """The inputs that an expression uses, in the order a, b, c. Raises `ExpressionError`."""
    return read(expression).names


@BLOCKS.add("arithmetic", code="expression", check=check)
def Expression(*tensors: Tensor, expression: str = "a") -> Tensor:
    """Computes a formula over its inputs a, b, c and so on, written as in a forward.

    y = the formula
    da = dy · ∂y/∂a
    """
    known = read(expression)
    found = known.compute(dict(zip(letters(), tensors, strict=False)))
    if isinstance(found, Tensor):
        return found
    raise ExpressionError(
        N_("the whole is {kind}, not one tensor (column {column})"),
        text=known.text,
        column=1,
        mend=N_("take one of several, such as [0], or make a tensor: torch.full((2,), 0.5)"),
        kind=type(found).__name__,
    )
