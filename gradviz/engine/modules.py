"""Which module call is running, and which buffers it changes."""

from __future__ import annotations

from torch import nn

from gradviz.engine.names import Names


class ModuleCalls:
    """The stack of running module calls.

    A call's path is the module's path in the model; from the second call of a module within its
    parent's call on, a segment says which one: ``block.relu#2``.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._stack: list[tuple[str, str, dict[str, int]]] = []
        self._top: dict[str, int] = {}
        self.failure = ""

    @property
    def path(self) -> str:
        """The path of the innermost call, empty outside and in the model itself."""
        return self._stack[-1][1] if self._stack else ""

    def enter(self, module: nn.Module) -> None:
        """A module is being called."""
        self.failure = ""
        name = self._names.module(module)
        parent, parent_path, counts = self._stack[-1] if self._stack else ("", "", self._top)
        local = name.removeprefix(f"{parent}.") if parent else name
        counts[local] = counts.get(local, 0) + 1
        label = local if counts[local] == 1 else f"{local}#{counts[local]}"
        path = f"{parent_path}.{label}" if parent_path and label else parent_path or label
        self._stack.append((name, path, {}))

    def failed(self) -> None:
        """The innermost call is raising; where that began stays in ``failure``."""
        self.failure = self.failure or self.path

    def leave(self) -> None:
        """The innermost module call has ended, by returning or by raising."""
        if self._stack:
            self._stack.pop()
