"""Hooks whose own tensor work the recorder does not see."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import torch

Seen = ParamSpec("Seen")


def unseen(hook: Callable[Seen, None]) -> Callable[Seen, None]:
    """The hook, hidden from every ``TorchFunctionMode`` while it runs."""

    @wraps(hook)
    def run(*args: Seen.args, **kwargs: Seen.kwargs) -> None:
        with torch._C.DisableTorchFunction():
            hook(*args, **kwargs)

    return run
