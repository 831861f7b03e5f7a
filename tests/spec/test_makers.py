"""What makes a module in a Python file; nothing of the file runs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from gradviz.errors import UsageError
from gradviz.spec.makers import likely, makers_of

MANY = """
    import torch, layers
    from torch import nn
    from torch.nn import Module as M, Module
    raise SystemExit("nothing of this may run")

    class Data: ...
    class Square(torch.autograd.Function):
        def forward(ctx, x): ...
    class Part(nn.Module):
        def __init__(self, width: int): ...
        def forward(self, x, scale=2.0): ...
    class Other(Part):
        pass
    class Row(torch.nn.Sequential): ...
    class Far(layers.Base):
        def forward(self, x, y): ...
    if torch:
        class Net(Module):
            def __init__(self, depth, width=8):
                self.parts = [Part(width)]
            def forward(self, x: torch.Tensor, mask=None): ...
    class Bare(nn.Module):
        def forward(self): ...

    def small(width=4) -> Net:
        return Net(1, width)
    def helper(x) -> int:
        return 1
    def unsaid(a):
        return something(a)
    def _hidden():
        return Net(1)
    def main():
        return Net(1)
    if __name__ == "__main__":
        class Script(nn.Module): ...
"""


def write(folder: Path, text: str, name: str = "net.py") -> Path:
    file = folder / name
    file.write_text(dedent(text), encoding="utf-8")
    return file


def test_modules_and_functions_are_found(tmp_path: Path) -> None:
    makers = {each.name: each for each in makers_of(write(tmp_path, MANY))}
    assert list(makers) == ["Part", "Other", "Row", "Far", "Net", "Bare", "small", "unsaid"]
    assert [each.used for each in makers.values()] == [True] + [False] * 7
    assert makers["Other"].arguments.required == ("width",)
    assert [each.name for each in makers["Other"].forward.tensors] == ["x"]
    assert makers["Row"].arguments.open
    assert makers["Bare"].arguments.parameters == ()
    assert not makers["Bare"].arguments.open
    assert [each.name for each in makers["Far"].forward.tensors] == ["x", "y"]
    assert [each.name for each in makers["small"].forward.tensors] == ["x", "mask"]
    assert makers["unsaid"].forward.open


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class A(Module): ...\nclass B(Module):\n  a = A()", "B"),
        ("class B(Module):\n  def f(self): A()\nclass A(Module): ...", "B"),
        ("class A(Module): ...\nclass B(Module): ...", "B"),
        (
            "class A(Module):\n  def __init__(self, a): ...\ndef tiny():\n  return A(Config())",
            "tiny",
        ),
        ("class A(Module): ...\ndef tiny():\n  return A()", "A"),
        ("def tiny(): return found()", "tiny"),
    ],
)
def test_the_whole_is_offered_first(tmp_path: Path, text: str, name: str) -> None:
    assert likely(makers_of(write(tmp_path, text))).name == name


def test_bases_in_a_circle_are_no_modules(tmp_path: Path) -> None:
    file = write(tmp_path, "class A(B): ...\nclass B(A): ...\nclass C(Module): ...")
    assert [each.name for each in makers_of(file)] == ["C"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(:", "net.py:1: this is no Python: invalid syntax"),
        ("x = 1", "net.py: there is no module in this file"),
        ("", "there is no module in this file"),
        ("x = '\0'", "this is no Python"),
    ],
)
def test_a_file_without_modules_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        makers_of(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        makers_of(tmp_path / "none.py")
    with pytest.raises(UsageError, match=r"a Python file ends in \.py"):
        makers_of(write(tmp_path, "", "net.txt"))
