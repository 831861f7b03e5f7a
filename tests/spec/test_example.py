"""What a model is called with, as text."""

from __future__ import annotations

import pytest

from gradviz.errors import UsageError
from gradviz.spec.example import Example, example_of


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("1,3,224,224", Example((1, 3, 224, 224))),
        (" 4, 2 ", Example((4, 2))),
        ("2,16:int64<1000", Example((2, 16), "int64", 1000)),
        ("2,16<50", Example((2, 16), "int64", 50)),
        ("2,3:bool", Example((2, 3), "bool")),
        ("2,3:float16", Example((2, 3), "float16")),
    ],
)
def test_a_shape_is_read(text: str, example: Example) -> None:
    assert example_of(text) == example


@pytest.mark.parametrize(
    "text", ["", "x", "1,", ",3", "1,3x", "-1,3", "0,3", "2,3:complex", "2,3:int64<", "2,3<0"]
)
def test_what_is_no_shape_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError, match="write the shape with the batch first"):
        example_of(text)
