"""Expressions as code: as they are written, with the names of what they are fed."""

from __future__ import annotations

import pytest
import torch
from msgspec.structs import replace

import gradviz
from gradviz.code.program import to_python
from gradviz.errors import BuildError
from gradviz.spec.model import Block, Composite, Model, Wire
from tests.code.test_python import OUT, POINT, project, same, wires


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("a * b", "x = x * point"),
        ("-a ** 2 - b.sum(1, keepdim=True)", "x = -(x**2) - point.sum(1, keepdim=True)"),
        ("(a + b) * (a - b)", "x = (x + point) * (x - point)"),
        ("F.relu(a) / math.sqrt(b.shape[-1])", "x = F.relu(x) / math.sqrt(point.shape[-1])"),
        ("a[:, [0, 0]] @ b.mT[:2]", "x = x[:, [0, 0]] @ point.mT[:2]"),
        ('a.masked_fill(b > 0, float("-inf"))', 'x = x.masked_fill(point > 0, float("-inf"))'),
        ('torch.einsum("ni,ni->n", a, b)', 'x = torch.einsum("ni,ni->n", x, point)'),
    ],
)
def test_an_expression_is_written_with_the_names_of_what_it_is_fed(
    expression: str, line: str
) -> None:
    asked = project(
        Model(
            (
                POINT,
                Block("shift", "Shift", {"amount": 1.0}),
                Block("math", "Expression", {"expression": expression}),
                OUT,
            ),
            (
                Wire("point", "shift"),
                Wire("shift", "math.a"),
                Wire("point", "math.b"),
                Wire("math", "out"),
            ),
        )
    )
    assert line in to_python(asked)
    same(asked, torch.randn(2, 4))


def test_an_expression_without_inputs_is_written() -> None:
    blocks = (POINT, Block("ones", "Expression", {"expression": "torch.ones(4)"}),
              Block("add", "Add"), OUT)  # fmt: skip
    into = (Wire("point", "add.a"), Wire("ones", "add.b"), Wire("add", "out"))
    asked = project(Model(blocks, into))
    assert "ones(4)" in to_python(asked)
    same(asked, torch.randn(2, 4))


def test_an_expression_that_a_formula_makes_cannot_be_written() -> None:
    told = Block("told", "Expression", {"expression": "=which"})
    composite = Composite(
        name="Told",
        parameters={"which": "torch.tanh(a)"},
        blocks=(Block("x", "Input"), told, Block("y", "Output")),
        wires=(Wire("x", "told.a"), Wire("told", "y")),
    )
    asked = project(
        replace(Model((POINT, Block("part", "Told"), OUT), wires("point", "part", "out")),
                composites=(composite,))
    )  # fmt: skip
    x = torch.randn(2, 4)
    assert torch.equal(gradviz.build(asked)(x), torch.tanh(x))
    with pytest.raises(BuildError, match="write the expression itself"):
        to_python(asked)
