"""What functions take, read from their text."""

from __future__ import annotations

import ast

import pytest

from gradviz.errors import GradvizError
from gradviz.spec.signature import GapError, Signature, call_of, check_call, signature_of


def read(arguments: str, *, method: bool = False) -> Signature:
    function = ast.parse(f"def f({arguments}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    return signature_of(function, method=method)


@pytest.mark.parametrize(
    ("arguments", "text", "call"),
    [
        ("self", "", "Net()"),
        ("self, depth: int, width=64", "depth: int, width=64", "Net(depth=)"),
        ("self, a, /, b, *, c, d: str = 'x'", "a, b, c, d: str = 'x'", "Net(a=, b=, c=)"),
        ("self, *layers, **others", "", "Net()"),
    ],
)
def test_a_constructor_is_read(arguments: str, text: str, call: str) -> None:
    signature = read(arguments, method=True)
    assert (signature.text, call_of("Net", signature)) == (text, call)


@pytest.mark.parametrize(
    ("arguments", "tensors", "barrier"),
    [
        ("self, x", "x", ""),
        ("self, x: Tensor, mask: torch.Tensor | None = None", "x mask", ""),
        ("self, x, mask=None, heads=4", "x mask", ""),
        ("self, x, scale: float = 1.0, mask=None", "x", ""),
        ("self, x, mode: str", "x", "mode"),
        ("self, x, n: Optional[int] = None", "x", ""),
        ("self, xs: list[Tensor]", "", "xs"),
        ("self, x, *, other", "x", "other"),
        ("self, x: 'Tensor', y: Optional['Tensor'] = None", "x y", ""),
        ("self, *xs", "", ""),
    ],
)
def test_the_tensors_of_forward_are_told(arguments: str, tensors: str, barrier: str) -> None:
    signature = read(arguments, method=True)
    assert " ".join(each.name for each in signature.tensors) == tensors
    assert signature.barrier == barrier


TAKES = read("depth: int, width=64")


@pytest.mark.parametrize("text", ["Net(3)", "Net(3, 8)", "Net(depth=3)", "other(1)", "net"])
def test_a_call_that_fits_passes(text: str) -> None:
    check_call(text, "Net", TAKES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Net()", "“depth” is missing → write depth=…"),
        ("Net", "“depth” is missing"),
        ("Net(3, hight=2)", "no argument “hight” → take those of Net"),
        ("Net(1, 2, 3)", "no argument “3”"),
        ("Net(depth=n)", "does not say what makes the module"),
        ("Net(", "does not say what makes the module"),
    ],
)
def test_a_call_that_does_not_fit_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(GradvizError, match=said.replace("(", r"\(").replace(")", r"\)")):
        check_call(text, "Net", TAKES)


@pytest.mark.parametrize(
    "text",
    [
        "Net(depth=)",
        "Net(depth= , width=3)",
        "Net(width=(1, 2), depth=)",
    ],
)
def test_a_gap_says_what_to_fill_in(text: str) -> None:
    with pytest.raises(GapError, match=r"fill in depth: int of Net\(depth: int, width=64\)"):
        check_call(text, "Net", TAKES)


def test_what_takes_anything_is_given_anything() -> None:
    check_call("Net(1, 2, any=3)", "Net", read("*layers, **others"))
    check_call("Net(1, any=3)", "Net", read("depth, **others"))
    with pytest.raises(GradvizError, match="depth"):
        check_call("Net(any=3)", "Net", read("depth, **others"))
