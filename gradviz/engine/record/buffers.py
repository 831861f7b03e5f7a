"""Buffers that a module changes while it runs, such as BatchNorm's running statistics."""

from __future__ import annotations

import sys

from torch import nn
from torch.nn.parameter import is_lazy
from torch.nn.utils.stateless import _functional_call

from gradviz.engine.record.recorder import Recorder


class BufferWatch:
    """Compares each module's own buffers after its call with what was last known of them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def after(self, module: nn.Module) -> None:
        """The module has run."""
        names = self._recorder.names
        for local, buffer in module._buffers.items():
            name = names.member(module, local)
            if name not in names.buffers or buffer is None or is_lazy(buffer):
                continue
            if buffer is not names.buffers[name]:
                if _is_stateless():
                    continue
                names.buffers[name] = buffer
            self._recorder.buffer_may_have_changed(name)


def _is_stateless() -> bool:
    """Whether a functional call is running, which lends a module other buffers for a while."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code is _functional_call.__code__:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
