"""The recorder's own work on tensors, unseen by every mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

Seen = ParamSpec("Seen")
Given = TypeVar("Given")


def hush() -> AbstractContextManager[None]:
    """Ops in the block are hidden from every mode, of ours and of the user."""
    if torch._C._len_torch_dispatch_stack():
        return _deep_hush()
    return torch._C.DisableTorchFunction()


def unseen(hook: Callable[Seen, Given]) -> Callable[Seen, Given]:
    """The hook, hidden from every mode while it runs."""

    @wraps(hook)
    def run(*args: Seen.args, **kwargs: Seen.kwargs) -> Given:
        with hush():
            return hook(*args, **kwargs)

    return run


@contextmanager
def _deep_hush() -> Iterator[None]:
    with torch._C.DisableTorchFunction(), torch._C._DisableTorchDispatch():
        yield
