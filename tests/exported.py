"""Code that was exported, run in this process."""

from __future__ import annotations

from typing import Any

from torch import nn


def trained(text: str, epochs: int = 1) -> nn.Module:
    """The model that a program ends with, after all of its epochs."""
    told = "        print("
    assert told in text
    made: dict[str, Any] = {"__name__": "exported"}
    yielding = text.replace(told, "        yield model\n        (")
    exec(compile(yielding, "exported.py", "exec", dont_inherit=True), made)
    *_, model = made["main"](epochs)
    assert isinstance(model, nn.Module)
    return model
