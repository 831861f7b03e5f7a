"""Which module call is running, and which buffers it changes."""

from __future__ import annotations

from typing import NamedTuple

from torch import nn
from torch.nn.parallel import DistributedDataParallel

from gradviz.engine.record.names import Names


class _Call(NamedTuple):
    """``counts`` says how often this call has called each module."""

    name: str
    path: str
    counts: dict[str, int]
    module: nn.Module | None


class ModuleCalls:
    """The stack of running module calls. ``path`` is that of the innermost one, empty outside and
    in the model itself; ``failure`` is where the call began that is raising; ``reducing`` is
    whether there was one whose gradients are averaged over processes.

    A call's path is the module's path in the model; from the second call of a module within its
    parent's call on, a segment says which one: ``block.relu#2``.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._stack: list[_Call] = []
        self._top = _Call("", "", {}, None)
        self.path = ""
        self.failure: str | None = None
        self.reducing = False

    def enter(self, module: nn.Module) -> None:
        """A module is being called."""
        self.failure = None
        self.reducing |= isinstance(module, DistributedDataParallel)
        name = self._names.module(module)
        parent, parent_path, counts, _ = self._stack[-1] if self._stack else self._top
        local = name.removeprefix(f"{parent}.") if parent else name
        count = counts[local] = counts.get(local, 0) + 1
        label = local if count == 1 else f"{local}#{count}"
        path = f"{parent_path}.{label}" if parent_path and label else parent_path or label
        self._stack.append(_Call(name, path, {}, module))
        self.path = path

    def failed(self) -> None:
        """The innermost call is raising; where that began stays in ``failure``."""
        if self.failure is None:
            self.failure = self.path

    def leave(self, module: nn.Module) -> None:
        """A module's call has ended, by returning or by raising; what it called has, too."""
        if any(call.module is module for call in self._stack):
            while self._stack.pop().module is not module:
                pass
            self.path = self._stack[-1].path if self._stack else ""
