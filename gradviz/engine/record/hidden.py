"""Code whose ops cannot be recorded: while it runs, a tensor is not what it will be.

Inside `torch.func` a tensor stands for many, or for a derivative too; under `torch.jit.trace` and
a fake or proxy mode, a computation is written down rather than run; compiled code runs without
torch's functions. An event says that something was not recorded; what changed is seen afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from gradviz.engine.doors.unseen import hush
from gradviz.engine.record.changes import Changes
from gradviz.engine.record.recorder import Recorder
from gradviz.trace.events import NotRecorded, Unrecordable

_MODES = torch._C._TorchDispatchModeKey
_PLACEHOLDERS = (_MODES.FAKE, _MODES.PROXY, _MODES.FUNCTIONAL)


class Hidden:
    """Tells once of every stretch of such code, and checks all that has a name after it."""

    def __init__(self, recorder: Recorder, changes: Changes) -> None:
        self._recorder = recorder
        self._changes = changes
        self._told = False

    def here(self) -> bool:
        """Whether the op that is about to run cannot be recorded."""
        why = why_hidden()
        if why is None:
            if self._told:
                self._told = False
                with hush():
                    self._changes.notice()
            return False
        if not self._told:
            self._told = True
            self._recorder.write(NotRecorded, what=why[0], reason=why[1])
        return True

    @contextmanager
    def call(self, what: str, reason: Unrecordable) -> Iterator[None]:
        """The block is such code; one event tells of it when it has ended."""
        with hush():
            self._changes.secure_all()
        with self._recorder.unseen():
            yield
        self.tell(what, reason)

    def tell(self, what: str, reason: Unrecordable, *, outputs: Iterable[Tensor] = ()) -> None:
        """Such code has run."""
        recorder = self._recorder
        with hush():
            made = list(outputs)
            nodes = recorder.nodes.learn(made, op=what, module=recorder.calls.path)
            recorder.write(
                NotRecorded,
                what=what,
                reason=reason,
                outputs=tuple(recorder.keep(tensor) for tensor in made),
                nodes=nodes,
            )
            self._changes.notice()


def why_hidden() -> tuple[str, Unrecordable] | None:
    """What is running that hides its ops, and why; None if they can be seen."""
    if torch._C._functorch.peek_interpreter_stack() is not None:
        outermost = torch._C._functorch.get_interpreter_stack()[0]
        return f"torch.func.{outermost.key().name.lower()}", "transformed"
    if torch._C._get_tracing_state() is not None:
        return "torch.jit.trace", "traced"
    if torch._C._len_torch_dispatch_stack():
        for mode in _PLACEHOLDERS:
            found = torch._C._get_dispatch_mode(mode)
            if found is not None:
                return type(found).__name__, "traced"
    return None
