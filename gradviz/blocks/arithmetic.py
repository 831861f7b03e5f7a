"""Operations that calculate number by number, and the product of matrices."""

from __future__ import annotations

import torch
from torch import Tensor

from gradviz.blocks.tables import BLOCKS


@BLOCKS.add("arithmetic")
def Add(a: Tensor, b: Tensor) -> Tensor:
    """Adds two tensors: a residual connection is this.

    y = a + b
    da = dy
    db = dy
    """
    return a + b


@BLOCKS.add("arithmetic")
def Subtract(a: Tensor, b: Tensor) -> Tensor:
    """Takes the second tensor from the first.

    y = a - b
    da = dy
    db = -dy
    """
    return a - b


@BLOCKS.add("arithmetic")
def Multiply(a: Tensor, b: Tensor) -> Tensor:
    """Multiplies number by number, as a gate does: each side's gradient has the other as factor.

    y = a · b
    da = dy · b
    db = dy · a
    """
    return a * b


@BLOCKS.add("arithmetic")
def Divide(a: Tensor, b: Tensor) -> Tensor:
    """Divides number by number.

    y = a / b
    da = dy / b
    db = -dy · a / b²
    """
    return a / b


@BLOCKS.add("arithmetic")
def MatMul(a: Tensor, b: Tensor) -> Tensor:
    """The product of matrices: of each row of a with each column of b.

    y = a @ b
    da = dy @ bᵀ
    db = aᵀ @ dy
    """
    return a @ b


@BLOCKS.add("arithmetic")
def Scale(x: Tensor, factor: float = 1.0) -> Tensor:
    """Multiplies by a number.

    y = factor · x
    dx = factor · dy
    """
    return x * factor


@BLOCKS.add("arithmetic")
def Shift(x: Tensor, amount: float = 0.0) -> Tensor:
    """Adds a number.

    y = x + amount
    dx = dy
    """
    return x + amount


@BLOCKS.add("arithmetic")
def Power(x: Tensor, exponent: float = 2.0) -> Tensor:
    """Raises to a power.

    y = x^exponent
    dx = dy · exponent · x^(exponent - 1)
    """
    return x**exponent


@BLOCKS.add("arithmetic")
def Negate(x: Tensor) -> Tensor:
    """Turns the sign.

    y = -x
    dx = -dy
    """
    return -x


@BLOCKS.add("arithmetic")
def Abs(x: Tensor) -> Tensor:
    """Takes the sign away.

    y = |x|
    dx = dy · sign(x)
    """
    return x.abs()


@BLOCKS.add("arithmetic")
def Exp(x: Tensor) -> Tensor:
    """The exponential function.

    y = eˣ
    dx = dy · y
    """
    return x.exp()


@BLOCKS.add("arithmetic")
def Log(x: Tensor) -> Tensor:
    """The natural logarithm.

    y = ln(x)
    dx = dy / x
    """
    return x.log()


@BLOCKS.add("arithmetic")
def Sqrt(x: Tensor) -> Tensor:
    """The square root; at 0 its gradient is infinite.

    y = √x
    dx = dy / (2 · y)
    """
    return x.sqrt()


@BLOCKS.add("arithmetic")
def Sin(x: Tensor) -> Tensor:
    """The sine.

    y = sin(x)
    dx = dy · cos(x)
    """
    return x.sin()


@BLOCKS.add("arithmetic")
def Cos(x: Tensor) -> Tensor:
    """The cosine.

    y = cos(x)
    dx = -dy · sin(x)
    """
    return x.cos()


@BLOCKS.add("arithmetic")
def Clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Cuts off below and above; outside of the bounds no gradient passes.

    y = min(max(x, min), max)
    dx = dy where min ≤ x ≤ max, else 0
    """
    return torch.clamp(x, min=min, max=max)


@BLOCKS.add("arithmetic")
def Maximum(a: Tensor, b: Tensor) -> Tensor:
    """The larger of two numbers, place by place; only that one gets the gradient.

    y = max(a, b)
    da = dy where a > b, half of it where they are equal
    db = dy where b > a, half of it where they are equal
    """
    return torch.maximum(a, b)


@BLOCKS.add("arithmetic")
def Minimum(a: Tensor, b: Tensor) -> Tensor:
    """The smaller of two numbers, place by place; only that one gets the gradient.

    y = min(a, b)
    da = dy where a < b, half of it where they are equal
    db = dy where b < a, half of it where they are equal
    """
    return torch.minimum(a, b)


@BLOCKS.add("arithmetic")
def Where(condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Takes a where the condition holds, that is where it is not 0, and b where it does not.

    y = a where condition, else b
    da = dy where condition, else 0
    db = 0 where condition, else dy
    """
    return torch.where(condition != 0, a, b)
