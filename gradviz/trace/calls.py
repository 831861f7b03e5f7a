"""What was called: the modules behind the calls that events name."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class ModuleCall(Struct, frozen=True):
    """The module behind a call, as it was when it was first met.

    ``kind`` is its class and ``about`` what it says of its settings (``3, 4, bias=True``); ``name``
    is its path in the model, and one of its own for a module that the model does not own.
    ``parameters`` and ``buffers`` are its own, without those of modules in it, with their shapes;
    ``frozen`` are the parameters that require no gradient. ``builtin`` modules are torch's.
    """

    kind: str
    name: str
    about: str = ""
    parameters: Mapping[str, tuple[int, ...]] = {}
    buffers: Mapping[str, tuple[int, ...]] = {}
    frozen: tuple[str, ...] = ()
    builtin: bool = False
