"""Buffers that a module changes while it runs, such as BatchNorm's running statistics."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from gradviz.engine.recorder import Recorder


class BufferWatch:
    """Compares each module's own buffers after its call with what was last known of them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def before(self, module: nn.Module) -> None:
        """A module is about to run: secure what it may change."""
        for _, buffer in self._own(module):
            self._recorder.trace.store.secure(buffer)

    def after(self, module: nn.Module) -> None:
        """It has run; a buffer may even be another tensor now."""
        for name, buffer in self._own(module):
            self._recorder.names.buffers[name] = buffer
            self._recorder.buffer_may_have_changed(name)

    def _own(self, module: nn.Module) -> Iterator[tuple[str, Tensor]]:
        names = self._recorder.names
        if not module._buffers or not names.owns(module):
            return
        path = names.module(module)
        for local, buffer in module._buffers.items():
            name = f"{path}.{local}" if path else local
            if buffer is not None and name in names.buffers:
                yield name, buffer
